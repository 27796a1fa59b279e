/**
 * What the files of a sentence encoder's folder say: the network's sizes and how token vectors become one.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFormatError, FileMissingError, showValue, UnsupportedModelError } from '@austeer/core';

/** Sizes of a BERT encoder. */
export interface EncoderConfiguration {
  readonly layers: number;
  readonly hidden: number;
  readonly inner: number;
  readonly heads: number;
  readonly vocabulary: number;
  /** Rows of the position table. */
  readonly positions: number;
  /** Rows of the token type table. */
  readonly tokenTypes: number;
  readonly normEpsilon: number;
  readonly activation: 'gelu' | 'gelu-tanh' | 'relu';
  /** Most tokens of a text, the two special ones included. */
  readonly maxTokens: number;
  /** `mean`: mean of the real tokens' vectors; `first`: the vector of the first token. */
  readonly pooling: 'mean' | 'first';
}

const ACTIVATIONS: Readonly<Record<string, EncoderConfiguration['activation']>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  relu: 'relu',
};
/** Steps of sentence-transformers that the graph has; scaling to length 1 is done in any case. */
const KNOWN_MODULES = ['Transformer', 'Pooling', 'Normalize'];

/**
 * Reads `config.json` and, where sentence-transformers left them, `modules.json`, `sentence_bert_config.json` and
 * the pooling's own file. A folder without these is pooled by the mean.
 *
 * @throws FileMissingError, FileFormatError; UnsupportedModelError naming what is not understood.
 */
export async function readEncoderFolder(folder: string): Promise<EncoderConfiguration> {
  const path = join(folder, 'config.json');
  const config = await readJson(path);
  if (config === undefined) {
    throw new FileMissingError({
      path,
      what: 'Configuration of the sentence encoder',
      advice: 'Name a folder with config.json, tokenizer.json and model.safetensors',
    });
  }
  if (config.model_type !== 'bert') {
    throw new UnsupportedModelError({
      what: 'Sentence encoder of type',
      given: String(config.model_type),
      supported: 'bert (MiniLM, BGE, E5 and others)',
      advice: 'Other kinds run as a pipeline of transformers.js: createTransformersEncoder',
    });
  }
  if ((config.position_embedding_type ?? 'absolute') !== 'absolute') {
    throw unsupported('position_embedding_type', config.position_embedding_type, 'absolute');
  }
  const activation = ACTIVATIONS[String(config.hidden_act)];
  if (activation === undefined) {
    throw unsupported('hidden_act', config.hidden_act, Object.keys(ACTIVATIONS).join(', '));
  }
  const size = (key: string): number => {
    const value = config[key];
    if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
    throw new FileFormatError({ path, format: 'configuration', problem: `${key} is ${showValue(value)}` });
  };
  const positions = size('max_position_embeddings');
  const limit = (await readJson(join(folder, 'sentence_bert_config.json')))?.max_seq_length;
  const epsilon = config.layer_norm_eps;
  const configuration: EncoderConfiguration = {
    layers: size('num_hidden_layers'),
    hidden: size('hidden_size'),
    inner: size('intermediate_size'),
    heads: size('num_attention_heads'),
    vocabulary: size('vocab_size'),
    positions,
    tokenTypes: size('type_vocab_size'),
    normEpsilon: typeof epsilon === 'number' && epsilon > 0 ? epsilon : 1e-12,
    activation,
    maxTokens: typeof limit === 'number' && limit >= 3 ? Math.min(limit, positions) : positions,
    pooling: await readPooling(folder),
  };
  if (configuration.hidden % configuration.heads !== 0) {
    throw unsupported('hidden_size', configuration.hidden, `a multiple of the ${configuration.heads} heads`);
  }
  return configuration;
}

async function readPooling(folder: string): Promise<EncoderConfiguration['pooling']> {
  const modules = await readJson(join(folder, 'modules.json'));
  let pooling = '1_Pooling';
  for (const module of Array.isArray(modules) ? (modules as Record<string, unknown>[]) : []) {
    const kind = String(module.type).split('.').at(-1)!;
    if (!KNOWN_MODULES.includes(kind))
      throw unsupported('a module of modules.json', kind, KNOWN_MODULES.join(', '));
    if (kind === 'Pooling' && typeof module.path === 'string') pooling = module.path;
  }
  const settings = (await readJson(join(folder, pooling, 'config.json'))) ?? {};
  const modes = Object.keys(settings).filter(
    (key) => key.startsWith('pooling_mode_') && settings[key] === true,
  );
  if (modes.length === 0 || (modes.length === 1 && modes[0] === 'pooling_mode_mean_tokens')) return 'mean';
  if (modes.length === 1 && modes[0] === 'pooling_mode_cls_token') return 'first';
  throw unsupported('pooling', modes.join(' and '), 'pooling_mode_mean_tokens or pooling_mode_cls_token');
}

function unsupported(what: string, given: unknown, supported: string): UnsupportedModelError {
  return new UnsupportedModelError({
    what: `Sentence encoder whose ${what} is`,
    given: String(given),
    supported,
  });
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new FileMissingError({ path, what: 'Configuration', cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FileFormatError({ path, format: 'configuration', problem: 'it is not JSON', cause });
  }
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new FileFormatError({ path, format: 'configuration', problem: 'it is not a JSON object' });
}
