/**
 * What every command gets: streams, a signal that Ctrl-C fires, and the terminal.
 *
 * @module
 */
import type { Readable } from 'node:stream';
import type { CommandContext, StricliProcess } from '@stricli/core';
import { createTerminal, type Terminal } from './output/terminal.ts';

/** The context of a command. */
export interface AusteerContext extends CommandContext {
  readonly process: StricliProcess;
  readonly terminal: Terminal;
  /** What is typed or piped in. */
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  /** Fires at the first Ctrl-C; work stops between two runs of the model and leaves no half file. */
  readonly signal: AbortSignal;
}

/** The reason of the signal. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Context of a real process. A second Ctrl-C ends it at once. */
export function createContext(process: NodeJS.Process): AusteerContext {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () =>
      controller.abort(new InterruptedError('Stopped. Nothing was left half written.')),
    );
  }
  return {
    process: process as unknown as StricliProcess,
    stdin: process.stdin,
    terminal: createTerminal({ stdout: process.stdout, stderr: process.stderr, environment: process.env }),
    signal: controller.signal,
  };
}
