/**
 * `npm run bench:guard`: three ratios, each of our work to a reference in the same minute of the same machine, against
 * the ratios that are committed in guard.json. Fails where one has got worse by more than 15 %. Times are not compared:
 * they say more about a machine than about a change. `--write` commits new references.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom, floatTensor } from '../../packages/core/dist/index.js';
import { createMomentumCounter } from '../../packages/localize/dist/index.js';
import { tinyLlama } from '../../packages/onnx/dist/testing/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';
import { compilePlan, planFromEdits } from '../../packages/steering/dist/index.js';

const { values: flags } = parseArgs({
  options: { write: { type: 'boolean', default: false }, rounds: { type: 'string', default: '15' } },
});
const TABLE = fileURLToPath(new URL('guard.json', import.meta.url));
const LOSS_LIMIT = 0.15;
/** A machine that is busy with something else is asked again. */
const ATTEMPTS = 3;

const random = createRandom(1);
const folder = mkdtempSync(join(tmpdir(), 'austeer-guard-'));
try {
  const path = join(folder, 'tiny.gguf');
  writeFileSync(path, tinyLlama());
  const model = await loadModel({ model: path, threads: 1, cacheDirectory: join(folder, 'cache') });
  const tokens = (/** @type {number} */ count) => Array.from({ length: count }, () => 3 + random.integer(20));

  const [layers, width, pairCount] = [32, 4096, 40];
  const side = () => ({
    ffn: floatTensor(
      Float32Array.from({ length: layers * width }, () => random.next() - 0.5),
      [layers, width],
    ),
  });
  const pairs = Array.from({ length: pairCount }, (_, id) => ({
    id: `${id}`,
    positive: side(),
    negative: side(),
  }));
  const counter = createMomentumCounter({ sites: ['ffn'] });
  const from = new Float32Array(pairCount * layers * width * 2).fill(1);
  const to = new Float32Array(from.length);

  const edit = { site: /** @type {const} */ ('ffn'), layer: 0, index: 1, gain: 0.5, bias: 0 };
  const steering = compilePlan(planFromEdits({ edits: [edit], model: model.identity }), model.identity);
  const items = Array.from({ length: 8 }, () => ({ prompt: tokens(100), candidates: [tokens(1)] }));

  const prefix = tokens(100);
  const sharing = Array.from({ length: 8 }, (_, id) => ({
    id: `${id}`,
    positive: [...prefix, ...tokens(1)],
    negative: [...prefix, ...tokens(1)],
  }));
  const apart = sharing.map((pair) => ({
    ...pair,
    negative: [(pair.negative[0] ?? 0) + 1, ...pair.negative.slice(1)],
  }));
  const capture = async (/** @type {typeof sharing} */ list) => {
    for await (const _ of model.capturePairs(list, { sites: ['ffn'] }));
  };

  /** Work and reference; the ratio of their times is kept, and lower is better.
   * @type {Record<string, { work: () => unknown, reference: () => unknown }>} */
  const ratios = {
    'counting to a copy of the memory': {
      work: () => {
        for (const pair of pairs) counter.add(pair);
      },
      reference: () => to.set(from),
    },
    'steered to plain scoring': {
      work: () => model.score(items, { steering }),
      reference: () => model.score(items),
    },
    'pairs with a common prefix to pairs without': {
      work: () => capture(sharing),
      reference: () => capture(apart),
    },
  };
  /** @type {Record<string, number>} */
  const known = flags.write ? {} : JSON.parse(readFileSync(TABLE, 'utf8'));
  /** @type {Record<string, number>} */
  const measured = {};
  for (const [name, pair] of Object.entries(ratios)) {
    const limit = (known[name] ?? Number.POSITIVE_INFINITY) * (1 + LOSS_LIMIT);
    let ratio = Number.POSITIVE_INFINITY;
    let attempts = flags.write ? 1 : ATTEMPTS;
    do ratio = Math.min(ratio, await measure(pair));
    while (--attempts > 0 && ratio > limit);
    measured[name] = Number(ratio.toFixed(3));
    const verdict = ratio <= limit ? 'ok' : `LOSS: the limit is ${limit.toFixed(3)}`;
    console.log(`${name.padEnd(45)} ${ratio.toFixed(3)}  reference ${known[name] ?? 'none'}  ${verdict}`);
    if (!(ratio <= limit)) process.exitCode = 1;
  }
  if (flags.write) writeFileSync(TABLE, `${JSON.stringify(measured, null, 2)}\n`);
  await model.dispose();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Median of the ratios of neighbouring runs: what slows the machine slows both.
 * @param {{ work: () => unknown, reference: () => unknown }} pair */
async function measure({ work, reference }) {
  const time = async (/** @type {() => unknown} */ run) => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  const found = [];
  for (let round = -2; round < Number(flags.rounds); round++) {
    const [ours, theirs] = [await time(work), await time(reference)];
    if (round >= 0) found.push(ours / theirs);
  }
  return found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? Number.NaN;
}
