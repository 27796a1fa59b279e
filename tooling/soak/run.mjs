/**
 * `npm run soak -- --generations 10000`: one process, a tiny model, plans that come and go, batches of several sizes,
 * answers that are cut off; memory is printed at intervals, and its slope over the second half has to be flat.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRandom, SITES } from '../../packages/core/dist/index.js';
import { tinyLlama } from '../../packages/onnx/dist/testing/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';
import {
  compilePlan,
  planFromEdits,
  planFromSafetensors,
  planToSafetensors,
} from '../../packages/steering/dist/index.js';

const { values } = parseArgs({
  options: {
    generations: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '0' },
    /** MiB that memory may grow by in 1,000 generations, fitted over the second half. */
    limit: { type: 'string', default: '1' },
  },
});
const generations = Number(values.generations);
const LINES = 20;

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collect = runInNewContext('gc');
const random = createRandom(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'austeer-soak-'));
/** @typedef {{ done: number, process: number, heap: number }} Sample in bytes */
/** @type {Sample[]} */
const samples = [];
try {
  const path = join(folder, 'tiny.gguf');
  writeFileSync(path, tinyLlama());
  const model = await loadModel({ model: path, threads: 1, cacheDirectory: join(folder, 'cache') });
  const start = performance.now();
  let done = 0;
  for (let next = 0; done < generations; ) {
    const rows = 1 + random.integer(4);
    const prompts = Array.from({ length: rows }, () =>
      Array.from({ length: 1 + random.integer(12) }, () => 3 + random.integer(20)),
    );
    const steering = prompts.map(() => (random.integer(4) === 0 ? undefined : newPlan(model.identity)));
    const controller = new AbortController();
    if (random.integer(20) === 0) controller.abort(new Error('cut off'));
    try {
      await model.generate(prompts, { maxNewTokens: 4, steering, signal: controller.signal });
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
    done += rows;
    if (done >= next || done >= generations) {
      collect();
      const { rss, heapUsed, external } = process.memoryUsage();
      samples.push({ done, process: rss, heap: heapUsed });
      const [all, heap, buffers] = [rss, heapUsed, external].map((bytes) => (bytes / 2 ** 20).toFixed(1));
      console.log(
        `${String(done).padStart(6)} generations  ${all} MiB, of which ${heap} objects and ${buffers} buffers`,
      );
      next += generations / LINES;
    }
  }
  await model.dispose();
  const half = samples.slice(Math.floor(samples.length / 2));
  const slope = slopeOf(half, 'process');
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${done} generations in ${seconds.toFixed(0)} s; memory grows by ${slope.toFixed(3)} MiB in 1,000 generations ` +
      `over the second half, JavaScript's objects by ${slopeOf(half, 'heap').toFixed(3)}; the limit is ${values.limit}`,
  );
  if (!(slope <= Number(values.limit))) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A plan that nobody has seen before, through a file as a user's would come. @param {import('../../packages/core/dist/index.js').ModelIdentity} identity */
function newPlan(identity) {
  const sites = SITES.filter((site) => site !== 'ffnInner' && identity.widths[site] !== undefined);
  const site = sites[random.integer(sites.length)] ?? 'ffn';
  const edit = {
    site,
    layer: random.integer(identity.layers),
    index: random.integer(identity.widths[site] ?? 1),
    gain: random.normal(),
    bias: random.normal(),
  };
  return compilePlan(
    planFromSafetensors(planToSafetensors(planFromEdits({ edits: [edit], model: identity }))),
    identity,
  );
}

/**
 * Least squares.
 *
 * @param {readonly Sample[]} points
 * @param {'process' | 'heap'} part
 * @returns {number} MiB in 1,000 generations
 */
function slopeOf(points, part) {
  const mean = (/** @type {readonly number[]} */ list) =>
    list.reduce((sum, value) => sum + value, 0) / list.length;
  const x = points.map(({ done }) => done / 1000);
  const y = points.map((point) => point[part] / 2 ** 20);
  const [mx, my] = [mean(x), mean(y)];
  const spread = x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  return x.reduce((sum, value, at) => sum + (value - mx) * ((y[at] ?? 0) - my), 0) / spread;
}
