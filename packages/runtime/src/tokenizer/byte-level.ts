/**
 * Byte-level BPE as GGUF names it: `tokenizer.ggml.model` = gpt2, cut by `tokenizer.ggml.pre`.
 *
 * @module
 */
import { UnsupportedModelError } from '@austeer/core';

/** How text is cut before merging, and what comes with it. */
interface Cut {
  readonly preTokenizers: readonly object[];
  readonly normalizer?: object;
  /** Whether a piece that is a token stays whole, whatever its merges. */
  readonly ignoresMerges?: boolean;
}

const byteLevel = (useRegex: boolean): object => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const split = (pattern: string): object => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});
/** The cut of GPT-4 and its followers, which differ in how many digits stay together. */
const words = (digits: string): object =>
  split(
    `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
  );

/** By the name in `tokenizer.ggml.pre`. The patterns are those of the models' published `tokenizer.json` files. */
const CUTS: Readonly<Record<string, Cut>> = {
  // Every character that Unicode calls a number stands alone (½ and Ⅷ too), as upstream's `Digits` does.
  smollm: { preTokenizers: [split('\\p{N}'), byteLevel(true)] },
  'gpt-2': { preTokenizers: [byteLevel(true)] },
  default: { preTokenizers: [byteLevel(true)] },
  'llama-bpe': { preTokenizers: [words('\\p{N}{1,3}'), byteLevel(false)], ignoresMerges: true },
  qwen2: { preTokenizers: [words('\\p{N}'), byteLevel(false)], normalizer: { type: 'NFC' } },
};

/**
 * Content of a `tokenizer.json`, but for its added tokens.
 *
 * @param options.cut name in `tokenizer.ggml.pre`
 * @throws UnsupportedModelError for an unknown way of cutting text.
 */
export function byteLevelDefinition(options: {
  cut: string;
  tokens: readonly string[];
  merges: readonly string[];
}): object {
  const { cut: name, tokens, merges } = options;
  const cut = Object.hasOwn(CUTS, name) ? CUTS[name] : undefined;
  if (cut === undefined) {
    throw new UnsupportedModelError({
      what: 'GGUF pre-tokenizer',
      given: name,
      supported: Object.keys(CUTS),
      advice: 'Put the model’s tokenizer.json beside an ONNX export and load that folder',
    });
  }
  return {
    normalizer: cut.normalizer ?? null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: cut.preTokenizers },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: cut.ignoresMerges === true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}
