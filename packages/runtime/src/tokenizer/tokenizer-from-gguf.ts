/**
 * The tokenizer inside a GGUF, rebuilt from its own metadata.
 *
 * @module
 */
import { FileFormatError, type Tokenizer, UnsupportedModelError } from '@austeer/core';
import type { GgufFile, GgufValue } from '@austeer/onnx';
import { createTokenizer } from './create-tokenizer.ts';

/** Kinds of tokens in `tokenizer.ggml.token_type` (llama.cpp's `llama_token_type`). */
const TOKEN_KIND = { control: 3, userDefined: 4 } as const;

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

/**
 * How text is cut before merging, by the name in `tokenizer.ggml.pre`. The patterns are those of the
 * models' published `tokenizer.json` files.
 */
const PRE_TOKENIZERS: Readonly<Record<string, readonly object[]>> = {
  // Every character that Unicode calls a number stands alone (½ and Ⅷ too), as upstream's `Digits` does.
  smollm: [split('\\p{N}'), byteLevel(true)],
  'gpt-2': [byteLevel(true)],
  default: [byteLevel(true)],
  'llama-bpe': [
    split(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ),
    byteLevel(false),
  ],
  qwen2: [
    split(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ),
    byteLevel(false),
  ],
};

/**
 * Rebuilds the tokenizer of a GGUF.
 *
 * @throws UnsupportedModelError for a tokenizer that is not byte-level BPE, or an unknown way of cutting text.
 * @throws FileFormatError when its lists are missing or do not fit each other.
 *
 * @example
 * ```ts
 * import { openGguf } from '@austeer/onnx';
 * const file = await openGguf('model.gguf');
 * const tokenizer = tokenizerFromGguf(file);
 * tokenizer.encode('12 apples');
 * ```
 */
export function tokenizerFromGguf(file: GgufFile): Tokenizer {
  const value = (key: string): GgufValue | undefined => file.metadata.get(`tokenizer.${key}`);
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({ path: file.path, format: 'GGUF', problem });
  const texts = (key: string): readonly string[] => {
    const list = value(key);
    if (!Array.isArray(list) || list.some((item) => typeof item !== 'string')) {
      throw fail(`tokenizer.${key} is not a list of texts`);
    }
    return list as readonly string[];
  };

  const kind = value('ggml.model');
  if (kind !== 'gpt2') {
    throw new UnsupportedModelError({
      what: 'GGUF tokenizer',
      given: String(kind),
      supported: 'gpt2 (byte-level BPE)',
    });
  }
  const cut = String(value('ggml.pre') ?? 'default');
  const preTokenizers = PRE_TOKENIZERS[cut];
  if (preTokenizers === undefined) {
    throw new UnsupportedModelError({
      what: 'GGUF pre-tokenizer',
      given: cut,
      supported: Object.keys(PRE_TOKENIZERS),
      advice: 'Put the model’s tokenizer.json beside an ONNX export and load that folder',
    });
  }

  const tokens = texts('ggml.tokens');
  const merges = texts('ggml.merges');
  const kinds = value('ggml.token_type');
  if (!Array.isArray(kinds) || kinds.length !== tokens.length) {
    throw fail(`tokenizer.ggml.token_type does not list ${tokens.length} kinds`);
  }
  const special = (id: number): boolean =>
    kinds[id] === TOKEN_KIND.control || kinds[id] === TOKEN_KIND.userDefined;
  const idOf = (key: string): number | undefined => {
    const id = value(`ggml.${key}_token_id`);
    return typeof id === 'number' && id >= 0 && id < tokens.length ? id : undefined;
  };
  const endTokens = [...new Set([idOf('eos'), idOf('eot'), idOf('eom')])].filter((id) => id !== undefined);
  const textOf = (id: number | undefined): string => (id === undefined ? '' : tokens[id]!);
  const template = value('chat_template');

  return createTokenizer({
    tokenizer: {
      version: '1.0',
      added_tokens: tokens.flatMap((content, id) =>
        special(id)
          ? [
              {
                id,
                content,
                single_word: false,
                lstrip: false,
                rstrip: false,
                normalized: false,
                special: kinds[id] === TOKEN_KIND.control,
              },
            ]
          : [],
      ),
      normalizer: null,
      pre_tokenizer: { type: 'Sequence', pretokenizers: preTokenizers },
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: cut === 'llama-bpe',
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges,
      },
    },
    endTokens,
    chatTemplate: typeof template === 'string' ? template : undefined,
    specialTexts: { bos_token: textOf(idOf('bos')), eos_token: textOf(idOf('eos')) },
  });
}
