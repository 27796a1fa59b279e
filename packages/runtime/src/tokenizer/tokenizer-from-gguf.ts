/**
 * The tokenizer inside a GGUF, rebuilt from its own metadata.
 *
 * @module
 */
import { FileFormatError, type Tokenizer, UnsupportedModelError } from '@austeer/core';
import type { GgufFile, GgufValue } from '@austeer/onnx';
import { byteLevelDefinition } from './byte-level.ts';
import { createTokenizer } from './create-tokenizer.ts';
import { sentencePieceDefinition } from './sentencepiece.ts';

/** Kinds of tokens in `tokenizer.ggml.token_type` (llama.cpp's `llama_token_type`). */
const TOKEN_KIND = { normal: 1, unknown: 2, control: 3, userDefined: 4 } as const;

/** Kinds that are recognised in a text as they stand. */
const RECOGNISED: readonly unknown[] = [TOKEN_KIND.unknown, TOKEN_KIND.control, TOKEN_KIND.userDefined];

/**
 * Rebuilds the tokenizer of a GGUF.
 *
 * @throws UnsupportedModelError for a tokenizer that is neither byte-level BPE nor SentencePiece, or an unknown way
 *   of cutting text.
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

  const tokens = texts('ggml.tokens');
  const kinds = value('ggml.token_type');
  if (!Array.isArray(kinds) || kinds.length !== tokens.length) {
    throw fail(`tokenizer.ggml.token_type does not list ${tokens.length} kinds`);
  }
  const idOf = (key: string): number | undefined => {
    const id = value(`ggml.${key}_token_id`);
    return typeof id === 'number' && id >= 0 && id < tokens.length ? id : undefined;
  };
  const endTokens = [...new Set([idOf('eos'), idOf('eot'), idOf('eom')])].filter((id) => id !== undefined);
  const textOf = (id: number | undefined): string => (id === undefined ? '' : tokens[id]!);
  const template = value('chat_template');

  const definition = (): object => {
    const model = value('ggml.model');
    if (model === 'gpt2') {
      const cut = String(value('ggml.pre') ?? 'default');
      return byteLevelDefinition({ cut, tokens, merges: texts('ggml.merges') });
    }
    if (model === 'llama') {
      const scores = value('ggml.scores');
      if (!Array.isArray(scores) || scores.length !== tokens.length) {
        throw fail(`tokenizer.ggml.scores does not list ${tokens.length} scores`);
      }
      return sentencePieceDefinition({
        tokens: tokens.map((text, id) => ({
          text,
          score: scores[id] as number,
          merges: kinds[id] === TOKEN_KIND.normal || kinds[id] === TOKEN_KIND.userDefined,
        })),
        unknown: idOf('unknown') ?? kinds.indexOf(TOKEN_KIND.unknown),
        addsSpace: value('ggml.add_space_prefix') !== false,
      });
    }
    throw new UnsupportedModelError({
      what: 'GGUF tokenizer',
      given: String(model),
      supported: ['gpt2 (byte-level BPE)', 'llama (SentencePiece)'],
    });
  };

  // Where a file says nothing, SentencePiece models and Llama 3 begin with <bos>, as in llama.cpp.
  const beginTokens = (): number[] => {
    const bos = idOf('bos');
    const usual = value('ggml.model') === 'llama' || value('ggml.pre') === 'llama-bpe';
    return bos !== undefined && (value('ggml.add_bos_token') ?? usual) === true ? [bos] : [];
  };

  return createTokenizer({
    tokenizer: {
      version: '1.0',
      added_tokens: tokens.flatMap((content, id) =>
        RECOGNISED.includes(kinds[id])
          ? [
              {
                id,
                content,
                single_word: false,
                lstrip: false,
                rstrip: false,
                normalized: false,
                special: kinds[id] !== TOKEN_KIND.userDefined,
              },
            ]
          : [],
      ),
      ...definition(),
    },
    endTokens,
    beginTokens: beginTokens(),
    chatTemplate: typeof template === 'string' ? template : undefined,
    specialTexts: { bos_token: textOf(idOf('bos')), eos_token: textOf(idOf('eos')) },
  });
}
