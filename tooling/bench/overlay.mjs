/**
 * `npm run bench:overlay`: what making a large model steerable costs. Writes a decoder of Llama-2-7B's shape, 4 bit,
 * weights all zero in a sparse file, and opens it with and without the overlay, each in a process of its own.
 *
 *     npm run bench:overlay -- [ROUNDS]
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGraphWriter, MICROSOFT_DOMAIN, openOnnxDecoder } from '../../packages/onnx/dist/index.js';

const SHAPE = {
  layers: 32,
  hidden: 4096,
  inner: 11_008,
  heads: 32,
  headSize: 128,
  vocabulary: 32_000,
  context: 4096,
};
const BLOCK = 32;
const INT32 = 6;
const DATA = 'model.onnx.data';

/** @param {string} folder */
function writeModel(folder) {
  const { layers, hidden, inner, heads, headSize, vocabulary, context } = SHAPE;
  const graph = createGraphWriter({ name: 'seven billion' });
  const com = { domain: /** @type {typeof MICROSOFT_DOMAIN} */ (MICROSOFT_DOMAIN) };
  let bytes = 0;
  /** @param {string} name @param {'float32' | 'uint8'} dtype @param {number[]} dims */
  const weight = (name, dtype, dims) => {
    const length = dims.reduce((a, b) => a * b, dtype === 'float32' ? 4 : 1);
    graph.external(name, { dtype, dims, location: DATA, offset: bytes, length });
    bytes += Math.ceil(length / 4096) * 4096;
    return name;
  };
  /** @param {string} name @param {string} input @param {number} K @param {number} N */
  const product = (name, input, K, N) =>
    graph.node(
      'MatMulNBits',
      [
        input,
        weight(`${name}.q`, 'uint8', [N, K / BLOCK, BLOCK / 2]),
        weight(`${name}.s`, 'float32', [(N * K) / BLOCK]),
      ],
      [`${name}.out`],
      {
        ...com,
        attributes: {
          K: { int: K },
          N: { int: N },
          bits: { int: 4 },
          block_size: { int: BLOCK },
          accuracy_level: { int: 4 },
        },
      },
    )[0];

  graph.input('input_ids', 'int64', ['rows', 'tokens']);
  graph.input('attention_mask', 'int64', ['rows', 'total']);
  for (let layer = 0; layer < layers; layer++)
    for (const part of ['key', 'value'])
      graph.input(`past_key_values.${layer}.${part}`, 'float32', ['rows', heads, 'past', headSize]);
  graph.constant('one', { dtype: 'int64', dims: [], data: BigInt64Array.of(1n) });
  graph.constant('axis', BigInt64Array.of(1n));
  graph.node('ReduceSum', ['attention_mask', 'axis'], ['lengths'], { attributes: { keepdims: { int: 0 } } });
  graph.node('Sub', ['lengths', 'one'], ['last']);
  graph.node('Cast', ['last'], ['sequence_lengths'], { attributes: { to: { int: INT32 } } });
  graph.node('Shape', ['attention_mask'], ['shape']);
  graph.node('Gather', ['shape', 'one'], ['total_wide'], { attributes: { axis: { int: 0 } } });
  graph.node('Cast', ['total_wide'], ['total'], { attributes: { to: { int: INT32 } } });
  for (const name of ['cos', 'sin']) weight(name, 'float32', [context, headSize / 2]);
  graph.node('Gather', [weight('embedding', 'float32', [vocabulary, hidden]), 'input_ids'], ['residual.0']);
  graph.node(
    'SimplifiedLayerNormalization',
    ['residual.0', weight('norm.0', 'float32', [hidden])],
    ['normed.0'],
  );
  for (let layer = 0; layer < layers; layer++) {
    const at = `layer.${layer}`;
    const [query, key, value] = ['q', 'k', 'v'].map((part) =>
      product(`${at}.${part}`, `normed.${layer}`, hidden, hidden),
    );
    graph.node(
      'GroupQueryAttention',
      [
        query ?? '',
        key ?? '',
        value ?? '',
        `past_key_values.${layer}.key`,
        `past_key_values.${layer}.value`,
        'sequence_lengths',
        'total',
        'cos',
        'sin',
      ],
      [`${at}.attention`, `present.${layer}.key`, `present.${layer}.value`],
      {
        ...com,
        attributes: { num_heads: { int: heads }, kv_num_heads: { int: heads }, do_rotary: { int: 1 } },
      },
    );
    for (const part of ['key', 'value'])
      graph.output(`present.${layer}.${part}`, 'float32', ['rows', heads, 'all', headSize]);
    /** @param {string} sum @param {string} block @param {string} normed @param {string} next */
    const skip = (sum, block, normed, next) =>
      graph.node(
        'SkipSimplifiedLayerNormalization',
        [sum, block, weight(`${normed}.weight`, 'float32', [hidden])],
        [normed, '', '', next],
        com,
      );
    skip(
      `residual.${layer}`,
      product(`${at}.o`, `${at}.attention`, hidden, hidden),
      `${at}.normed`,
      `${at}.sum`,
    );
    const gate = product(`${at}.gate`, `${at}.normed`, hidden, inner);
    graph.node('Sigmoid', [gate], [`${at}.sigmoid`]);
    graph.node('Mul', [gate, `${at}.sigmoid`], [`${at}.silu`]);
    graph.node('Mul', [`${at}.silu`, product(`${at}.up`, `${at}.normed`, hidden, inner)], [`${at}.inner`]);
    skip(
      `${at}.sum`,
      product(`${at}.down`, `${at}.inner`, inner, hidden),
      `normed.${layer + 1}`,
      `residual.${layer + 1}`,
    );
  }
  const logits = product('head', `normed.${layers}`, hidden, vocabulary);
  graph.node('Identity', [logits], ['logits']);
  graph.output('logits', 'float32', ['rows', 'tokens', vocabulary]);
  writeFileSync(join(folder, 'model.onnx'), graph.toBytes());
  const data = openSync(join(folder, DATA), 'w');
  ftruncateSync(data, bytes);
  closeSync(data);
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      model_type: 'llama',
      max_position_embeddings: context,
      vocab_size: vocabulary,
      num_key_value_heads: heads,
      head_dim: headSize,
    }),
  );
  return bytes;
}

/** In a process of its own: opens the model and prints what that took. @param {string} folder @param {boolean} overlay */
async function measure(folder, overlay) {
  const ort = createRequire(new URL('../../packages/runtime/package.json', import.meta.url))(
    'onnxruntime-node',
  );
  const start = performance.now();
  const graph = overlay
    ? await openOnnxDecoder({
        path: folder,
        purpose: { logits: true, capture: [], steer: ['attention', 'ffn'] },
      })
    : undefined;
  const made = performance.now();
  const session = await ort.InferenceSession.create(graph?.model ?? join(folder, 'model.onnx'), {
    intraOpNumThreads: 2,
    extra: { session: { model_external_initializers_file_folder_path: folder } },
  });
  console.log(
    JSON.stringify({
      overlaySeconds: (made - start) / 1000,
      seconds: (performance.now() - start) / 1000,
      peak: process.resourceUsage().maxRSS * 1024,
    }),
  );
  await session.release();
}

const [first = '3', mode] = process.argv.slice(2);
if (mode !== undefined) await measure(first, mode === 'overlay');
else {
  const folder = mkdtempSync(join(tmpdir(), 'austeer-seven-'));
  try {
    const bytes = writeModel(folder);
    console.log(
      `Llama-2-7B's shape, 4 bit, ${(bytes / 1e9).toFixed(2)} GB of weights; median of ${first} rounds`,
    );
    /** @param {string} kind */
    const run = (kind) =>
      JSON.parse(
        execFileSync(process.execPath, [fileURLToPath(import.meta.url), folder, kind], { encoding: 'utf8' }),
      );
    /** @type {{ overlaySeconds: number, seconds: number, peak: number }[][]} */
    const rounds = Array.from({ length: Number(first) }, () => [run('plain'), run('overlay')]);
    /** @param {number[]} values */
    const median = (values) => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
    const [plain, overlay] = [0, 1].map((kind) => ({
      seconds: median(rounds.map((round) => round[kind]?.seconds ?? Number.NaN)),
      overlaySeconds: median(rounds.map((round) => round[kind]?.overlaySeconds ?? Number.NaN)),
      peak: median(rounds.map((round) => round[kind]?.peak ?? Number.NaN)),
    }));
    for (const [name, result] of [
      ['plain session', plain],
      ['with the overlay', overlay],
    ]) {
      if (typeof result === 'string' || typeof name !== 'string' || result === undefined) continue;
      console.log(
        `${name.padEnd(18)} ${result.seconds.toFixed(2)} s, peak ${(result.peak / 1e6).toFixed(0)} MB`,
      );
    }
    console.log(
      `the overlay itself ${overlay?.overlaySeconds.toFixed(2)} s, ${(((overlay?.peak ?? 0) - (plain?.peak ?? 0)) / 1e6).toFixed(0)} MB`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
