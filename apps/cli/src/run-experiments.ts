/**
 * Experiments from design to figures: what `reproduce` and `experiment` share.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { AusteerError } from '@austeer/core';
import {
  type BenchOptions,
  type CellPlan,
  type CellReport,
  createBench,
  type DesignedExperiment,
  designExperiments,
  drawFigures,
  type Experiment,
  openCellStore,
  planCells,
  withNeeds,
} from '@austeer/experiments';
import { runBeside, runThere, runTogether } from './compute-cells.ts';
import type { AusteerContext } from './context.ts';
import { type DataFlags, EXPERIMENT_SCORER, NO_JUDGE, taskLoader } from './experiment-context.ts';
import { type ModelFlags, usageError } from './flags.ts';
import { openModels } from './load-models.ts';
import { printFigure } from './output/figure.ts';
import { describeSeconds } from './output/progress-line.ts';
import { formatTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { isFurtherRunner } from './runner-processes.ts';

/** Flags of both commands. */
export interface ExperimentRunFlags extends DataFlags, Omit<ModelFlags, 'model'> {
  readonly model: readonly string[];
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  readonly runners?: number | undefined;
  readonly redis?: string | undefined;
  readonly queue: string;
  readonly out: string;
  readonly json: boolean;
}

/** Computes experiments, here or on a fleet, and draws their figures; or shows without computing. */
export async function runExperiments(
  context: AusteerContext,
  options: {
    flags: ExperimentRunFlags;
    experiments: readonly Experiment[];
    bench: Pick<BenchOptions, 'quick' | 'sizes' | 'criterion'>;
    command: BenchOptions['command'];
    /** Words of the command line before its flags: further runners are started with them. */
    words: readonly string[];
    /** Compute nothing, and show what would be computed, or the figures of what is there. */
    show?: 'plan' | 'figures' | undefined;
  },
): Promise<void> {
  const { terminal } = context;
  const { experiments } = options;
  const { runners = 1 } = options.flags;
  if (runners < 1) throw usageError('--runners', runners, 'at least 1');
  const cores = Math.max(1, Math.floor(availableParallelism() / runners));
  const flags = runners === 1 ? options.flags : { ...options.flags, threads: options.flags.threads ?? cores };
  const store = openCellStore(`${flags.out}/cells`);
  const models = await openModels(context, flags);
  try {
    const loadTask = taskLoader(context, flags);
    const bench = createBench({
      models: models.bench,
      loadTask,
      toxicity: EXPERIMENT_SCORER,
      judge: flags.judge === NO_JUDGE ? undefined : flags.judge,
      ...options.bench,
      seed: flags.seed,
      command: options.command,
    });
    const designed = await designExperiments(experiments, bench);
    const cells = cheapestFirst(designed).flatMap(({ design }) => design.cells);
    if (options.show === 'plan') {
      printPlan(terminal, await planCells({ cells, store }), flags.json);
      return;
    }
    if (options.show === 'figures') {
      const figures = await drawFigures({ designed, bench, store, folder: `${flags.out}/figures` });
      if (flags.json) terminal.printJson({ figures });
      else for (const figure of figures) printFigure(terminal, figure);
      return;
    }
    const work = { cells, store, models };
    if (isFurtherRunner(context)) {
      await runBeside(context, flags, work);
      return;
    }
    const report =
      flags.redis === undefined
        ? await runTogether(context, flags, { ...work, words: options.words })
        : await runThere(context, flags.redis, { ...work, queue: flags.queue });
    const figures = await drawFigures({
      designed,
      bench,
      store,
      folder: `${flags.out}/figures`,
      failures: report.failures,
    });
    const { failures, ...counts } = report;
    const failed = failures.map(({ cell, reason }) => ({ hash: cell.hash, reason }));
    if (flags.json) terminal.printJson({ ...counts, failed, figures });
    else {
      for (const figure of figures) printFigure(terminal, figure);
      printReport(terminal, report, flags.out);
    }
    if (failures.length > 0) throw new CellsFailedError(failures);
  } finally {
    await models.dispose();
  }
}

/** Some cells could not be computed; everything else is there. */
class CellsFailedError extends AusteerError {
  constructor(failures: CellReport['failures']) {
    const reasons = [...new Set(failures.map(({ reason }) => reason))];
    super(
      'CELLS_FAILED',
      `${failures.length} cells could not be computed: ${reasons.join('; ')}. Run the command again to try them again.`,
    );
  }
}

/** Experiments with little work first: their figures need not wait for the others. */
function cheapestFirst(designed: readonly DesignedExperiment[]): DesignedExperiment[] {
  const workOf = ({ design }: DesignedExperiment): number =>
    withNeeds(design.cells).reduce((sum, { kind, inputs }) => sum + kind.work(inputs), 0);
  return designed.toSorted((a, b) => workOf(a) - workOf(b));
}

function printPlan(terminal: Terminal, plan: CellPlan, json: boolean): void {
  if (json) {
    terminal.printJson(plan);
    return;
  }
  const rows = plan.cells.map(({ hash, label, cached, seconds }) => [
    hash.slice(0, 10),
    cached ? 'there' : 'to do',
    seconds === undefined ? '?' : `${seconds.toFixed(1)} s`,
    label,
  ]);
  terminal.print(formatTable(['cell', 'state', 'cost', 'what'], rows));
  const missing = plan.cells.length - plan.cached;
  terminal.print(
    `${plan.cells.length} cells, ${plan.cached} there, ${missing} to do: about ${describeSeconds(plan.seconds)}` +
      (plan.unknown > 0 ? `, and ${plan.unknown} cells of unknown cost` : ''),
  );
}

function printReport(terminal: Terminal, report: CellReport, out: string): void {
  const { total, cached, computed, elsewhere, failures, cellSeconds, seconds } = report;
  const nothing = computed === 0 && elsewhere === 0 && failures.length === 0;
  terminal.print(
    nothing
      ? `Nothing to do: all ${total} cells are there (they took ${describeSeconds(cellSeconds)}).`
      : `${total} cells: ${cached} were there, ${computed} computed in ${describeSeconds(seconds)}` +
          `${elsewhere > 0 ? `, ${elsewhere} by other runners` : ''}; all cells together took ${describeSeconds(cellSeconds)}.`,
  );
  terminal.print(`figures → ${out}/figures`);
}
