/**
 * Writers that are killed with no chance to tidy up: what a reader finds is whole, or not there. Needs a build.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { countsFromSafetensors } from '../../packages/localize/dist/index.js';
import { openGguf, prepareGguf } from '../../packages/onnx/dist/index.js';
import { tinyLlama } from '../../packages/onnx/dist/testing/index.js';
import { planFromSafetensors } from '../../packages/steering/dist/index.js';

const KILLS = 3;
const WRITER = join(import.meta.dirname, 'write-for-ever.mjs');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts the writer and kills it some time after it has begun. */
function killWhileWriting(kind: string, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, [WRITER, kind, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said += part.toString();
  });
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), milliseconds));
  return new Promise((resolve, reject) =>
    child.on('close', (_, signal) => (signal === 'SIGKILL' ? resolve() : reject(new Error(said)))),
  );
}

it('a plan is whole', async () => {
  for (let kill = 0; kill < KILLS; kill++) {
    await killWhileWriting('plan', 40 + kill * 23);
    const path = join(folder, 'plan.safetensors');
    if (!existsSync(path)) continue;
    const { edits } = planFromSafetensors(readFileSync(path));
    expect(new Set(edits.map(({ gain }) => gain)).size).toBe(1);
  }
});

it('counts are whole', async () => {
  for (let kill = 0; kill < KILLS; kill++) {
    await killWhileWriting('counts', 40 + kill * 23);
    const path = join(folder, 'counts.safetensors');
    if (!existsSync(path)) continue;
    const { counts } = countsFromSafetensors(readFileSync(path));
    expect(counts.sites.ffn!.promoted.every((count) => count === counts.pairs)).toBe(true);
  }
});

it('a run log is whole', async () => {
  let found = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await killWhileWriting('run-log', 60 + kill * 31);
    for (const name of readdirSync(folder).filter((entry) => /^run-\d+$/.test(entry))) {
      const { lines } = JSON.parse(readFileSync(join(folder, name, 'run.json'), 'utf8'));
      const answers = readFileSync(join(folder, name, 'answers.jsonl'), 'utf8')
        .trimEnd()
        .split('\n');
      expect(answers.map((line) => JSON.parse(line))).toHaveLength(lines);
      found++;
    }
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  }
  expect(found).toBeGreaterThan(0);
});

it('prepared weights are made again as if nothing had been', async () => {
  const path = join(folder, 'model.gguf');
  writeFileSync(path, tinyLlama());
  for (let kill = 0; kill < KILLS; kill++) await killWhileWriting('weights', 5 + kill * 17);
  const file = await openGguf(path);
  const weightsOf = async (cacheKey: string, cache: string): Promise<string> =>
    (await prepareGguf({ file, precision: 'fp32', cacheKey, cacheDirectory: join(folder, cache) }))
      .weightsPath;
  const fresh = readFileSync(await weightsOf('key-0', 'fresh'));
  // Whatever carries the name of finished weights is finished.
  const cache = join(folder, 'cache');
  const finished = readdirSync(cache).filter((name) => name.endsWith('.weights'));
  expect(finished.length).toBeGreaterThan(0);
  for (const name of finished) expect(readFileSync(join(cache, name)).equals(fresh)).toBe(true);
  expect(readFileSync(await weightsOf('key-1', 'cache')).equals(fresh)).toBe(true);
});
