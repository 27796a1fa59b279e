import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const austeer = `austeer() { '${process.execPath}' '${join(root, 'apps/cli/bin/austeer.js')}' "$@"; }`;

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: root });
}, 300_000);

/** What bash would offer for the last word. */
async function complete(...words: string[]): Promise<string[]> {
  const { stdout: script } = await runCli('completion', 'bash');
  const quoted = ['austeer', ...words].map((word) => `'${word}'`).join(' ');
  const lines = [
    austeer,
    script,
    `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}`,
    `_austeer; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ];
  const output = execFileSync('bash', ['-c', lines.join('\n')], { encoding: 'utf8' });
  return output.split('\n').filter((line) => line !== '');
}

describe.runIf(existsSync('/bin/bash'))('completion in bash', () => {
  it('knows commands, flags and their values', async () => {
    expect(await complete('eval')).toEqual(['evaluate']);
    expect(await complete('plan', 'me')).toEqual(['merge']);
    expect(await complete('evaluate', '--ta')).toEqual(['--task']);
    expect(await complete('evaluate', '--ranking', '')).toContain('momentum');
  });

  it('leaves paths to the shell', async () => {
    expect(await complete('report', 'runs/')).toEqual([]);
  });
});

it('other shells get a script too, and an unknown one an error', async () => {
  for (const shell of ['zsh', 'fish']) {
    expect((await runCli('completion', shell)).stdout).toContain('austeer __complete');
  }
  const { exitCode, stderr } = await runCli('completion', 'tcsh');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('bash');
});
