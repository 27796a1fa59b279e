/**
 * Further runners of a command, as processes of their own that share its folder of cells. One model keeps one core busy best,
 * so several runners of one thread do more than one runner of several.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AusteerContext } from './context.ts';
import { kebabCase } from './flag-names.ts';
import { withHugePages } from './huge-pages.ts';

/** Says to a process that it is one of several: it computes and draws nothing. */
const RUNNER_VARIABLE = 'AUSTEER_RUNNER';
const COMMAND = fileURLToPath(new URL('../bin/austeer.js', import.meta.url));
/** How long a runner has to stop by itself, in milliseconds. */
const GRACE = 10_000;

/** Whether this process is a further runner. */
export function isFurtherRunner({ process }: AusteerContext): boolean {
  return process.env?.[RUNNER_VARIABLE] !== undefined;
}

/** Runners that were started. */
export interface RunnerProcesses {
  /** Resolves when all have ended; never rejects. What they could not compute, whoever started them finds open. */
  readonly ended: Promise<void>;
  /** Asks them to stop, and ends those that do not. */
  stop(): Promise<void>;
}

/**
 * Starts runners; what they say goes to this terminal under their numbers. They stop at Ctrl-C, and when this process ends.
 *
 * @param options.argv command line of one of them
 * @param options.count how many
 */
export function startRunners(
  { terminal }: AusteerContext,
  { argv, count }: { argv: readonly string[]; count: number },
): RunnerProcesses {
  const children = Array.from({ length: count }, (_, index) => {
    const number = index + 2;
    const child = spawn(process.execPath, [COMMAND, ...argv], {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...withHugePages(process.env), [RUNNER_VARIABLE]: String(number) },
    });
    createInterface({ input: child.stderr }).on('line', (line) => terminal.say(`runner ${number}: ${line}`));
    return { child, ended: endOf(child) };
  });
  const ended = Promise.all(children.map((one) => one.ended)).then(() => undefined);
  return {
    ended,
    stop: async () => {
      for (const { child } of children) child.stdin.end();
      const late = setTimeout(() => {
        for (const { child } of children) child.kill('SIGKILL');
      }, GRACE);
      await ended;
      clearTimeout(late);
    },
  };
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('close', () => resolve());
    // It could not be started: the others do its work.
    child.on('error', () => resolve());
  });
}

/** Fires when whoever started this runner stops it or ends, however that happens. */
export function signalOfStarter({ stdin, signal }: AusteerContext): {
  readonly signal: AbortSignal;
  /** Lets the process end. */
  release(): void;
} {
  const controller = new AbortController();
  stdin.once('end', () => controller.abort(new Error('Stopped by the process that started this runner.')));
  stdin.resume();
  return { signal: AbortSignal.any([signal, controller.signal]), release: () => stdin.destroy() };
}

/** Flags as words of a command line; what is not set is left out. */
export function wordsOfFlags(flags: object): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    const flag = `--${kebabCase(name)}`;
    if (value === true) return [flag];
    return [flag, Array.isArray(value) ? value.join(',') : String(value)];
  });
}
