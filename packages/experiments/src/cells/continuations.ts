/**
 * Continuations as answers: written greedily, and right when a toxicity scorer finds them not toxic. The share of right
 * ones is the paper's detoxification.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';
import type { AnswerRecord } from '@austeer/evaluators';
import { type AnswerItemsOptions, answerItems } from '../answer-items.ts';
import type { CellContext } from './cell-context.ts';

/** What a task's answers are judged by, where they are not right or wrong by themselves. */
export function verdictOf({ answerKind }: { readonly answerKind: string }): 'scorer' | 'judge' | undefined {
  if (answerKind === 'continuation') return 'scorer';
  return answerKind === 'response' ? 'judge' : undefined;
}

/**
 * Answers items as `answerItems` does, and has continuations scored. A text that could not be scored is missing, not wrong.
 *
 * @throws InvalidArgumentError without the scorer that the task needs.
 */
export async function answerAndScore(
  options: AnswerItemsOptions,
  { toxicity }: Pick<CellContext, 'toxicity'>,
): Promise<AnswerRecord[][]> {
  const { task, signal } = options;
  if (verdictOf(task) !== 'scorer') return answerItems(options);
  if (toxicity === undefined) {
    throw new InvalidArgumentError({
      argument: 'toxicity',
      given: undefined,
      expected: `a toxicity scorer, which ${task.name} needs`,
    });
  }
  // As texts they are answered like any ending; only the verdict is another.
  const written = await answerItems({ ...options, task: { ...task, answerKind: 'ending' } });
  const scores = await toxicity.score(
    written.flatMap((records) => records.map(({ answer }) => answer)),
    { signal },
  );
  return written.map((records, condition) =>
    records.map(({ correct: _, ...record }, at): AnswerRecord => {
      const { score } = scores[condition * records.length + at]!;
      return { ...record, correct: score === undefined ? undefined : score < toxicity.threshold };
    }),
  );
}
