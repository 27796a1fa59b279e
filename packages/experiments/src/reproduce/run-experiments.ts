/**
 * Named experiments, run together: cells that several of them share are computed once, and each ends in its figures.
 *
 * @module
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@austeer/core/node';
import { type Cell, withNeeds } from '../cells/cell.ts';
import type { StoredCell } from '../cells/stored-cell.ts';
import type { ResultFigure } from '../result-figure.ts';
import type { CellReport } from '../run/run-cells.ts';
import type { CellStore } from '../store/cell-store.ts';
import type { Bench } from './bench.ts';
import type { Design, Experiment, FigurePart } from './experiment.ts';

/** An experiment with its cells. */
export interface DesignedExperiment {
  readonly experiment: Experiment;
  readonly design: Design;
}

/**
 * Expands experiments to their cells.
 *
 * @example
 * ```ts
 * import type { Bench } from '@austeer/experiments';
 * declare const bench: Bench;
 * const designed = await designExperiments([experimentById('table6')], bench);
 * designed[0]?.design.cells.length;
 * ```
 */
export function designExperiments(
  experiments: readonly Experiment[],
  bench: Bench,
): Promise<DesignedExperiment[]> {
  return Promise.all(
    experiments.map(async (experiment) => ({ experiment, design: await experiment.design(bench) })),
  );
}

/** An earlier run may have left other parts. */
async function removeFigures(folder: string, id: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const own = names.filter(
    (name) => name === `${id}.json` || (name.startsWith(`${id}.`) && name.endsWith('.json')),
  );
  for (const name of own) await rm(join(folder, name), { force: true });
}

/** What stands where nothing could be drawn. */
function emptyPart({ title }: Experiment, { missing }: Design): FigurePart {
  return {
    title,
    caption: 'Nothing could be drawn.',
    notes: [missing ?? 'Its cells are missing.'],
    content: { kind: 'table', columns: [], rows: [] },
  };
}

/**
 * Draws the figures of experiments from what is computed and writes each as a JSON file. What is not there is `null` in its
 * place; failures are named in the notes.
 *
 * @returns the figures, in order
 *
 * @example
 * ```ts
 * import type { Bench, CellStore, DesignedExperiment } from '@austeer/experiments';
 * declare const bench: Bench;
 * declare const store: CellStore;
 * declare const designed: readonly DesignedExperiment[];
 * const figures = await drawFigures({ designed, bench, store, folder: 'runs/reproduce/figures' });
 * ```
 */
export async function drawFigures(options: {
  designed: readonly DesignedExperiment[];
  bench: Bench;
  store: CellStore;
  folder: string;
  failures?: CellReport['failures'] | undefined;
}): Promise<ResultFigure[]> {
  const { designed, bench, store, folder, failures = [] } = options;
  const reasons = new Map(failures.map(({ cell, reason }) => [cell.hash, reason]));
  const drawn: ResultFigure[] = [];
  for (const { experiment, design } of designed) {
    const cells = withNeeds(design.cells);
    const stored = new Map<string, StoredCell>();
    for (const cell of cells) {
      const found = await store.read(cell);
      if (found !== undefined) stored.set(cell.hash, found);
    }
    const parts = [
      ...(await design.figures({
        get: <Result>({ hash }: Cell<Result>) => stored.get(hash) as StoredCell<Result> | undefined,
        file: store.readFile,
      })),
    ];
    await removeFigures(folder, experiment.id);
    if (parts.length === 0) parts.push(emptyPart(experiment, design));
    const failed = new Set(cells.flatMap(({ hash }) => reasons.get(hash) ?? []));
    for (const { part, notes, ...figure } of parts) {
      const id = part === undefined ? experiment.id : `${experiment.id}.${part}`;
      const full: ResultFigure = {
        id,
        ...figure,
        notes: [...notes, ...[...failed].map((reason) => `Could not be had: ${reason}`)],
        command: bench.command(experiment.id),
      };
      await writeFileAtomic(join(folder, `${id}.json`), `${JSON.stringify(full, null, 2)}\n`);
      drawn.push(full);
    }
  }
  return drawn;
}
