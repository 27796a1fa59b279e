/**
 * A sentence encoder for tests: counts of letters, so that texts with the same letters have the same vector.
 *
 * @module
 */
import { encodeInBatches, floatTensor, type SentenceEncoder } from '@austeer/core';

const DIMENSIONS = 32;

export interface ToyEncoder extends SentenceEncoder {
  /** Every text that was encoded, in order. */
  readonly asked: string[];
}

export function createToyEncoder(name = 'letters'): ToyEncoder {
  const asked: string[] = [];
  return {
    name,
    dimensions: DIMENSIONS,
    asked,
    encode: (texts, { batchSize = 7, ...call } = {}) =>
      encodeInBatches({
        ...call,
        texts,
        batchSize,
        dimensions: DIMENSIONS,
        group: (distinct) =>
          Array.from({ length: Math.ceil(distinct.length / batchSize) }, (_, group) =>
            [...distinct.keys()].slice(group * batchSize, (group + 1) * batchSize),
          ),
        encodeGroup: async (group) => {
          asked.push(...group);
          await new Promise((resolve) => setImmediate(resolve));
          const data = new Float32Array(group.length * DIMENSIONS);
          for (const [row, text] of group.entries()) {
            // The first number keeps the empty text from having no direction.
            data[row * DIMENSIONS] = 1;
            for (const letter of text) {
              const at = row * DIMENSIONS + 1 + (letter.codePointAt(0)! % (DIMENSIONS - 1));
              data[at] = data[at]! + 1;
            }
          }
          return floatTensor(data, [group.length, DIMENSIONS]);
        },
      }),
  };
}
