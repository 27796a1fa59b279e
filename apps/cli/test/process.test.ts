import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The built command, as a user starts it. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const command = join(root, 'apps/cli/bin/austeer.js');
let folder: string;

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: root });
  folder = mkdtempSync(join(tmpdir(), 'austeer-process-'));
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

function start(...argv: string[]) {
  const child = spawn(process.execPath, [command, ...argv], {
    cwd: folder,
    env: { ...process.env, AUSTEER_CACHE: join(folder, 'cache') },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

describe('austeer as a process', () => {
  it('helps', async () => {
    const { code, stdout } = await start('--help').ended;
    expect(code).toBe(0);
    for (const name of [
      'demo',
      'doctor',
      'models',
      'capture',
      'localize',
      'plan',
      'generate',
      'score',
      'evaluate',
    ]) {
      expect(stdout).toContain(`  ${name} `);
    }
    expect((await start('evaluate', '--help').ended).stdout).toContain(
      'austeer evaluate --task boolq --limit 200',
    );
  });

  it('puts one JSON document on stdout and nothing else, without colours in a pipe', async () => {
    const { code, stdout } = await start('doctor', 'tiny.gguf', '--json').ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ passed: true });
    expect((await start('doctor', 'tiny.gguf').ended).stdout).not.toContain('\u001b');
  });

  it('takes defaults from the folder that it is started in', async () => {
    const path = join(folder, 'austeer.config.json');
    writeFileSync(path, JSON.stringify({ doctor: { json: true, sites: ['ffn'] } }));
    const { stdout } = await start('doctor', 'tiny.gguf').ended;
    writeFileSync(path, JSON.stringify({ docter: {} }));
    const { code, stderr } = await start('doctor', 'tiny.gguf').ended;
    rmSync(path);
    expect(JSON.parse(stdout)).toMatchObject({ sites: [{ site: 'ffn' }] });
    expect(code).toBe(1);
    expect(stderr).toContain('Did you mean "doctor"?');
  });

  it.each([
    ['an error', ['generate', '--model', 'none.gguf', '--prompt', 'x'], 1],
    ['a misspelt flag', ['generate', '--promt', 'x'], 2],
    ['an unknown command', ['genrate'], 2],
    ['a missing flag', ['score'], 2],
  ])('exit code of %s', async (_, argv, expected) => {
    const { code, stderr } = await start(...argv).ended;
    expect(code).toBe(expected);
    expect(stderr).not.toBe('');
  });

  it('Ctrl-C stops the work, leaves no half file and exits with 130', async () => {
    const rows = Array.from(
      { length: 4000 },
      (_, row) => `${JSON.stringify({ tokens: Array.from({ length: 400 }, (_, i) => (row + i) % 256) })}\n`,
    );
    writeFileSync(join(folder, 'rows.jsonl'), rows.join(''));
    const { child, ended } = start(
      'capture',
      '--model',
      'tiny.gguf',
      '--input',
      'rows.jsonl',
      '--out',
      'out/activations.safetensors',
      '--cache',
      'cache-of-this-test',
    );
    // The prepared weights appear when the model is loaded; soon after that it computes.
    const cache = join(folder, 'cache-of-this-test');
    await expect
      .poll(() => existsSync(cache) && readdirSync(cache).includes('prepared'), { timeout: 20_000 })
      .toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Stopped.');
    expect(readdirSync(folder)).not.toContain('out');
  });
});
