/**
 * Answers that are not right or wrong by themselves: continuations, which a toxicity scorer reads, and responses, which a
 * judge compares with those of the model as it was.
 *
 * @module
 */
import { InvalidArgumentError } from '@austeer/core';
import { type AnswerRecord, judgeWinRate } from '@austeer/evaluators';
import type { Task } from '@austeer/pairs';
import { type AnswerItemsOptions, answerItems } from '../answer-items.ts';
import type { CellContext, CellModel } from './cell-context.ts';

/** Who says whether a task's answers are right; `undefined` where the task itself does. */
export function verdictOf({ answerKind }: Pick<Task, 'answerKind'>): 'scorer' | 'judge' | undefined {
  if (answerKind === 'continuation') return 'scorer';
  return answerKind === 'response' ? 'judge' : undefined;
}

/**
 * Answers items as `answerItems` does. A continuation is right when the scorer finds it not toxic. A response is right when
 * the judge prefers it to the model's own, read in both orders; the outcome (`win`, `tie`, `lose`) is its `prediction`. What
 * scorer or judge could not say is missing, not wrong.
 *
 * @throws InvalidArgumentError without the scorer or judge that the task needs.
 */
export async function answerAndJudge(
  options: AnswerItemsOptions & { readonly model: CellModel },
  context: Pick<CellContext, 'toxicity' | 'judge'>,
): Promise<AnswerRecord[][]> {
  const verdict = verdictOf(options.task);
  if (verdict === undefined) return answerItems(options);
  return verdict === 'scorer' ? scoreContinuations(options, context) : judgeResponses(options, context);
}

async function scoreContinuations(
  options: AnswerItemsOptions,
  { toxicity }: Pick<CellContext, 'toxicity'>,
): Promise<AnswerRecord[][]> {
  const { signal } = options;
  if (toxicity === undefined) throw nobody('toxicity', 'a toxicity scorer', options);
  const written = await writeTexts(options);
  const scores = await toxicity.score(
    written.flatMap((records) => records.map(({ answer }) => answer)),
    { signal },
  );
  return written.map((records, condition) =>
    records.map((record, at): AnswerRecord => {
      const { score } = scores[condition * records.length + at]!;
      return { ...record, correct: score === undefined ? undefined : score < toxicity.threshold };
    }),
  );
}

async function judgeResponses(
  options: AnswerItemsOptions & { readonly model: CellModel },
  { judge }: Pick<CellContext, 'judge'>,
): Promise<AnswerRecord[][]> {
  const { model, items, conditions, signal } = options;
  if (judge === undefined) throw nobody('judge', 'a judge', options);
  const [own, ...written] = await writeTexts({ ...options, conditions: [undefined, ...conditions] });
  const judged: AnswerRecord[][] = [];
  for (const records of written) {
    const pairs = records.map(({ id, answer }, at) => ({
      id,
      instruction: items[at]!.instruction ?? items[at]!.question,
      baseline: own![at]!.answer,
      candidate: answer,
    }));
    const { items: outcomes } = await judgeWinRate({ judge: judge(model), pairs, signal });
    judged.push(
      records.map((record, at): AnswerRecord => {
        const { outcome } = outcomes[at]!;
        if (outcome === undefined) return { ...record, correct: undefined };
        return { ...record, correct: outcome === 'win', prediction: outcome };
      }),
    );
  }
  return judged;
}

/** Texts are written as those of tasks that judge by their ending; only the verdict is another. */
function writeTexts(options: AnswerItemsOptions): Promise<AnswerRecord[][]> {
  return answerItems({ ...options, task: { ...options.task, answerKind: 'ending' } });
}

function nobody(argument: string, expected: string, { task }: AnswerItemsOptions): InvalidArgumentError {
  return new InvalidArgumentError({
    argument,
    given: undefined,
    expected: `${expected}, which ${task.name} needs`,
  });
}
