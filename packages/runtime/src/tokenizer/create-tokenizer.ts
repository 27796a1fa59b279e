/**
 * A tokenizer of the project's form over a `tokenizer.json`-like definition.
 *
 * @module
 */
import { AusteerError, type ChatMessage, type Tokenizer } from '@austeer/core';
import { Template } from '@huggingface/jinja';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';

/** What a tokenizer is made of, wherever it was read from. */
export interface TokenizerDefinition {
  /** Content of a `tokenizer.json`. */
  readonly tokenizer: object;
  /** Tokens at which an answer ends. */
  readonly endTokens: readonly number[];
  /** Tokens before every text. @default what the definition's own post-processor puts there */
  readonly beginTokens?: readonly number[] | undefined;
  /** Jinja source of the chat template. */
  readonly chatTemplate: string | undefined;
  /** Texts that templates refer to, for example `bos_token`. */
  readonly specialTexts: Readonly<Record<string, string>>;
}

/** The model has no chat template. */
export class NoChatTemplateError extends AusteerError {
  constructor() {
    super('NO_CHAT_TEMPLATE', 'This model has no chat template. Give the prompt as plain text.');
  }
}

/**
 * Makes a tokenizer. Special tokens in a text are recognised; none is added, so that a prompt is exactly
 * what was written.
 *
 * @example
 * ```ts
 * const tokenizer = createTokenizer({
 *   tokenizer: {
 *     added_tokens: [],
 *     normalizer: null,
 *     pre_tokenizer: null,
 *     post_processor: null,
 *     decoder: { type: 'Fuse' },
 *     model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] },
 *   },
 *   endTokens: [], chatTemplate: undefined, specialTexts: {},
 * });
 * tokenizer.encode('ab'); // [2]
 * ```
 */
export function createTokenizer(definition: TokenizerDefinition): Tokenizer {
  const { tokenizer: source, endTokens, chatTemplate, specialTexts } = definition;
  // Clean-up of spaces would change what the model said.
  const tokenizer = new HuggingFaceTokenizer(source, { clean_up_tokenization_spaces: false });
  let template: Template | undefined;
  const encode = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids;
  return {
    endTokens,
    beginTokens: definition.beginTokens ?? tokensBefore(tokenizer, 'a', encode('a')),
    encode,
    decode: (tokens, options = {}) =>
      tokens.length === 0
        ? ''
        : tokenizer.decode([...tokens], {
            skip_special_tokens: options.keepSpecialTokens !== true,
            clean_up_tokenization_spaces: false,
          }),
    applyChatTemplate(messages: readonly ChatMessage[], options = {}) {
      if (chatTemplate === undefined) throw new NoChatTemplateError();
      template ??= new Template(chatTemplate);
      return template.render({
        ...specialTexts,
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: options.addGenerationPrompt ?? true,
      });
    },
  };
}

/** What stands before a text when the tokenizer adds its special tokens. */
function tokensBefore(tokenizer: HuggingFaceTokenizer, text: string, plain: readonly number[]): number[] {
  const whole: readonly number[] = tokenizer.encode(text, { add_special_tokens: true }).ids;
  const at = whole.findIndex((_, start) => plain.every((token, index) => whole[start + index] === token));
  return plain.length === 0 || at < 0 ? [] : whole.slice(0, at);
}
