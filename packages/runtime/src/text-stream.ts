/**
 * The text of one generated row as it grows: where it ends, and which characters are complete.
 *
 * @module
 */
import type { Generation, Tokenizer } from '@austeer/core';

/** Collects the tokens of one row. */
export interface TextStream {
  readonly ended: boolean;
  /**
   * Takes the next token. Returns the text it adds (possibly ''), or `undefined` when the token is an end
   * token or completes a stop text, which are no part of the answer.
   */
  push(token: number): string | undefined;
  result(): Generation;
}

/** What a byte sequence decodes to while a character is still incomplete. */
const INCOMPLETE = '\uFFFD';

/**
 * Starts a stream.
 *
 * @param options.tokenizer without one, text is '' and no token ends a row
 * @param options.stop texts at which the row ends
 */
export function createTextStream(options: {
  tokenizer: Tokenizer | undefined;
  stop: readonly string[];
}): TextStream {
  const { tokenizer, stop } = options;
  let tokens: number[] = [];
  let text = '';
  let shown = 0;
  let finish: Generation['finish'] = 'length';
  let ended = false;

  return {
    get ended() {
      return ended;
    },
    push(token) {
      if (tokenizer?.endTokens.includes(token)) {
        finish = 'end';
        ended = true;
        return undefined;
      }
      tokens.push(token);
      if (tokenizer === undefined) return '';
      text = tokenizer.decode(tokens);
      const found = stop.map((word) => text.indexOf(word)).filter((at) => at >= 0);
      if (found.length > 0) {
        finish = 'stop';
        ended = true;
        const cut = Math.min(...found);
        text = text.slice(0, cut);
        while (tokens.length > 0 && tokenizer.decode(tokens).length > cut) tokens = tokens.slice(0, -1);
        return undefined;
      }
      const complete = text.endsWith(INCOMPLETE) ? shown : text.length;
      const added = text.slice(shown, complete);
      shown = complete;
      return added;
    },
    result: () => ({ tokens: [...tokens], text, finish }),
  };
}
