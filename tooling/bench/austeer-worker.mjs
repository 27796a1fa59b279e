/**
 * This project, behind the bench's protocol: a JSON object a line in, one out.
 *
 *     node austeer-worker.mjs MODEL THREADS PRECISION
 *
 * @module
 */
import { createInterface } from 'node:readline';
import { countMomentum, rankUnits } from '../../packages/localize/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';

/** @typedef {import('../../packages/core/dist/index.js').SteeringValues} SteeringValues */
/**
 * @typedef {object} Request
 * @property {'prefill' | 'decode' | 'localize' | 'logits'} work
 * @property {number[][]} rows
 * @property {number} steps new tokens of each row
 * @property {{ id: string, positive: number[], negative: number[] }[]} pairs
 * @property {number} top
 * @property {number} [layers] the lowest layers to localize in
 * @property {number} [edits] units to steer; 0 feeds zeros
 */

const [path = '', threads = '', precision = ''] = process.argv.slice(2);
const model = await loadModel({
  model: path,
  threads: Number(threads),
  precision: /** @type {import('../../packages/runtime/dist/index.js').LoadModelOptions['precision']} */ (
    precision
  ),
});

/** @param {number} edits @returns {SteeringValues} a small gain at units spread over both sites and all layers */
function steeringOf(edits) {
  const { layers, widths } = model.identity;
  const sites = Object.fromEntries(
    /** @type {const} */ (['attention', 'ffn']).map((site) => {
      const size = layers * (widths[site] ?? 0);
      const gain = new Float32Array(size);
      const count = Math.min(size, edits / 2);
      for (let edit = 0; edit < count; edit++) gain[Math.floor((edit * size) / count)] = 0.01;
      return [site, { gain, bias: new Float32Array(size) }];
    }),
  );
  return { layers, sites, fingerprint: `bench ${edits}` };
}

/** @param {Request} request */
async function decode({ rows, steps, edits }) {
  let first = 0;
  let tokens = 0;
  await model.generate(rows, {
    maxNewTokens: steps + 1,
    batchSize: rows.length,
    ignoreEnd: true,
    ...(edits !== undefined && { steering: steeringOf(edits) }),
    // The first token of the first row ends the prefill.
    onToken: () => {
      first ||= performance.now();
      tokens++;
    },
  });
  const seconds = (performance.now() - first) / 1000;
  return { seconds, tokens };
}

/** @param {Request} request */
async function localize({ pairs, top, layers }) {
  /** @type {('attention' | 'ffn')[]} */
  const sites = ['attention', 'ffn'];
  const counts = await countMomentum(model.capturePairs(pairs, { sites, ...(layers && { layers }) }), {
    sites,
  });
  return Object.fromEntries(
    sites.map((site) => [
      site,
      rankUnits(counts, { sites: [site], top }).map((unit) => [unit.layer, unit.index]),
    ]),
  );
}

/** @param {number[][]} rows @param {number[][]} candidates */
const score = (rows, candidates) =>
  model.score(
    rows.map((prompt) => ({ prompt, candidates })),
    { batchSize: rows.length },
  );

for await (const line of createInterface({ input: process.stdin })) {
  /** @type {Request} */
  const request = JSON.parse(line);
  const start = performance.now();
  /** @type {Record<string, unknown>} */
  let reply = {};
  if (request.work === 'prefill') {
    await model.score(
      request.rows.map((prompt) => ({ prompt, candidates: [[1]] })),
      {
        batchSize: request.rows.length,
        ...(request.edits !== undefined && { steering: steeringOf(request.edits) }),
      },
    );
  } else if (request.work === 'decode') reply = await decode(request);
  else if (request.work === 'localize') reply.units = await localize(request);
  else {
    const all = Array.from({ length: model.details.vocabularySize }, (_, token) => [token]);
    reply.logits = (await score(request.rows, all)).map(({ logProbabilities }) => logProbabilities);
  }
  reply.seconds ??= (performance.now() - start) / 1000;
  reply.peakBytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify(reply));
}
await model.dispose();
