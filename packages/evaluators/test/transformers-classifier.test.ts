import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeToxicityScorer } from '@austeer/core/testing';
import { createClassificationScorer, type TextClassifier } from '@austeer/evaluators';
import { create, toBinary } from '@bufbuild/protobuf';
import { env, pipeline } from '@huggingface/transformers';
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  TensorProto_DataType,
  type TypeProto,
} from 'onnx-buf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The real transformers.js over a model of seven words: each has a logit for "neutral" and one for "toxic". */
const WORDS = {
  '[PAD]': [0, 0],
  '[UNK]': [0.1, 0],
  '[CLS]': [0.5, 0],
  '[SEP]': [0.5, 0],
  you: [0, 0.3],
  kind: [2, 0],
  idiot: [0, 4],
} as const;

function modelBytes(): Uint8Array {
  const { FLOAT, INT64 } = TensorProto_DataType;
  const value = (name: string, elemType: number, dims: readonly string[]) => ({
    name,
    type: {
      value: {
        case: 'tensorType' as const,
        value: {
          elemType,
          shape: { dim: dims.map((dimParam) => ({ value: { case: 'dimParam' as const, value: dimParam } })) },
        },
      },
    } as unknown as TypeProto,
  });
  const ids = value('input_ids', INT64, ['batch', 'tokens']);
  const mask = value('attention_mask', INT64, ['batch', 'tokens']);
  const table = Float32Array.from(Object.values(WORDS).flat());
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'words',
      initializer: [
        {
          name: 'table',
          dims: [BigInt(Object.keys(WORDS).length), 2n],
          dataType: FLOAT,
          floatData: [...table],
        },
        { name: 'last', dims: [1n], dataType: INT64, int64Data: [2n] },
        { name: 'tokens', dims: [1n], dataType: INT64, int64Data: [1n] },
      ],
      node: [
        { opType: 'Gather', input: ['table', 'input_ids'], output: ['rows'] },
        {
          opType: 'Cast',
          input: ['attention_mask'],
          output: ['floats'],
          attribute: [{ name: 'to', type: AttributeProto_AttributeType.INT, i: BigInt(FLOAT) }],
        },
        { opType: 'Unsqueeze', input: ['floats', 'last'], output: ['column'] },
        { opType: 'Mul', input: ['rows', 'column'], output: ['real'] },
        {
          opType: 'ReduceSum',
          input: ['real', 'tokens'],
          output: ['logits'],
          attribute: [{ name: 'keepdims', type: AttributeProto_AttributeType.INT, i: 0n }],
        },
      ],
      input: [ids, mask],
      output: [value('logits', FLOAT, ['batch', 'labels'])],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function writeModel(folder: string): void {
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
  const files: Record<string, unknown> = {
    'config.json': {
      model_type: 'bert',
      architectures: ['BertForSequenceClassification'],
      id2label: { 0: 'neutral', 1: 'toxic' },
      label2id: { neutral: 0, toxic: 1 },
    },
    'tokenizer_config.json': {
      tokenizer_class: 'BertTokenizer',
      model_max_length: 512,
      pad_token: '[PAD]',
      unk_token: '[UNK]',
      cls_token: '[CLS]',
      sep_token: '[SEP]',
      do_lower_case: true,
    },
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: special.map((content, id) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [
          { SpecialToken: { id: '[CLS]', type_id: 0 } },
          { Sequence: { id: 'A', type_id: 0 } },
          { SpecialToken: { id: '[SEP]', type_id: 0 } },
        ],
        pair: [],
        special_tokens: {
          '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
          '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
        },
      },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(Object.keys(WORDS).map((word, id) => [word, id])),
      },
    },
  };
  mkdirSync(join(folder, 'words/onnx'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, 'words', name), JSON.stringify(content));
  }
  writeFileSync(join(folder, 'words/onnx/model.onnx'), modelBytes());
}

const folder = mkdtempSync(join(tmpdir(), 'austeer-classifier-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function loadScorer() {
  writeModel(folder);
  env.allowRemoteModels = false;
  env.localModelPath = folder;
  const classifier: TextClassifier = await pipeline('text-classification', 'words', { dtype: 'fp32' });
  return createClassificationScorer({ classifier, name: 'words', version: '1' });
}

describeToxicityScorer({ name: 'transformers.js', load: loadScorer, texts: ['you kind', 'idiot', 'you'] });

describe('a pipeline of transformers.js', () => {
  let scorer: Awaited<ReturnType<typeof loadScorer>>;
  beforeAll(async () => {
    scorer = await loadScorer();
  });

  it('gives the probability of the label, whatever pads the text', async () => {
    const texts = ['You idiot', 'you kind', 'kind kind kind you idiot idiot'];
    const expected = [softmax(1, 4.3), softmax(3, 0.3), softmax(7, 8.3)];
    const scores = await scorer.score(texts);
    for (const [index, { score }] of scores.entries()) expect(score).toBeCloseTo(expected[index]!, 5);
  });
});

function softmax(neutral: number, toxic: number): number {
  return 1 / (1 + Math.exp(neutral - toxic));
}
