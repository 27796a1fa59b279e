/**
 * Experiments from design to figures: what `reproduce` and `experiment` share.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { AusteerError } from '@austeer/core';
import {
  type BenchOptions,
  type Cell,
  type CellPlan,
  type CellReport,
  type CellStore,
  createBench,
  createCellContext,
  type DesignedExperiment,
  designExperiments,
  drawFigures,
  type Experiment,
  openCellStore,
  planCells,
  runCells,
  withNeeds,
} from '@austeer/experiments';
import type { AusteerContext } from './context.ts';
import {
  contextOptions,
  type DataFlags,
  EXPERIMENT_SCORER,
  NO_JUDGE,
  taskLoader,
} from './experiment-context.ts';
import { type ModelFlags, usageError } from './flags.ts';
import { type OpenModels, openModels } from './load-models.ts';
import { printFigure } from './output/figure.ts';
import { describeSeconds } from './output/progress-line.ts';
import { formatTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { isFurtherRunner, signalOfStarter, startRunners, wordsOfFlags } from './runner-processes.ts';

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
    if (isFurtherRunner(context)) {
      await runBeside(context, flags, { cells, store, models });
      return;
    }
    const report =
      flags.redis === undefined
        ? await runTogether(context, flags, { cells, store, models, words: options.words })
        : await runThere(context, flags.redis, { cells, store, queue: flags.queue });
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

interface Work {
  readonly cells: readonly Cell[];
  readonly store: CellStore;
  readonly models: OpenModels;
}

/** Computes in this process and in further ones, where the flags ask for them; what measures time comes last, alone. */
async function runTogether(
  command: AusteerContext,
  flags: ExperimentRunFlags,
  { words, ...work }: Work & { readonly words: readonly string[] },
): Promise<CellReport> {
  const { runners = 1 } = flags;
  if (runners === 1) return runHere(command, flags, work);
  const { model, precision, device, siteMap, cache, offline, data, out, judge, seed, batchSize, threads } =
    flags;
  const shared = {
    model,
    precision,
    device,
    siteMap,
    cache,
    offline,
    data,
    out,
    judge,
    seed,
    batchSize,
    threads,
  };
  const argv = [...words, ...wordsOfFlags({ ...shared, runners: 1 })];
  const others = startRunners(command, { argv, count: runners - 1 });
  try {
    const first = await runHere(command, flags, {
      ...work,
      cells: work.cells.filter(({ kind }) => !kind.alone),
    });
    await others.ended;
    const last = await runHere(command, flags, {
      ...work,
      cells: work.cells.filter(({ kind }) => kind.alone),
    });
    return {
      total: first.total + last.total,
      cached: first.cached + last.cached,
      computed: first.computed + last.computed,
      elsewhere: first.elsewhere + last.elsewhere,
      failures: [...first.failures, ...last.failures],
      cellSeconds: first.cellSeconds + last.cellSeconds,
      seconds: first.seconds + last.seconds,
    };
  } finally {
    await others.stop();
  }
}

/** Computes as a further runner: whoever started it does the rest, and tells what failed. */
async function runBeside(command: AusteerContext, flags: ExperimentRunFlags, work: Work): Promise<void> {
  const { signal, release } = signalOfStarter(command);
  try {
    const quiet = { ...command, signal, terminal: { ...command.terminal, progress: () => undefined } };
    await runHere(quiet, flags, { ...work, cells: work.cells.filter(({ kind }) => !kind.alone) });
  } finally {
    release();
  }
}

/** Computes in this process. */
async function runHere(
  command: AusteerContext,
  flags: ExperimentRunFlags,
  { cells, store, models }: Work,
): Promise<CellReport> {
  const { terminal, signal } = command;
  const context = createCellContext({
    ...contextOptions(command, { flags, store, models }),
    signal,
    onProgress: terminal.progress,
  });
  try {
    return await runCells({
      cells,
      store,
      context,
      shard: flags.shard,
      onEvent: (event) => {
        if (event.kind === 'computed') {
          const { label, cell, done, total } = event;
          terminal.say(`${done}/${total} ${label} · ${cell.seconds.toFixed(1)} s`);
        } else if (event.kind === 'failed') {
          terminal.say(`failed: ${event.error instanceof Error ? event.error.message : String(event.error)}`);
        } else if (event.kind === 'waiting') {
          terminal.progress({ stage: 'waiting for other runners, cells left', done: event.cells });
        }
      },
    });
  } finally {
    await context.dispose();
  }
}

/** Has a fleet compute, and shows all of it in one terminal. */
async function runThere(
  { terminal, signal }: AusteerContext,
  redis: string,
  options: { cells: readonly Cell[]; store: CellStore; queue: string },
): Promise<CellReport> {
  const { runOnFleet } = await import('@austeer/experiments/queue');
  let shown = '';
  return runOnFleet({
    ...options,
    redis,
    signal,
    onProgress: ({ done, total, failed, workers, waiting, active }) => {
      const lines = [
        `${done}/${total} cells${failed > 0 ? `, ${failed} failed` : ''} · ${workers} workers · ${waiting} groups wait`,
        ...active.map(
          ({ worker, label, done: at, total: of }) =>
            `  ${worker}: ${label}${of === undefined ? '' : ` (${at} of ${of})`}`,
        ),
      ];
      if (lines.join('\n') === shown) return;
      shown = lines.join('\n');
      for (const line of lines) terminal.say(line);
    },
  });
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
