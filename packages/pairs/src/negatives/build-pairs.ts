/**
 * From questions with right answers to contrastive pairs (the general solution of appendix B.1).
 *
 * @module
 */
import type { ContrastivePair } from '@austeer/core';
import { BLANK_ANSWER, type NegativeFinder, type NegativeRow } from '../nearest-number.ts';
import { type AnswerRow, createAnswerPool } from './answer-row.ts';
import type { FindNegativesOptions, NegativeSource } from './negative-source.ts';

/** Options of {@link buildPairs}. */
export interface BuildPairsOptions extends FindNegativesOptions {
  readonly rows: Iterable<AnswerRow> | AsyncIterable<AnswerRow>;
  readonly negatives: NegativeSource;
  /**
   * Answers that wrong ones are chosen among, each once (`createAnswerPool`). Without it the rows' own answers are
   * taken, and all rows are held in memory until the first pair comes.
   */
  readonly pool?: readonly string[] | undefined;
  /** Text between question and answer; left out after a question that ends in white space. @default ' ' */
  readonly join?: string | undefined;
  /** A row without a wrong answer: left out, or given one space as the released code does. @default 'leave-out' */
  readonly whenNone?: 'leave-out' | 'blank' | undefined;
  /** Called for each row left out, so that none disappears unseen. */
  readonly onLeftOut?: ((row: AnswerRow) => void) | undefined;
}

/**
 * Makes pairs: question + right answer against question + wrong answer, in the order of the rows.
 *
 * @throws what the source of wrong answers throws; the signal's reason when aborted.
 *
 * @example
 * ```ts
 * const rows = [
 *   { id: '1', question: 'Q: Capital of Peru?\nA:', answer: 'Lima' },
 *   { id: '2', question: 'Q: Capital of Fiji?\nA:', answer: 'Suva' },
 * ];
 * const pairs: ContrastivePair[] = [];
 * for await (const pair of buildPairs({ rows, negatives: randomNegatives() })) pairs.push(pair);
 * pairs[0]!.negative; // ' Suva'
 * ```
 */
export async function* buildPairs(
  options: BuildPairsOptions,
): AsyncGenerator<ContrastivePair, void, undefined> {
  const { negatives, join = ' ', whenNone = 'leave-out', onLeftOut, signal, onProgress } = options;
  let { rows, pool = [] } = options;
  if (negatives.usesPool && options.pool === undefined) {
    const held: AnswerRow[] = [];
    const answers = createAnswerPool();
    for await (const row of rows) {
      held.push(row);
      answers.add(row.answer);
    }
    rows = held;
    pool = answers.answers();
  }
  for await (const block of blocksOf(rows, negatives.rowsAtOnce)) {
    signal?.throwIfAborted();
    const wrong = await negatives.find(block, pool, { signal, onProgress });
    for (const [index, row] of block.entries()) {
      const { id, question, answer, label } = row;
      const found = wrong[index];
      if (found === undefined && whenNone === 'leave-out') {
        onLeftOut?.(row);
        continue;
      }
      const between = /\s$/.test(question) ? '' : join;
      yield {
        id,
        question,
        positive: `${between}${answer.trim()}`,
        negative: found === undefined ? BLANK_ANSWER : `${between}${found.trim()}`,
        ...(label !== undefined && { label }),
      };
    }
  }
}

/**
 * A source of wrong answers in the form that `loadTask` takes: `loadTask('svamp', { negatives: negativeFinder(…) })`.
 *
 * @example
 * ```ts
 * const task = await loadTask('svamp', { negatives: negativeFinder(randomNegatives({ seed: 7 })) });
 * ```
 */
export function negativeFinder(source: NegativeSource, call: FindNegativesOptions = {}): NegativeFinder {
  const find = async (answers: readonly string[], rows: readonly NegativeRow[]): Promise<string[]> => {
    const pool = createAnswerPool();
    for (const answer of answers) pool.add(answer);
    const asked = answers.map((answer, index) => ({ ...rows[index]!, answer }));
    const found = await source.find(asked, pool.answers(), call);
    // Where the right answer itself is returned, the task puts its own blank.
    return found.map((answer, index) => answer ?? answers[index]!);
  };
  return Object.assign(find, { rule: source.name });
}

async function* blocksOf<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let block: T[] = [];
  for await (const item of items) {
    block.push(item);
    if (block.length < size) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}
