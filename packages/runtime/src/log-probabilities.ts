/**
 * Probabilities of every token of the vocabulary.
 *
 * @module
 */
import {
  floatTensor,
  InvalidArgumentError,
  type LogProbabilityOptions,
  type RowLogProbabilities,
  type TokenSequence,
} from '@austeer/core';
import { checkRow, checkWhole } from './call-checks.ts';
import { padRows } from './engine/padded-rows.ts';
import { resolveRowSteering } from './engine/row-steering.ts';
import { followRowStrengths } from './engine/row-strengths.ts';
import { DEFAULT_BATCH_SIZE, type ModelContext } from './model-context.ts';
import { mostLikely } from './sampling.ts';

/** Numbers that one run may give back: 256 MB. A row with more runs alone. */
const NUMBERS_PER_RUN = 2 ** 26;

/** See {@link LanguageModel.logProbabilities}. */
export async function* logProbabilityRows(
  context: ModelContext,
  rows: Iterable<TokenSequence>,
  options: LogProbabilityOptions = {},
): AsyncGenerator<RowLogProbabilities> {
  const { positions: wanted, steering, batchSize = DEFAULT_BATCH_SIZE, signal, onProgress } = options;
  checkWhole('batchSize', batchSize, 1);
  const all = [...rows];
  for (const [row, tokens] of all.entries()) checkRow({ tokens, row, room: 0, ...context });
  const positions = all.map((tokens, row) => wanted?.[row] ?? [...tokens.keys()]);
  checkPositions(all, wanted);
  const { of, needs } = resolveRowSteering({
    steering,
    rows: all.length,
    ...context.identity,
  });
  const purpose = context.decodingPurpose(needs);
  const { vocabularySize } = context;

  let start = 0;
  while (start < all.length) {
    signal?.throwIfAborted();
    let end = start + 1;
    let numbers = positions[start]!.length * vocabularySize;
    while (end < all.length && end - start < batchSize) {
      numbers += positions[end]!.length * vocabularySize;
      if (numbers > NUMBERS_PER_RUN) break;
      end++;
    }
    const sequences = all.slice(start, end);
    const readings = positions
      .slice(start, end)
      .flatMap((list, row) => list.map((index) => ({ row, index })));
    const logits = await context.exclusively(async () => {
      const steered = sequences.map((_, row) => of(start + row));
      const strengths = followRowStrengths({
        steering: steered,
        prompts: sequences,
        tokenizer: context.tokenizer,
      });
      const capacity = Math.max(...sequences.map((tokens) => tokens.length));
      const batch = await context.decoder.open({ purpose, steering: steered, capacity });
      const padded = padRows({ rows: sequences, padding: context.padding });
      const places = readings.map(({ row, index }) => [row, padded.column(row, index)] as const);
      return (await batch.run(padded, places, strengths?.next(sequences, padded))).logits;
    });
    let at = 0;
    for (let row = start; row < end; row++) {
      const count = positions[row]!.length;
      const own = logits.slice(at * vocabularySize, (at + count) * vocabularySize);
      at += count;
      for (let place = 0; place < count; place++) {
        toLogProbabilities(own.subarray(place * vocabularySize, (place + 1) * vocabularySize));
      }
      yield { row, positions: positions[row]!, logProbabilities: floatTensor(own, [count, vocabularySize]) };
    }
    start = end;
    onProgress?.({ stage: 'log-probabilities', done: end, total: all.length });
  }
}

/** Logits become natural-log probabilities in place. */
function toLogProbabilities(logits: Float32Array): void {
  const highest = logits[mostLikely(logits)]!;
  let sum = 0;
  for (let token = 0; token < logits.length; token++) sum += Math.exp(logits[token]! - highest);
  const logSum = highest + Math.log(sum);
  for (let token = 0; token < logits.length; token++) logits[token]! -= logSum;
}

function checkPositions(rows: readonly TokenSequence[], positions: LogProbabilityOptions['positions']): void {
  if (positions === undefined) return;
  if (positions.length !== rows.length) {
    throw new InvalidArgumentError({
      argument: 'positions',
      given: `${positions.length} lists`,
      expected: `${rows.length}, one for each row`,
    });
  }
  for (const [row, list] of positions.entries()) {
    const length = rows[row]!.length;
    const bad = list.find((index) => !Number.isInteger(index) || index < 0 || index >= length);
    if (bad !== undefined || list.length === 0) {
      throw new InvalidArgumentError({
        argument: `positions of row ${row}`,
        given: bad ?? 'no position',
        expected: `at least one, each a whole number from 0 to ${length - 1}`,
      });
    }
  }
}
