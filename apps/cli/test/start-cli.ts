/**
 * The built command as processes of their own, which can be killed.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const command = join(root, 'apps/cli/bin/austeer.js');

/** Builds what processes run. */
export function build(): void {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: root });
}

/** A process and what it said. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Resolves when stderr holds the text. */
  said(text: string | RegExp): Promise<void>;
}

/** Starts the command. */
export function startCli(cwd: string, ...argv: string[]): RunningCli {
  const child = spawn(process.execPath, [command, ...argv], {
    cwd,
    env: { ...process.env, AUSTEER_CACHE: join(cwd, 'cache') },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    child.emit('said');
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const said = (text: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (typeof text === 'string' ? stderr.includes(text) : text.test(stderr)) resolve();
      };
      child.on('said', look);
      child.on('close', () => reject(new Error(`ended without saying ${text}: ${stderr}`)));
      look();
    });
  return { child, ended, said };
}
