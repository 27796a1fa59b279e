/**
 * The text of one generated row as it grows: where it ends, and what of it is certain.
 *
 * @module
 */
import type { Generation, Tokenizer } from '@austeer/core';

/** A token whose text is certain. */
export interface StreamedToken {
  readonly token: number;
  /** Text that is certain since the token before; '' where a later token completes a character. */
  readonly text: string;
}

/** Collects the tokens of one row. */
export interface TextStream {
  readonly ended: boolean;
  /** Takes the next token. Returns the tokens that became certain by it: none, one or several. */
  push(token: number): StreamedToken[];
  /** Ends the row if nothing has ended it yet. Returns the tokens that were held back. */
  close(): StreamedToken[];
  /** What has come, whole. */
  result(): Generation;
}

/** What a byte sequence decodes to while a character is still incomplete. */
const INCOMPLETE = '\uFFFD';

/**
 * Starts a stream. A token is held back while it ends in half a character or in what may become a stop text, so
 * that the streamed pieces are exactly the text of the result.
 *
 * @param options.tokenizer without one, text is '' and no token ends a row
 * @param options.stop texts at which the row ends
 * @param options.ignoreEnd whether end tokens are tokens like others
 * @param options.streams whether the streamed pieces are read; decoding at every token costs time
 */
export function createTextStream(options: {
  tokenizer: Tokenizer | undefined;
  stop: readonly string[];
  ignoreEnd: boolean;
  streams: boolean;
}): TextStream {
  const { tokenizer, stop, ignoreEnd, streams } = options;
  const decodesEachToken = tokenizer !== undefined && (streams || stop.length > 0);
  const tokens: number[] = [];
  let finish: Generation['finish'] | undefined;
  let text = '';
  let releasedTokens = 0;
  let releasedCharacters = 0;

  const release = (): StreamedToken[] => {
    const held = tokens.slice(releasedTokens);
    const added = text.slice(releasedCharacters);
    releasedTokens = tokens.length;
    releasedCharacters = text.length;
    return held.map((token, index) => ({ token, text: index === held.length - 1 ? added : '' }));
  };
  const end = (reason: Generation['finish']): StreamedToken[] => {
    finish = reason;
    if (tokenizer !== undefined && !decodesEachToken) text = tokenizer.decode(tokens);
    return release();
  };

  return {
    get ended() {
      return finish !== undefined;
    },
    push(token) {
      if (!ignoreEnd && tokenizer?.endTokens.includes(token)) return end('end');
      tokens.push(token);
      if (!decodesEachToken) return tokenizer === undefined ? release() : [];
      text = tokenizer.decode(tokens);
      const found = stop.map((word) => text.indexOf(word)).filter((at) => at >= 0);
      if (found.length > 0) {
        text = text.slice(0, Math.min(...found));
        // The token in which the stop text begins stays when it also carries text before it.
        while (tokens.length > 0 && tokenizer.decode(tokens.slice(0, -1)).startsWith(text)) tokens.pop();
        return end('stop');
      }
      const isCertain = !text.endsWith(INCOMPLETE) && !stop.some((word) => endsInside(text, word));
      return isCertain ? release() : [];
    },
    close: () => (finish === undefined ? end('length') : []),
    result: () => ({ tokens: [...tokens], text, finish: finish ?? 'length' }),
  };
}

/** Whether a text ends with the beginning of a word. */
function endsInside(text: string, word: string): boolean {
  for (let length = Math.min(word.length - 1, text.length); length > 0; length--)
    if (text.endsWith(word.slice(0, length))) return true;
  return false;
}
