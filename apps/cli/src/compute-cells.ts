/**
 * Cells computed: in this process, in several of this machine, or by a fleet.
 *
 * @module
 */
import {
  type Cell,
  type CellReport,
  type CellStore,
  createCellContext,
  runCells,
} from '@austeer/experiments';
import type { AusteerContext } from './context.ts';
import { contextOptions } from './experiment-context.ts';
import type { OpenModels } from './load-models.ts';
import type { ExperimentRunFlags } from './run-experiments.ts';
import { signalOfStarter, startRunners, wordsOfFlags } from './runner-processes.ts';

/** Flags that a further runner gets as they are. */
const PASSED_ON = [
  'model',
  'precision',
  'device',
  'siteMap',
  'cache',
  'offline',
  'data',
  'out',
  'judge',
  'seed',
  'batchSize',
  'threads',
] as const satisfies readonly (keyof ExperimentRunFlags)[];

/** Cells, where their results go, and the models that they ask for. */
interface Work {
  readonly cells: readonly Cell[];
  readonly store: CellStore;
  readonly models: OpenModels;
}

/** Computes in this process and in further ones, where the flags ask for them; what measures time comes last, alone. */
export async function runTogether(
  command: AusteerContext,
  flags: ExperimentRunFlags,
  { words, ...work }: Work & { readonly words: readonly string[] },
): Promise<CellReport> {
  const { runners = 1 } = flags;
  if (runners === 1) return runHere(command, flags, work);
  const { shard } = flags;
  const argv = [
    ...words,
    ...wordsOfFlags({
      ...Object.fromEntries(PASSED_ON.map((name) => [name, flags[name]])),
      shard: shard && `${shard.index}/${shard.count}`,
      runners: 1,
    }),
  ];
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
export async function runBeside(
  command: AusteerContext,
  flags: ExperimentRunFlags,
  work: Work,
): Promise<void> {
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
export async function runThere(
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
