/**
 * Every reader of files from outside, with valid files to begin from and the damage that fits their structure.
 *
 * @module
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSparseAutoencoder } from '../../packages/baselines/dist/index.js';
import { readSafetensors, writeSafetensors } from '../../packages/core/dist/index.js';
import { parseRatingKey, parseSheet } from '../../packages/evaluators/dist/index.js';
import { readRunLog } from '../../packages/experiments/dist/index.js';
import { countsFromSafetensors, readNpy, readNpz } from '../../packages/localize/dist/index.js';
import { describeOnnxDecoder, openGguf, parseSiteMap, readTensor } from '../../packages/onnx/dist/index.js';
import { parsePairRow, readRows } from '../../packages/pairs/dist/index.js';
import { findZipMember, readZipMember } from '../../packages/runtime/dist/sources/zip.js';
import {
  parseEditRow,
  planFromControlVector,
  planFromCsv,
  planFromEdits,
  planFromSafetensors,
  planFromSvec,
  planToControlVector,
  planToCsv,
  planToSafetensors,
  planToSvec,
} from '../../packages/steering/dist/index.js';
import { join as joinBytes, mutateBytes, mutateText } from './mutate.mjs';
import { mutateProtobuf } from './mutate-protobuf.mjs';
import { numpyArray, parquetFiles, smallGguf, zip } from './seeds.mjs';

/** @typedef {import('./random.mjs').Dice} Dice */

/**
 * @typedef {object} Reader
 * @property {readonly string[]} [sources] files and folders that it is made of, besides `packages/core`
 * @property {readonly Uint8Array[]} seeds valid files
 * @property {(seed: Uint8Array, dice: Dice, seeds: readonly Uint8Array[]) => Uint8Array} mutate
 * @property {(bytes: Uint8Array) => unknown} read rejects or throws typed errors only
 */

const PARQUET = fileURLToPath(new URL('../../packages/pairs/src/readers/__fixtures__/', import.meta.url));
const EXPORTS = fileURLToPath(new URL('../fixtures/goldens/', import.meta.url));

const model = {
  name: 'tiny',
  architecture: 'llama',
  layers: 3,
  widths: { attention: 4, ffn: 4, residual: 4 },
};
const vectors = planFromEdits({
  model,
  strength: 2,
  edits: [
    { site: 'residual', layer: 0, index: 1, gain: 0, bias: 0.5 },
    { site: 'residual', layer: 1, index: 3, gain: 0, bias: -2 },
  ],
});
// llama.cpp's vectors have none of the first layer.
const withoutFirst = planFromEdits({ model, edits: vectors.edits.slice(1) });
const gains = planFromEdits({
  model,
  edits: [
    { site: 'ffn', layer: 2, index: 0, gain: 0.5, bias: 0 },
    { site: 'attention', layer: 1, index: 2, gain: -1, bias: 3 },
  ],
});

const text = (/** @type {string} */ value) => new TextEncoder().encode(value);
const decode = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);

/**
 * Readers by name.
 *
 * @param {string} folder for those that take a path
 * @returns {Promise<Readonly<Record<string, Reader>>>}
 */
export async function createReaders(folder) {
  mkdirSync(join(folder, 'run'), { recursive: true });
  const onDisk = (/** @type {string} */ name, /** @type {(path: string) => unknown} */ read) => {
    const path = join(folder, name);
    return (/** @type {Uint8Array} */ bytes) => {
      writeFileSync(path, bytes);
      return read(path);
    };
  };
  const rowsOf = (/** @type {string} */ name) =>
    onDisk(name, async (path) => {
      for await (const _ of readRows(path));
    });
  const safetensors = writeSafetensors({
    metadata: { austeer: '{"format":"other"}', layer: '1' },
    tensors: {
      a: { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      b: { dtype: 'I32', shape: [1], data: Int32Array.of(7) },
    },
  });
  const counts = writeSafetensors({
    metadata: {
      austeer: JSON.stringify({ format: 'austeer-counts', version: 1, pairs: 4, model, provenance: {} }),
    },
    tensors: Object.fromEntries(
      ['promoted', 'suppressed'].map((part) => [
        `ffn.${part}`,
        { dtype: 'I32', shape: [3, 4], data: new Int32Array(12) },
      ]),
    ),
  });
  const pairs = text(
    '{"positive": "one", "negative": "two"}\n{"positiveTokens": [1, 2], "negativeTokens": [3]}\n',
  );
  const table = text('question,answer\n"What, now?",yes\nWhy,"no ""way"""\n');
  const encoderShapes = Object.entries({ W_enc: [2, 3], b_enc: [3], W_dec: [3, 2], b_dec: [2] });
  const autoencoder = writeSafetensors({
    metadata: { layer: '1' },
    tensors: Object.fromEntries(
      encoderShapes.map(([name, shape]) => [
        name,
        { dtype: 'F32', shape, data: new Float32Array(sizeOf(shape)) },
      ]),
    ),
  });
  /** @type {[string, Uint8Array][]} */
  const encoderArrays = encoderShapes.map(([name, shape]) => [
    `${name}.npy`,
    numpyArray('<f4', shape, new Uint8Array(4 * sizeOf(shape))),
  ]);
  const npy = numpyArray('<f4', [2, 3], Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer));
  const half = numpyArray('<f2', [4], Buffer.alloc(8));
  const parquet = [
    ...parquetFiles(),
    ...['dictionaries', 'differences', 'second-form'].map((form) =>
      readFileSync(join(PARQUET, `pyarrow-${form}.parquet`)),
    ),
  ];
  // Small exports whose weights lie beside them.
  const onnx = ['llama-genai', 'qwen2-genai'].map((name) => readFileSync(join(EXPORTS, name, 'model.onnx')));
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const name of ['config.json', 'genai_config.json', 'model.onnx.data']) {
    copyFileSync(join(EXPORTS, 'llama-genai', name), join(folder, 'onnx', name));
  }
  const header = text(JSON.stringify({ format: 'austeer-run', version: 1, test: { vanilla: {} }, seed: 0 }));
  return {
    safetensors: {
      sources: [],
      seeds: [safetensors, counts],
      mutate: mutateSafetensors,
      read: (bytes) => readSafetensors(bytes),
    },
    plan: {
      sources: ['packages/steering/src/plan-file.ts', 'packages/steering/src/steering-plan.ts'],
      seeds: [planToSafetensors(vectors), planToSafetensors(gains)],
      mutate: mutateSafetensors,
      read: (bytes) => planFromSafetensors(bytes),
    },
    counts: {
      sources: ['packages/localize/src/counts-file.ts'],
      seeds: [counts],
      mutate: mutateSafetensors,
      read: (bytes) => countsFromSafetensors(bytes),
    },
    autoencoder: {
      sources: ['packages/baselines/src/sparse-autoencoder.ts', 'packages/localize/src/npy.ts'],
      seeds: [autoencoder, zip(encoderArrays, true)],
      mutate: mutateSafetensors,
      read: (bytes) => readSparseAutoencoder(bytes),
    },
    'control-vector': {
      sources: ['packages/steering/src/formats'],
      seeds: [planToControlVector(withoutFirst)],
      mutate: mutateBytes,
      read: (bytes) => planFromControlVector(bytes, { model }),
    },
    svec: {
      sources: ['packages/steering/src/formats'],
      seeds: [text(planToSvec(vectors))],
      mutate: mutateAnyText,
      read: (bytes) => planFromSvec(decode(bytes), { model, layers: [1] }),
    },
    'plan-csv': {
      sources: ['packages/steering/src/formats'],
      seeds: [text(planToCsv(gains))],
      mutate: mutateAnyText,
      read: (bytes) => planFromCsv(decode(bytes), { model }),
    },
    edits: {
      sources: ['packages/steering/src/edit-row.ts'],
      seeds: [text('{"site": "ffn", "layer": 1, "index": 2, "gain": 0.5, "bias": 0}')],
      mutate: mutateAnyText,
      read: (bytes) => parseEditRow(jsonOf(bytes), { path: 'edits.jsonl', line: 1 }),
    },
    npy: {
      sources: ['packages/localize/src/npy.ts'],
      seeds: [npy, half],
      mutate: mutateBytes,
      read: (bytes) => readNpy(bytes),
    },
    npz: {
      sources: ['packages/localize/src/npy.ts'],
      seeds: [
        zip(
          [
            ['ffn.npy', npy],
            ['attention.npy', half],
          ],
          true,
        ),
        zip([['ffn.npy', npy]], false),
      ],
      mutate: (seed, dice, seeds) =>
        dice.chance(0.5)
          ? mutateBytes(seed, dice, seeds)
          : zip([['ffn.npy', mutateBytes(npy, dice)]], dice.chance(0.5)),
      read: (bytes) => readNpz(bytes),
    },
    wheel: {
      sources: ['packages/runtime/src/sources'],
      seeds: [
        zip(
          [
            ['a/model.gguf', Buffer.alloc(300, 7)],
            ['b.txt', Buffer.from('b')],
          ],
          true,
        ),
      ],
      mutate: mutateBytes,
      read: onDisk('a.whl', async (archive) => {
        const member = await findZipMember({ archive, name: 'a/model.gguf' });
        for await (const _ of readZipMember({ archive, member }));
      }),
    },
    gguf: {
      sources: ['packages/onnx/src/gguf'],
      seeds: [smallGguf()],
      mutate: mutateBytes,
      read: onDisk('a.gguf', async (path) => {
        const file = await openGguf(path);
        for (const tensor of [...file.tensors.values()].slice(0, 3)) await readTensor(file, tensor);
      }),
    },
    onnx: {
      sources: ['packages/onnx/src/model-file', 'packages/onnx/src/sites'],
      seeds: onnx,
      mutate: (seed, dice, seeds) =>
        dice.chance(0.2) ? mutateBytes(seed, dice, seeds) : mutateProtobuf(seed, dice),
      read: onDisk('onnx/model.onnx', (path) => describeOnnxDecoder({ path })),
    },
    'site-map': {
      sources: ['packages/onnx/src/sites'],
      seeds: [text('{"ffn": {"width": 4, "tensors": ["mlp.0", "mlp.1"]}}')],
      mutate: mutateAnyText,
      read: (bytes) => parseSiteMap(decode(bytes), { path: 'map.json' }),
    },
    jsonl: {
      sources: rowSources('json-lines.ts'),
      seeds: [pairs],
      mutate: mutateAnyText,
      read: rowsOf('a.jsonl'),
    },
    pairs: {
      sources: rowSources('json-lines.ts'),
      seeds: [pairs],
      mutate: mutateAnyText,
      read: onDisk('pairs.jsonl', async (path) => {
        for await (const _ of readRows(path, { parse: parsePairRow }));
      }),
    },
    json: {
      sources: rowSources('json-array.ts'),
      seeds: [text('[{"a": 1}, {"a": [2, "b"]}]')],
      mutate: mutateAnyText,
      read: rowsOf('a.json'),
    },
    csv: {
      sources: rowSources('csv.ts'),
      seeds: [table],
      mutate: mutateAnyText,
      read: rowsOf('a.csv'),
    },
    xml: {
      sources: rowSources('copa-xml.ts'),
      seeds: [
        text(
          '<copa-corpus version="1.0"><item id="1" asks-for="cause" most-plausible-alternative="1"><p>It fell.</p><a1>A.</a1><a2>B.</a2></item></copa-corpus>',
        ),
      ],
      mutate: mutateAnyText,
      read: rowsOf('a.xml'),
    },
    parquet: {
      sources: rowSources(
        'parquet.ts',
        'parquet-pages.ts',
        'parquet-runs.ts',
        'parquet-deltas.ts',
        'parquet-thrift.ts',
      ),
      seeds: parquet,
      mutate: (seed, dice, seeds) =>
        dice.chance(0.5) ? mutateBytes(seed, dice, seeds) : mutateFooter(seed, dice),
      read: rowsOf('a.parquet'),
    },
    'run-log': {
      sources: [
        'packages/experiments/src/run-log.ts',
        'packages/experiments/src/run',
        'packages/experiments/src/store',
      ],
      seeds: [header],
      mutate: mutateAnyText,
      read: onDisk('run/run.json', (path) => {
        writeFileSync(join(path, '../answers.jsonl'), '{"id":"1","phase":"test"}\n');
        return readRunLog(join(path, '..'));
      }),
    },
    'run-answers': {
      sources: [
        'packages/experiments/src/run-log.ts',
        'packages/experiments/src/run',
        'packages/experiments/src/store',
      ],
      seeds: [text('{"id":"1","phase":"test","condition":"vanilla"}\n{"id":"2","phase":"test"}\n')],
      mutate: mutateAnyText,
      read: onDisk('run/answers.jsonl', (path) => {
        writeFileSync(join(path, '../run.json'), header);
        return readRunLog(join(path, '..'));
      }),
    },
    'rating-sheet': {
      sources: ['packages/evaluators/src/human'],
      seeds: [
        text('rater,code,instruction,answer,quality,alignment\nA,c1,"Do, it",ok,4,3.0\nA,c2,Go,no,,\n'),
      ],
      mutate: mutateAnyText,
      read: (bytes) => parseSheet(decode(bytes), { path: 'sheet.csv' }),
    },
    'rating-key': {
      sources: ['packages/evaluators/src/human'],
      seeds: [
        text('{"format":"austeer-rating-key","version":1,"raters":["A"],"conditions":["v"],"entries":[]}'),
      ],
      mutate: mutateAnyText,
      read: (bytes) => parseRatingKey(decode(bytes), { path: 'key.json' }),
    },
  };
}

/** @type {Reader['mutate']} */
function mutateAnyText(seed, dice, seeds) {
  if (dice.chance(0.2)) return mutateBytes(seed, dice, seeds);
  return text(mutateText(decode(seed), dice, seeds.map(decode)));
}

/** Damages the header or the document inside it, and says its length right, so that readers go on.
 * @type {Reader['mutate']} */
function mutateSafetensors(seed, dice, seeds) {
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const length = seed[0] === 0x50 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (dice.chance(0.4) || !(length < seed.length)) return mutateBytes(seed, dice, seeds);
  const json = decode(seed.subarray(8, 8 + length));
  let header = mutateText(json, dice);
  const document = /"austeer":("(?:[^"\\]|\\.)*")/.exec(json)?.[1];
  if (document !== undefined && dice.chance(0.6)) {
    header = json.replace(document, () => JSON.stringify(mutateText(JSON.parse(document), dice)));
  }
  const bytes = text(header);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(bytes.length), true);
  return joinBytes(size, bytes, seed.subarray(8 + length));
}

/** Damages the metadata of a Parquet file and keeps its length right. @param {Uint8Array} seed @param {Dice} dice */
function mutateFooter(seed, dice) {
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const start = seed.length - 8 - view.getUint32(seed.length - 8, true);
  const footer = mutateBytes(seed.subarray(start, seed.length - 8), dice);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, footer.length, true);
  return joinBytes(seed.subarray(0, start), footer, size, text('PAR1'));
}

/** @param {...string} files */
const rowSources = (...files) =>
  ['rows.ts', 'readers/read-rows.ts', ...files.map((name) => `readers/${name}`)].map(
    (path) => `packages/pairs/src/${path}`,
  );

/** @param {readonly number[]} shape */
const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

/** @param {Uint8Array} bytes */
function jsonOf(bytes) {
  try {
    return JSON.parse(decode(bytes));
  } catch {
    return undefined;
  }
}
