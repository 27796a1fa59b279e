/**
 * Runs the command line inside the test, with streams that are read afterwards.
 */
import { Readable } from 'node:stream';
import type { AusteerContext } from '../src/context.ts';
import { createTerminal } from '../src/output/terminal.ts';
import { runAusteer } from '../src/run-austeer.ts';

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export async function runCli(...argv: string[]): Promise<CliResult> {
  return runCliWith('', ...argv);
}

/** The same with something piped in. */
export async function runCliWith(input: string, ...argv: string[]): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  const out = {
    isTTY: false,
    write: (text: string) => {
      stdout += text;
    },
  };
  const err = {
    isTTY: false,
    write: (text: string) => {
      stderr += text;
    },
  };
  const process: AusteerContext['process'] & { exitCode?: number | string | null } = {
    stdout: out,
    stderr: err,
    env: {},
  };
  const context: AusteerContext = {
    process,
    stdin: Readable.from(input === '' ? [] : [input]),
    terminal: createTerminal({ stdout: out, stderr: err, environment: {} }),
    signal: new AbortController().signal,
  };
  await runAusteer(context, argv, import.meta.dirname);
  return { stdout, stderr, exitCode: Number(process.exitCode ?? 0) };
}

/** The one JSON document on stdout. */
export async function runJson<T>(...argv: string[]): Promise<T> {
  const { stdout, stderr, exitCode } = await runCli(...argv, '--json');
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
