import type { Tokenizer } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTextStream, type StreamedToken } from './text-stream.ts';

/** A token a byte, as byte-level vocabularies have at their bottom; 0 ends. */
const bytes: Tokenizer = {
  endTokens: [0],
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (tokens) => new TextDecoder().decode(Uint8Array.from(tokens)),
  applyChatTemplate: () => '',
};

function run(options: { text: string; stop?: string[]; streams?: boolean; tail?: number[] }) {
  const { text, stop = [], streams = true, tail = [] } = options;
  const stream = createTextStream({ tokenizer: bytes, stop, ignoreEnd: false, streams });
  const pieces: StreamedToken[] = [];
  for (const token of [...bytes.encode(text), ...tail]) {
    if (stream.ended) break;
    pieces.push(...stream.push(token));
  }
  pieces.push(...stream.close());
  return { result: stream.result(), pieces };
}

describe('createTextStream', () => {
  it('streams exactly the tokens and the text of the result', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '\n', 'é', '漢', '🙂'), maxLength: 12 }),
        fc.array(fc.constantFrom('\n\n', 'ab', 'abab', 'é', 'b\na'), { maxLength: 2 }),
        (text, stop) => {
          const { result, pieces } = run({ text, stop });
          expect(pieces.map((piece) => piece.text).join('')).toBe(result.text);
          expect(pieces.map(({ token }) => token)).toEqual(result.tokens);
          const cuts = stop.map((word) => text.indexOf(word)).filter((at) => at >= 0);
          // With several stop texts the one that is complete first ends the row.
          if (stop.length <= 1) expect(result.text).toBe(cuts.length === 0 ? text : text.slice(0, cuts[0]));
          expect(result.finish).toBe(cuts.length === 0 ? 'length' : 'stop');
          expect(run({ text, stop, streams: false }).result).toEqual(result);
        },
      ),
    );
  });

  it('holds back half a character and the beginning of a stop text', () => {
    const stream = createTextStream({ tokenizer: bytes, stop: ['\n\n'], ignoreEnd: false, streams: true });
    const [first, second] = bytes.encode('é');
    expect(stream.push(first!)).toEqual([]);
    expect(stream.push(second!)).toEqual([
      { token: first, text: '' },
      { token: second, text: 'é' },
    ]);
    expect(stream.push(10)).toEqual([]);
    expect(stream.push(97)).toEqual([
      { token: 10, text: '' },
      { token: 97, text: '\na' },
    ]);
  });

  it('hands over what it held back when the row ends', () => {
    const { result, pieces } = run({ text: 'a\n', stop: ['\n\n'], tail: [0] });
    expect(result).toEqual({ tokens: [97, 10], text: 'a\n', finish: 'end' });
    expect(pieces.at(-1)).toEqual({ token: 10, text: '\n' });
  });

  it('keeps a token that carries text before the stop text', () => {
    const words: Tokenizer = {
      ...bytes,
      decode: (tokens) => tokens.map((token) => ['', 'x', 'y.\nz'][token]).join(''),
    };
    const stream = createTextStream({ tokenizer: words, stop: ['\n'], ignoreEnd: false, streams: false });
    stream.push(1);
    stream.push(2);
    expect(stream.result()).toEqual({ tokens: [1, 2], text: 'xy.', finish: 'stop' });
  });

  it('goes on past an end token when told to', () => {
    const stream = createTextStream({ tokenizer: bytes, stop: [], ignoreEnd: true, streams: false });
    for (const token of [97, 0, 98]) stream.push(token);
    stream.close();
    expect(stream.result()).toEqual({ tokens: [97, 0, 98], text: 'a\0b', finish: 'length' });
  });

  it('counts tokens where there is no tokenizer', () => {
    const stream = createTextStream({ tokenizer: undefined, stop: [], ignoreEnd: false, streams: true });
    expect(stream.push(0)).toEqual([{ token: 0, text: '' }]);
    expect(stream.close()).toEqual([]);
    expect(stream.result()).toEqual({ tokens: [0], text: '', finish: 'length' });
  });
});
