/**
 * Where an ONNX decoder keeps its files, and what its configuration says.
 *
 * @module
 */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileFormatError, FileMissingError } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';

/** Facts from `config.json` or `genai_config.json`. */
export interface DecoderConfig {
  readonly architecture: string;
  /** Most tokens of past and new together. */
  readonly contextLength: number;
  readonly vocabularySize: number | undefined;
  readonly kvHeads: number | undefined;
  readonly headSize: number | undefined;
}

/** An ONNX decoder on disk. */
export interface ModelFolder {
  /** The `.onnx` file. */
  readonly modelPath: string;
  readonly config: DecoderConfig;
}

/** Names of the context length across architectures, most common first. */
const CONTEXT_KEYS = ['max_position_embeddings', 'n_positions', 'n_ctx', 'max_seq_len', 'context_length'];

/**
 * Finds the model file and reads the configuration.
 *
 * @param path folder of the model, or one `.onnx` file in it (or in its `onnx` folder)
 * @throws FileMissingError, FileFormatError
 */
export async function readModelFolder(path: string): Promise<ModelFolder> {
  if (path.endsWith('.onnx')) {
    const config = (await readConfig(dirname(path))) ?? (await readConfig(dirname(dirname(path))));
    if (config === undefined) throw missingConfig(dirname(path));
    return { modelPath: path, config };
  }
  const config = await readConfig(path);
  const modelPath = await findModelFile(path);
  if (config === undefined) throw missingConfig(path);
  return { modelPath, config };
}

async function findModelFile(folder: string): Promise<string> {
  const genai = await readJson(join(folder, 'genai_config.json'));
  const named = record(record(genai?.model).decoder).filename;
  const candidates = ['onnx/model.onnx', 'model.onnx'];
  if (typeof named === 'string') candidates.unshift(named);
  for (const candidate of candidates) {
    const path = join(folder, candidate);
    if (await exists(path)) return path;
  }
  const others = (await Promise.all(['', 'onnx'].map((inner) => onnxFiles(folder, inner)))).flat();
  if (others.length === 1) return join(folder, others[0]!);
  throw new FileMissingError({
    path: folder,
    what: 'onnx/model.onnx or model.onnx',
    advice:
      others.length === 0
        ? 'Name a folder that holds an ONNX export of a decoder'
        : `Name one of its files instead: ${others.sort().join(', ')}`,
  });
}

async function onnxFiles(folder: string, inner: string): Promise<string[]> {
  try {
    const names = await readdir(join(folder, inner));
    return names.filter((name) => name.endsWith('.onnx')).map((name) => join(inner, name));
  } catch {
    return [];
  }
}

async function readConfig(folder: string): Promise<DecoderConfig | undefined> {
  const hub = await readJson(join(folder, 'config.json'));
  const genai = record((await readJson(join(folder, 'genai_config.json')))?.model);
  if (hub === undefined && Object.keys(genai).length === 0) return undefined;
  // Models that also take images keep the decoder's part by itself.
  const text = { ...hub, ...record(hub?.text_config) };
  const decoder = record(genai.decoder);
  const contextLength = firstNumber(...CONTEXT_KEYS.map((key) => text[key]), genai.context_length);
  if (contextLength === undefined) {
    throw new FileFormatError({
      path: join(folder, hub === undefined ? 'genai_config.json' : 'config.json'),
      format: 'model configuration',
      problem: `it names no context length (${CONTEXT_KEYS.join(', ')})`,
      advice: 'Add max_position_embeddings',
    });
  }
  const architecture = [text.model_type, genai.type].find((value) => typeof value === 'string');
  const heads = firstNumber(text.num_attention_heads, text.n_head, decoder.num_attention_heads);
  const hidden = firstNumber(text.hidden_size, text.n_embd, decoder.hidden_size);
  return {
    architecture: typeof architecture === 'string' ? architecture : 'unknown',
    contextLength,
    vocabularySize: firstNumber(text.vocab_size, genai.vocab_size),
    kvHeads: firstNumber(text.num_key_value_heads, decoder.num_key_value_heads, heads),
    headSize: firstNumber(text.head_dim, decoder.head_size, heads && hidden && hidden / heads),
  };
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (!(await exists(path))) return undefined;
  const bytes = await readFileBytes(path, { what: 'Model configuration' });
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return record(value);
  } catch (cause) {
    throw new FileFormatError({ path, format: 'model configuration', problem: 'it is not JSON', cause });
  }
  throw new FileFormatError({ path, format: 'model configuration', problem: 'it is not a JSON object' });
}

function missingConfig(folder: string): FileMissingError {
  return new FileMissingError({
    path: join(folder, 'config.json'),
    what: 'Model configuration',
    advice: 'Fetch config.json (or genai_config.json) too; it belongs beside the model',
  });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.find((value): value is number => typeof value === 'number' && value > 0);
}
