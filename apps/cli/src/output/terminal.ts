/**
 * Where a command writes: results on stdout, everything else on stderr, so that results can be piped.
 *
 * @module
 */
import { styleText } from 'node:util';
import type { Progress } from '@austeer/core';
import { createProgressLine, type ProgressLine } from './progress-line.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Part of a stream that is needed here. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** The terminal of a command. */
export interface Terminal {
  /** Size of what results are written to; absent in pipes. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** A line of a result. */
  print(line?: string): void;
  /** The one JSON document of `--json`. */
  printJson(value: unknown): void;
  /** A line about what is being done. */
  say(line: string): void;
  /** How far a long step has come; shows rate and time left. */
  progress(progress: Progress): void;
  /** Colours where the stream shows them and `NO_COLOR` is not set. */
  style(style: Style | readonly Style[], text: string): string;
}

/** Makes a terminal over two streams. */
export function createTerminal(options: {
  stdout: OutputStream;
  stderr: OutputStream;
  environment: Readonly<Record<string, string | undefined>>;
}): Terminal {
  const { stdout, stderr, environment } = options;
  const colours = stdout.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const line: ProgressLine = createProgressLine({ stream: stderr, now: () => performance.now() });
  return {
    get columns() {
      return stdout.isTTY === true ? stdout.columns : undefined;
    },
    get rows() {
      return stdout.isTTY === true ? stdout.rows : undefined;
    },
    print(text = '') {
      line.clear();
      stdout.write(`${text}\n`);
    },
    printJson(value) {
      line.clear();
      stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    say(text) {
      line.clear();
      stderr.write(`${text}\n`);
    },
    progress: (progress) => line.update(progress),
    // Whether there are colours is decided above, for this stream.
    style: (style, text) =>
      colours ? styleText(style as Parameters<typeof styleText>[0], text, { validateStream: false }) : text,
  };
}
