/**
 * Prompts with their answers side by side, as the gradient graph takes them.
 *
 * @module
 */
import type { MarginItem, TokenSequence } from '@austeer/core';

/** An input: its values and dimensions. */
export interface FilledInput<Data extends BigInt64Array | Float32Array> {
  readonly data: Data;
  readonly dims: readonly number[];
}

/** One batch; what each input means is written at the graph. */
export interface BranchedRows {
  readonly ids: FilledInput<BigInt64Array>;
  readonly positions: FilledInput<BigInt64Array>;
  readonly branches: FilledInput<BigInt64Array>;
  readonly places: FilledInput<BigInt64Array>;
  readonly entries: FilledInput<BigInt64Array>;
  readonly shares: FilledInput<Float32Array>;
  readonly right: FilledInput<Float32Array>;
  readonly wrong: FilledInput<Float32Array>;
}

/** Tokens of an item in one row: what follows the last token of an answer is not asked. */
export function branchedLength({ prompt, right, wrong }: MarginItem): number {
  return [...right, ...wrong].reduce((sum, answer) => sum + answer.length - 1, prompt.length);
}

/** What the log-probability of an answer that is not a row's own is lowered by. */
const NOT_ASKED = -1e9;

/**
 * Lays items out.
 *
 * @param options.perToken divide the log-probability of an answer by its length
 */
export function layOutItems(items: readonly MarginItem[], options: { perToken: boolean }): BranchedRows {
  const { perToken } = options;
  const [rows, tokens] = [items.length, Math.max(...items.map(branchedLength))];
  const [ids, positions, branches] = [0, 1, 2].map(() => new BigInt64Array(rows * tokens)) as [
    BigInt64Array,
    BigInt64Array,
    BigInt64Array,
  ];
  const places: number[] = [];
  const entries: number[] = [];
  const answers: { row: number; isRight: boolean; firstEntry: number; length: number }[] = [];

  for (const [row, { prompt, right, wrong }] of items.entries()) {
    let column = 0;
    const put = (sequence: TokenSequence, position: number, branch: number): void => {
      for (const [index, token] of sequence.entries()) {
        const at = row * tokens + column++;
        ids[at] = BigInt(token);
        positions[at] = BigInt(position + index);
        branches[at] = BigInt(branch);
      }
    };
    const place = (placeColumn: number): number => places.push(row, placeColumn) / 2 - 1;
    put(prompt, 0, 0);
    const afterPrompt = place(prompt.length - 1);
    for (const [branch, answer] of [...right, ...wrong].entries()) {
      const firstEntry = entries.length / 2;
      answers.push({ row, isRight: branch < right.length, firstEntry, length: answer.length });
      entries.push(afterPrompt, answer[0]!);
      for (const [index, token] of answer.slice(1).entries()) entries.push(place(column + index), token);
      put(answer.slice(0, -1), prompt.length, branch + 1);
    }
  }

  const count = entries.length / 2;
  const shares = new Float32Array(answers.length * count);
  const right = new Float32Array(rows * answers.length).fill(NOT_ASKED);
  const wrong = right.slice();
  for (const [answer, { row, isRight, firstEntry, length }] of answers.entries()) {
    const start = answer * count + firstEntry;
    shares.fill(perToken ? 1 / length : 1, start, start + length);
    (isRight ? right : wrong)[row * answers.length + answer] = 0;
  }
  const whole = (numbers: readonly number[]) => ({
    data: BigInt64Array.from(numbers, BigInt),
    dims: [numbers.length / 2, 2],
  });
  return {
    ids: { data: ids, dims: [rows, tokens] },
    positions: { data: positions, dims: [rows, tokens] },
    branches: { data: branches, dims: [rows, tokens] },
    places: whole(places),
    entries: whole(entries),
    shares: { data: shares, dims: [answers.length, count] },
    right: { data: right, dims: [rows, answers.length] },
    wrong: { data: wrong, dims: [rows, answers.length] },
  };
}
