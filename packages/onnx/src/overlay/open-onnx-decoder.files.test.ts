import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FileFormatError,
  FileMissingError,
  InvalidArgumentError,
  sha256,
  UnsupportedModelError,
} from '@austeer/core';
import { clone, create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from 'onnx-buf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { goldenFolder, largestDifference, readGolden } from '../__fixtures__/goldens.ts';
import { createSession, startRun } from '../__fixtures__/run-decoder.ts';
import { type DecoderGraph, type GraphPurpose, POSITIONS_INPUT } from '../decoder-graph.ts';
import { externalTensorProto } from '../model-file/graph-writer.ts';
import { describeOnnxDecoder, openOnnxDecoder } from './open-onnx-decoder.ts';
import type { SiteMap } from './site-map.ts';

const LOGITS: GraphPurpose = { logits: true, capture: [], steer: [] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-onnx-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Logits of the first golden prompt. */
async function logitsOf(decoder: DecoderGraph): Promise<readonly number[]> {
  const golden = await readGolden('llama-optimum');
  const session = await createSession(decoder);
  try {
    const run = startRun(decoder, session, { rows: 1, capacity: 16 });
    await run.step([golden.tokens('tokens.0')]);
    return run.results[0]!.logits;
  } finally {
    await session.release();
  }
}

async function parse(path: string): Promise<ModelProto> {
  return fromBinary(ModelProtoSchema, await readFile(path));
}

/** Copies an exported folder and changes its graph. */
async function changed(name: string, change: (model: ModelProto) => void): Promise<string> {
  await cp(goldenFolder(name), folder, { recursive: true });
  const path = join(folder, name.endsWith('genai') ? 'model.onnx' : 'onnx/model.onnx');
  const model = await parse(path);
  change(model);
  await writeFile(path, toBinary(ModelProtoSchema, model));
  return folder;
}

/** Lets the attention weights pass a node that the search does not know and that changes no number. */
function hideSoftmax(model: ModelProto): void {
  const { node } = model.graph!;
  for (const softmax of node.filter(({ opType }) => opType === 'Softmax')) {
    const [name] = softmax.output as [string];
    softmax.output[0] = `${name}.hidden`;
    node.push(
      create(NodeProtoSchema, {
        opType: 'Relu',
        name: `veil ${name}`,
        input: [`${name}.hidden`],
        output: [name],
      }),
    );
  }
}

describe('weights', () => {
  it('stay where they are: the graph carries none, and no file is written', async () => {
    for (const name of ['llama-optimum', 'llama-genai']) {
      const hash = async () => {
        const files = await readdir(goldenFolder(name), { recursive: true, withFileTypes: true });
        const contents = files
          .filter((entry) => entry.isFile())
          .map((entry) => readFile(join(entry.parentPath, entry.name)));
        return sha256((await Promise.all(contents)).map((bytes) => sha256(bytes)).join());
      };
      const before = await hash();
      const decoder = await openOnnxDecoder({ path: goldenFolder(name), purpose: LOGITS });
      await logitsOf(decoder);
      expect(await hash()).toBe(before);
      const inline = fromBinary(ModelProtoSchema, decoder.model).graph!.initializer.filter(
        ({ dataLocation }) => dataLocation !== TensorProto_DataLocation.EXTERNAL,
      );
      expect(inline.every(({ rawData }) => rawData.length < 1024)).toBe(true);
    }
  });

  it('may be embedded or beside: same numbers', async () => {
    const embedded = goldenFolder('llama-optimum');
    const expected = await logitsOf(await openOnnxDecoder({ path: embedded, purpose: LOGITS }));
    const parts: Uint8Array[] = [];
    let offset = 0;
    await changed('llama-optimum', ({ graph }) => {
      graph!.initializer = graph!.initializer.map((tensor) => {
        if (tensor.dataType !== TensorProto_DataType.FLOAT) return tensor;
        const { rawData } = tensor;
        parts.push(rawData);
        const place = { location: 'data/weights.bin', offset, length: rawData.length };
        offset += rawData.length;
        return externalTensorProto(tensor.name, {
          dtype: 'float32',
          dims: tensor.dims.map(Number),
          ...place,
        });
      });
    });
    await mkdir(join(folder, 'onnx/data'));
    await writeFile(join(folder, 'onnx/data/weights.bin'), Buffer.concat(parts));
    const beside = await openOnnxDecoder({ path: folder, purpose: LOGITS });
    expect(largestDifference(await logitsOf(beside), expected)).toBe(0);
  });

  it('are found through the symbolic links of the hub cache', async () => {
    const source = goldenFolder('llama-genai');
    const [blobs, snapshot] = [join(folder, 'blobs'), join(folder, 'snapshots', 'main')];
    await mkdir(blobs);
    await mkdir(snapshot, { recursive: true });
    for (const [blob, name] of [
      ['aaa', 'model.onnx'],
      ['bbb', 'model.onnx.data'],
      ['ccc', 'config.json'],
    ] as const) {
      await cp(join(source, name), join(blobs, blob));
      await symlink(join('..', '..', 'blobs', blob), join(snapshot, name));
    }
    const expected = await logitsOf(await openOnnxDecoder({ path: source, purpose: LOGITS }));
    const linked = await openOnnxDecoder({ path: snapshot, purpose: LOGITS });
    expect(largestDifference(await logitsOf(linked), expected)).toBe(0);
  });
});

describe('the graph', () => {
  it('leaves out what the purpose does not need', async () => {
    const path = goldenFolder('llama-genai');
    const decoder = await openOnnxDecoder({
      path,
      purpose: { logits: false, capture: ['attention'], steer: [] },
    });
    const { graph } = fromBinary(ModelProtoSchema, decoder.model);
    const whole = (await parse(join(path, 'model.onnx'))).graph!;
    const product = ({ opType }: { opType: string }) => opType === 'MatMul';
    // Without the head, and without the last layer's output projection and three feed-forward products.
    expect(graph!.node.filter(product).length).toBe(whole.node.filter(product).length - 5);
    expect(graph!.initializer.some(({ name }) => name.startsWith('lm_head'))).toBe(false);
    expect(graph!.valueInfo).toEqual([]);
  });

  it('has the inputs and outputs that the description names, and no others', async () => {
    const decoder = await openOnnxDecoder({
      path: goldenFolder('gpt2-optimum'),
      purpose: { logits: true, capture: ['ffn'], steer: ['attention'] },
    });
    const { inputs, outputs } = decoder;
    const session = await createSession(decoder);
    expect(new Set(session.inputNames)).toEqual(
      new Set([
        inputs.ids,
        inputs.attentionMask,
        inputs.positionIds,
        inputs.gain.attention,
        inputs.bias.attention,
        POSITIONS_INPUT,
        ...inputs.past.flatMap(({ key, value }) => [key, value]),
      ]),
    );
    expect(new Set(session.outputNames)).toEqual(
      new Set([
        outputs.logits,
        ...outputs.captures.ffn!,
        ...outputs.present.flatMap(({ key, value }) => [key, value]),
      ]),
    );
    expect(decoder).toMatchObject({
      architecture: 'gpt2',
      layers: 2,
      kvHeads: 4,
      headSize: 8,
      vocabularySize: 96,
      contextLength: 64,
    });
    await session.release();
  });

  it('picks logits after a head that it does not recognise', async () => {
    const expected = await logitsOf(
      await openOnnxDecoder({ path: goldenFolder('llama-genai'), purpose: LOGITS }),
    );
    // Clip without bounds changes nothing.
    await changed('llama-genai', ({ graph }) => {
      for (const node of graph!.node) if (node.output[0] === 'logits') node.output[0] = 'before';
      graph!.node.push(create(NodeProtoSchema, { opType: 'Clip', input: ['before'], output: ['logits'] }));
    });
    const decoder = await openOnnxDecoder({ path: folder, purpose: LOGITS });
    expect(largestDifference(await logitsOf(decoder), expected)).toBeLessThan(1e-5);
  });

  it('takes one .onnx file, or the only one in the folder', async () => {
    await cp(goldenFolder('gpt2-optimum'), folder, { recursive: true });
    const file = join(folder, 'onnx/model.onnx');
    const byFile = await openOnnxDecoder({ path: file, purpose: LOGITS });
    await cp(file, join(folder, 'onnx/model_custom.onnx'));
    await rm(file);
    const byFolder = await openOnnxDecoder({ path: folder, purpose: LOGITS });
    expect(byFolder.model.length).toBeGreaterThan(byFile.model.length);
    await cp(join(folder, 'onnx/model_custom.onnx'), join(folder, 'onnx/model_other.onnx'));
    await expect(openOnnxDecoder({ path: folder, purpose: LOGITS })).rejects.toThrow(/model_other\.onnx/);
  });

  it('reads sizes from the configuration where the graph leaves them open', async () => {
    await changed('llama-genai', ({ graph }) => {
      for (const info of [...graph!.input, ...graph!.output]) {
        if (info.type?.value.case !== 'tensorType') continue;
        for (const dim of info.type.value.value.shape?.dim ?? []) {
          if (dim.value.case === 'dimValue') dim.value = { case: 'dimParam', value: 'open' };
        }
      }
    });
    const decoder = await openOnnxDecoder({ path: folder, purpose: LOGITS });
    expect(decoder).toMatchObject({ kvHeads: 2, headSize: 16, vocabularySize: 96 });
  });

  it('takes sites by name where the structure is not understood', async () => {
    const { sites } = await describeOnnxDecoder({ path: goldenFolder('llama-optimum') });
    const siteMap: SiteMap = { ffn: { width: 32, tensors: sites.ffn!.places } };
    const purpose: GraphPurpose = { logits: false, capture: ['ffn'], steer: [] };
    const path = await changed('llama-optimum', hideSoftmax);
    await expect(openOnnxDecoder({ path, purpose })).rejects.toThrow(/siteMap/);
    const decoder = await openOnnxDecoder({ path, purpose, siteMap });
    expect(decoder.widths).toEqual({ ffn: 32 });
    expect((await describeOnnxDecoder({ path, siteMap })).sites).toEqual({
      ffn: { width: 32, places: sites.ffn!.places },
    });
    const golden = await readGolden('llama-optimum');
    const session = await createSession(decoder);
    const run = startRun(decoder, session, { rows: 1, capacity: 16 });
    await run.step([golden.tokens('tokens.0')]);
    expect(largestDifference(run.results[0]!.captures.ffn!, golden.floats('ffn.0'))).toBeLessThan(1e-4);
    await session.release();
    for (const tensors of [['nowhere', 'nowhere', 'nowhere'], sites.ffn!.places.slice(1)]) {
      await expect(
        openOnnxDecoder({ path, purpose, siteMap: { ffn: { width: 32, tensors } } }),
      ).rejects.toThrow(InvalidArgumentError);
    }
  });
});

describe('errors', () => {
  const open = (path: string, purpose: GraphPurpose = LOGITS) => openOnnxDecoder({ path, purpose });

  it('missing files', async () => {
    await expect(open(join(folder, 'none'))).rejects.toThrow(FileMissingError);
    await expect(open(join(folder, 'none.onnx'))).rejects.toThrow(FileMissingError);
    await cp(goldenFolder('llama-genai'), folder, { recursive: true });
    await rm(join(folder, 'model.onnx.data'));
    await expect(open(folder)).rejects.toThrow(/model\.onnx\.data/);
    await rm(join(folder, 'config.json'));
    await rm(join(folder, 'genai_config.json'));
    await expect(open(folder)).rejects.toThrow(/config\.json/);
  });

  it('truncated, foreign and oversized files', async () => {
    await cp(goldenFolder('llama-genai'), folder, { recursive: true });
    const path = join(folder, 'model.onnx');
    const bytes = await readFile(path);
    for (const content of [
      bytes.subarray(0, bytes.length / 2),
      new Uint8Array(0),
      'version https://git-lfs.github.com/spec/v1\n',
      '<html></html>',
    ]) {
      await writeFile(path, content);
      await expect(open(folder)).rejects.toThrow(FileFormatError);
    }
    await truncate(path, 2 ** 31);
    await expect(open(folder)).rejects.toThrow(/2147483648 bytes/);
    await writeFile(path, bytes);
    await truncate(join(folder, 'model.onnx.data'), 1000);
    await expect(open(folder)).rejects.toThrow(/model\.onnx\.data.*needs bytes/);
    await writeFile(join(folder, 'config.json'), '{');
    await expect(open(folder)).rejects.toThrow(/not JSON/);
    await writeFile(join(folder, 'config.json'), '[]');
    await expect(open(folder)).rejects.toThrow(/JSON object/);
  });

  it.each(['../secret.bin', '/etc/hostname', 'a/../../secret.bin'])('data outside: %s', async (location) => {
    await changed('llama-genai', ({ graph }) => {
      for (const { externalData } of graph!.initializer) {
        for (const entry of externalData) if (entry.key === 'location') entry.value = location;
      }
    });
    await expect(open(folder)).rejects.toThrow(/outside its folder/);
  });

  it.each<[what: string, change: (model: ModelProto) => void, message: RegExp]>([
    [
      'attention of another kind',
      ({ graph }) => {
        for (const node of graph!.node)
          if (node.opType === 'GroupQueryAttention') node.opType = 'SparseAttention';
      },
      /SparseAttention node \/model\/layers\.0\/attn/,
    ],
    [
      'a cache in bfloat16',
      ({ graph }) => {
        for (const { type } of graph!.input) {
          if (type?.value.case === 'tensorType' && type.value.value.elemType === TensorProto_DataType.FLOAT)
            type.value.value.elemType = TensorProto_DataType.BFLOAT16;
        }
      },
      /past_key_values\.0\.key in bfloat16/,
    ],
    [
      'weights in bfloat16',
      ({ graph }) => {
        for (const tensor of graph!.initializer) {
          if (tensor.name.includes('o_proj')) tensor.dataType = TensorProto_DataType.BFLOAT16;
        }
      },
      /o_proj.* computes in bfloat16/,
    ],
    [
      'no cache',
      ({ graph }) => {
        graph!.output.length = 1;
      },
      /0 present key\/value pairs/,
    ],
    [
      'an input nobody feeds',
      ({ graph }) => {
        const extra = clone(ModelProtoSchema, create(ModelProtoSchema, { graph: graph! })).graph!.input[0]!;
        extra.name = 'pixels';
        graph!.input.push(extra);
      },
      /the input pixels/,
    ],
    [
      'an old opset',
      ({ opsetImport }) => {
        for (const entry of opsetImport) if (entry.domain === '') entry.version = 11n;
      },
      /"11"/,
    ],
    [
      'a skip node with a bias',
      ({ graph }) => {
        for (const node of graph!.node) {
          if (node.opType === 'SkipSimplifiedLayerNormalization') node.input.push(node.input[2]!);
        }
      },
      /adds a bias/,
    ],
  ])('a graph that is not understood: %s', async (_, change, message) => {
    await changed('llama-genai', change);
    const error = await open(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect((error as Error).message).toMatch(message);
  });

  it('purposes that ask for nothing, or for a site that is not there', async () => {
    const path = goldenFolder('llama-genai');
    await expect(open(path, { logits: false, capture: [], steer: ['ffn'] })).rejects.toThrow(
      InvalidArgumentError,
    );
    // Without an output projection's matrix at the end, the block has no inner site.
    await changed('llama-genai', ({ graph }) => {
      for (const node of graph!.node) {
        if (!node.name.includes('down_proj')) continue;
        const [name] = node.output as [string];
        node.output[0] = `${name}.before`;
        graph!.node.push(
          create(NodeProtoSchema, { opType: 'Relu', input: [`${name}.before`], output: [name] }),
        );
      }
    });
    await expect(open(folder, { logits: true, capture: ['ffnInner'], steer: [] })).rejects.toThrow(
      /attention, ffn, residual/,
    );
  });
});
