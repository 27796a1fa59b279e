/**
 * What a decoder graph needs to know of its GGUF. Families differ in few things, which stand in one table;
 * source of keys and of what files leave unsaid: llama.cpp's `src/models/*.cpp` and `conversion/*.py`.
 *
 * @module
 */
import { FileFormatError, showValue, UnsupportedModelError } from '@austeer/core';
import type { GgufFile, GgufValue } from '../gguf/read-gguf.ts';

/** Frequencies of a rotary embedding: base^(−2i / head size) / factor. */
export interface RotarySettings {
  readonly base: number;
  /** Linear scaling of positions; 1 for none. */
  readonly factor: number;
}

/** How one layer attends. */
export interface LayerAttention {
  /** Tokens seen back, this one included; `undefined` for all. */
  readonly window: number | undefined;
  readonly rotary: RotarySettings;
}

/** Sizes and constants of a decoder. */
export interface DecoderConfiguration {
  readonly architecture: string;
  readonly name: string;
  readonly layers: number;
  readonly hidden: number;
  readonly inner: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  readonly normEpsilon: number;
  /** Which two numbers of a head turn together: neighbours, or one of each half. */
  readonly rotaryPairs: 'neighbours' | 'halves';
  readonly activation: 'silu' | 'gelu';
  /** Whether queries and keys are normed head by head. */
  readonly hasHeadNorms: boolean;
  /** Whether the outputs of attention and feed-forward are normed before they join the residual stream. */
  readonly hasPostNorms: boolean;
  /** What embeddings are multiplied by. */
  readonly embeddingScale: number;
  /** What products of queries and keys are multiplied by. */
  readonly attentionScale: number;
  /** Soft caps, x → cap · tanh(x / cap), of attention scores and of logits. */
  readonly attentionCap: number | undefined;
  readonly logitCap: number | undefined;
  /** One for each layer. */
  readonly attention: readonly LayerAttention[];
}

interface Family {
  readonly rotaryPairs: DecoderConfiguration['rotaryPairs'];
  readonly activation: DecoderConfiguration['activation'];
  readonly hasHeadNorms: boolean;
  readonly hasPostNorms: boolean;
  readonly scalesEmbeddings: boolean;
  /** Of this many layers the last sees everything, the others a window. */
  readonly windowPeriod?: number;
  /** Tokens of a window where the file does not say; without either, every layer sees everything. */
  readonly usualWindow?: number;
  /** Rotary base of layers with a window. @default that of the others */
  readonly windowRotaryBase?: number;
  /** Layer count of the one size whose attention scale goes by hidden / heads instead of the head size. */
  readonly scaledByHiddenAt?: number;
}

/** What ONNX Runtime's attention takes; it would refuse another only when the model runs. */
const HEAD_SIZE_STEP = 16;

const PLAIN = { activation: 'silu', hasPostNorms: false, scalesEmbeddings: false } as const;
const GEMMA = {
  rotaryPairs: 'halves',
  activation: 'gelu',
  hasPostNorms: true,
  scalesEmbeddings: true,
} as const;

/** Architectures whose graph this version builds. */
const FAMILIES: Readonly<Record<string, Family>> = {
  // The rows of llama's queries and keys are reordered in GGUF, so that neighbours turn together.
  llama: { ...PLAIN, rotaryPairs: 'neighbours', hasHeadNorms: false },
  qwen2: { ...PLAIN, rotaryPairs: 'halves', hasHeadNorms: false },
  qwen3: { ...PLAIN, rotaryPairs: 'halves', hasHeadNorms: true },
  gemma2: { ...GEMMA, hasHeadNorms: false, windowPeriod: 2, usualWindow: 4096, scaledByHiddenAt: 46 },
  gemma3: { ...GEMMA, hasHeadNorms: true, windowPeriod: 6, windowRotaryBase: 10_000, scaledByHiddenAt: 62 },
};

/**
 * Reads the configuration and checks that it is complete and consistent.
 *
 * @throws UnsupportedModelError for another architecture, or a feature not built here.
 * @throws FileFormatError when a value is missing or of the wrong kind.
 *
 * @example
 * ```ts
 * const configuration = readDecoderConfiguration(await openGguf('model.gguf'));
 * configuration.layers;
 * ```
 */
export function readDecoderConfiguration(file: GgufFile): DecoderConfiguration {
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({ path: file.path, format: 'GGUF', problem });
  const architecture = file.metadata.get('general.architecture');
  if (typeof architecture !== 'string') throw fail('it names no architecture');
  const family = Object.hasOwn(FAMILIES, architecture) ? FAMILIES[architecture] : undefined;
  if (family === undefined) {
    throw new UnsupportedModelError({
      what: 'GGUF architecture',
      given: architecture,
      supported: Object.keys(FAMILIES),
      advice: 'Export the model to ONNX and load that folder instead',
    });
  }
  const key = (name: string): string => `${architecture}.${name}`;
  const has = (name: string): boolean => file.metadata.has(key(name));
  const number = (name: string, otherwise?: number): number => {
    const value: GgufValue | undefined = file.metadata.get(key(name)) ?? otherwise;
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
      throw fail(`${key(name)} is ${showValue(value)}; expected a number above 0`);
    }
    return value;
  };
  const whole = (name: string, otherwise?: number): number => {
    const value = number(name, otherwise);
    if (!Number.isInteger(value)) throw fail(`${key(name)} is ${value}; expected a whole number`);
    return value;
  };

  if (has('expert_count')) {
    throw new UnsupportedModelError({
      what: 'Mixture of experts in',
      given: architecture,
      supported: 'dense models',
    });
  }
  const layers = whole('block_count');
  const hidden = whole('embedding_length');
  const heads = whole('attention.head_count');
  const headSize = whole('attention.key_length', whole('rope.dimension_count', hidden / heads));
  if (
    whole('rope.dimension_count', headSize) !== headSize ||
    whole('attention.value_length', headSize) !== headSize
  ) {
    throw new UnsupportedModelError({
      what: 'Head size',
      given: 'different for keys, values and rotary dimensions',
      supported: 'equal sizes',
    });
  }
  if (headSize % HEAD_SIZE_STEP !== 0) {
    throw new UnsupportedModelError({
      what: 'Head size',
      given: String(headSize),
      supported: `multiples of ${HEAD_SIZE_STEP}`,
    });
  }
  const embedding = file.tensors.get('token_embd.weight');
  if (embedding === undefined) throw fail('tensor token_embd.weight is missing');
  const name = file.metadata.get('general.name');

  const rotary: RotarySettings = { base: number('rope.freq_base', 10_000), factor: rotaryFactor(file, key) };
  const everything: LayerAttention = { window: undefined, rotary };
  const { windowPeriod, usualWindow, windowRotaryBase, scaledByHiddenAt } = family;
  const hasWindow =
    windowPeriod !== undefined && (usualWindow !== undefined || has('attention.sliding_window'));
  const period = hasWindow ? whole('attention.sliding_window_pattern', windowPeriod) : 1;
  const windowed: LayerAttention = hasWindow
    ? {
        window: whole('attention.sliding_window', usualWindow),
        // What files scale are the positions of layers that see everything.
        rotary:
          windowRotaryBase === undefined
            ? rotary
            : { base: number('rope.freq_base_swa', windowRotaryBase), factor: 1 },
      }
    : everything;
  return {
    architecture,
    name: typeof name === 'string' ? name : architecture,
    layers,
    hidden,
    inner: whole('feed_forward_length'),
    heads,
    kvHeads: whole('attention.head_count_kv', heads),
    headSize,
    vocabulary: embedding.shape[0]!,
    contextLength: whole('context_length'),
    normEpsilon: number('attention.layer_norm_rms_epsilon'),
    rotaryPairs: family.rotaryPairs,
    activation: family.activation,
    hasHeadNorms: family.hasHeadNorms,
    hasPostNorms: family.hasPostNorms,
    embeddingScale: family.scalesEmbeddings ? Math.sqrt(hidden) : 1,
    attentionScale: 1 / Math.sqrt(layers === scaledByHiddenAt ? hidden / heads : headSize),
    attentionCap: has('attn_logit_softcapping') ? number('attn_logit_softcapping') : undefined,
    logitCap: has('final_logit_softcapping') ? number('final_logit_softcapping') : undefined,
    attention: Array.from({ length: layers }, (_, layer) =>
      (layer + 1) % period === 0 ? everything : windowed,
    ),
  };
}

/** By what positions are divided; other ways of scaling change more than that. */
function rotaryFactor(file: GgufFile, key: (name: string) => string): number {
  const type = file.metadata.get(key('rope.scaling.type')) ?? 'none';
  if (type === 'none') return 1;
  const factor = file.metadata.get(key('rope.scaling.factor'));
  if (type === 'linear' && typeof factor === 'number' && factor > 0) return factor;
  throw new UnsupportedModelError({
    what: 'Rotary scaling',
    given: `${showValue(type)} with factor ${showValue(factor)}`,
    supported: ['none', 'linear', 'rope_freqs.weight (Llama 3)'],
  });
}
