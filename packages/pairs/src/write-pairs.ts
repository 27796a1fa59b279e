/**
 * Pairs as a file that `austeer localize --pairs` reads.
 *
 * @module
 */
import type { ContrastivePair } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';

/** What was written. */
export interface WrittenPairs {
  readonly path: string;
  readonly pairs: number;
}

/**
 * Writes pairs as JSON Lines, one after the other as they come; the file appears when the last one is written. Nothing is
 * left behind when the stream of pairs fails.
 *
 * @throws whatever the stream throws.
 *
 * @example
 * ```ts
 * const pair = { id: '1', question: 'Sugar is', positive: ' sweet', negative: ' sour' };
 * await writePairs('pairs.jsonl', [pair]);
 * ```
 */
export async function writePairs(
  path: string,
  pairs: Iterable<ContrastivePair> | AsyncIterable<ContrastivePair>,
): Promise<WrittenPairs> {
  let count = 0;
  const encoder = new TextEncoder();
  const lines = async function* (): AsyncGenerator<Uint8Array> {
    for await (const pair of pairs) {
      count += 1;
      yield encoder.encode(`${JSON.stringify(pair)}\n`);
    }
  };
  await writeFileAtomic(path, lines());
  return { path, pairs: count };
}
