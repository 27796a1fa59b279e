/**
 * What a run would do, before it is done.
 *
 * @module
 */
import { type Cell, withNeeds } from '../cells/cell.ts';
import type { CellStore } from '../store/cell-store.ts';

/** A cell that would be computed, or is there. */
export interface PlannedCell {
  readonly hash: string;
  readonly kind: string;
  readonly label: string;
  readonly cached: boolean;
  /** Measured where the cell is there; else from like cells; `undefined` where there are none. */
  readonly seconds?: number | undefined;
}

/** What a run would do. */
export interface CellPlan {
  readonly cells: readonly PlannedCell[];
  readonly cached: number;
  /** Estimated seconds of the cells that are missing and have like cells. */
  readonly seconds: number;
  /** Missing cells whose cost nobody knows yet. */
  readonly unknown: number;
}

/**
 * Looks up what is computed and estimates the rest: the median of seconds per work of cells of the same kind and model in
 * the store.
 *
 * @example
 * ```ts
 * import type { Cell, CellStore } from '@austeer/experiments';
 * declare const cells: readonly Cell[];
 * declare const store: CellStore;
 * const { cached, seconds, unknown } = await planCells({ cells, store });
 * ```
 */
export async function planCells(options: { cells: readonly Cell[]; store: CellStore }): Promise<CellPlan> {
  const { cells, store } = options;
  const rates = new Map<string, number[]>();
  for await (const { kind, inputs, seconds, work } of store.list()) {
    if (work <= 0) continue;
    const name = likeness(kind, inputs);
    rates.set(name, [...(rates.get(name) ?? []), seconds / work]);
  }
  const planned: PlannedCell[] = [];
  for (const cell of withNeeds(cells)) {
    const { kind, inputs, hash } = cell;
    const stored = await store.read(cell);
    const rate = median(rates.get(likeness(kind.name, inputs)) ?? []);
    const seconds = stored?.seconds ?? (rate === undefined ? undefined : rate * kind.work(inputs));
    planned.push({
      hash,
      kind: kind.name,
      label: kind.label(inputs),
      cached: stored !== undefined,
      ...(seconds !== undefined && { seconds }),
    });
  }
  const missing = planned.filter(({ cached }) => !cached);
  return {
    cells: planned,
    cached: planned.length - missing.length,
    seconds: missing.reduce((sum, { seconds = 0 }) => sum + seconds, 0),
    unknown: missing.filter(({ seconds }) => seconds === undefined).length,
  };
}

/** Cells of one kind on one model and task, with answers of one length, cost alike for each unit of work. */
function likeness(kind: string, inputs: object): string {
  const { model, items, pairs } = inputs as {
    model?: { weights?: string };
    items?: { task?: string; newTokens?: number };
    pairs?: { task?: string };
  };
  return [kind, model?.weights, items?.task ?? pairs?.task, items?.newTokens].join(' ');
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
