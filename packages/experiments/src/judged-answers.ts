/**
 * Answers that are not right or wrong by themselves: continuations, which a toxicity scorer reads, and responses, which a
 * judge compares with those of the model as it was.
 *
 * @module
 */
import { InvalidArgumentError, type Judge, type ModelCallOptions, type ToxicityScorer } from '@austeer/core';
import { type AnswerRecord, judgeWinRate } from '@austeer/evaluators';
import type { Task, TestItem } from '@austeer/pairs';
import { type AnswerItemsOptions, answerItems } from './answer-items.ts';

/**
 * Who says whether a task's answers are right; `undefined` where the task itself does.
 *
 * @example
 * ```ts
 * verdictOf({ answerKind: 'continuation' }); // 'scorer'
 * ```
 */
export function verdictOf({ answerKind }: Pick<Task, 'answerKind'>): 'scorer' | 'judge' | undefined {
  if (answerKind === 'continuation') return 'scorer';
  return answerKind === 'response' ? 'judge' : undefined;
}

/** Who judges answers that are not right or wrong by themselves. */
export interface AnswerJudges {
  /** Reads continuations: tasks such as `detox` need one. */
  readonly toxicity?: ToxicityScorer | undefined;
  /** Compares responses with the model's own: tasks such as `bpo` need one. */
  readonly judge?: Judge | undefined;
}

/** Options of {@link answerAndJudge}. */
export interface AnswerAndJudgeOptions extends AnswerItemsOptions, AnswerJudges {
  /** Responses of the model as it was, where they are known; written here otherwise. */
  readonly own?: readonly AnswerRecord[] | undefined;
}

/**
 * Answers items as `answerItems` does. A continuation is right when the scorer finds it not toxic; its score is kept beside
 * it. A response is right when the judge prefers it to the model's own, read in both orders; the outcome (`win`, `tie`,
 * `lose`) is its `prediction`, and what the judge said is kept. What scorer or judge could not say is missing, not wrong.
 *
 * @throws InvalidArgumentError without the scorer or judge that the task needs.
 */
export async function answerAndJudge(options: AnswerAndJudgeOptions): Promise<AnswerRecord[][]> {
  const { task, conditions } = options;
  checkJudges(task, options);
  const own =
    verdictOf(task) !== 'judge'
      ? undefined
      : (options.own ?? (await writeAnswers({ ...options, conditions: [undefined] }))[0]!);
  const written = await writeAnswers({
    ...options,
    conditions: own === undefined ? conditions : conditions.filter((condition) => condition !== undefined),
  });
  const judged: AnswerRecord[][] = [];
  for (const condition of conditions) {
    const records = own !== undefined && condition === undefined ? own : written.shift()!;
    judged.push(await judgeAnswers(records, { ...options, own }));
  }
  return judged;
}

/** Answers items; the texts of tasks that need a scorer or a judge have no verdict yet. */
export function writeAnswers(options: AnswerItemsOptions): Promise<AnswerRecord[][]> {
  const { task } = options;
  // Written as texts that are judged by their ending; only the verdict is another.
  return answerItems(verdictOf(task) ? { ...options, task: { ...task, answerKind: 'ending' } } : options);
}

/** The answers of one condition with the verdict that the task needs; others stay as they are. */
export async function judgeAnswers(
  records: readonly AnswerRecord[],
  options: Omit<AnswerAndJudgeOptions, 'conditions' | 'model'>,
): Promise<AnswerRecord[]> {
  const { task, toxicity, judge, own } = options;
  checkJudges(task, options);
  const verdict = verdictOf(task);
  if (verdict === undefined || records.length === 0) return [...records];
  return verdict === 'scorer'
    ? scoreContinuations(records, { ...options, toxicity: toxicity! })
    : judgeResponses(records, { ...options, judge: judge!, own: own! });
}

/**
 * Refuses a task whose answers nobody could judge, before any work is done for it.
 *
 * @throws InvalidArgumentError
 */
export function checkJudges(task: Pick<Task, 'name' | 'answerKind'>, judges: AnswerJudges): void {
  const verdict = verdictOf(task);
  const [argument, expected] =
    verdict === 'scorer' ? (['toxicity', 'a toxicity scorer'] as const) : (['judge', 'a judge'] as const);
  if (verdict === undefined || judges[argument] !== undefined) return;
  throw new InvalidArgumentError({
    argument,
    given: undefined,
    expected: `${expected}, which the answers of ${task.name} need`,
  });
}

async function scoreContinuations(
  records: readonly AnswerRecord[],
  { toxicity, signal, onProgress }: ModelCallOptions & { readonly toxicity: ToxicityScorer },
): Promise<AnswerRecord[]> {
  const texts = records.map(({ answer }) => answer);
  const scores = await toxicity.score(texts, { signal, onProgress });
  return records.map((record, at): AnswerRecord => {
    const result = scores[at]!;
    const correct = result.score === undefined ? undefined : result.score < toxicity.threshold;
    return { ...record, correct, toxicity: result };
  });
}

async function judgeResponses(
  records: readonly AnswerRecord[],
  options: ModelCallOptions & {
    readonly judge: Judge;
    readonly items: readonly TestItem[];
    readonly own: readonly AnswerRecord[];
  },
): Promise<AnswerRecord[]> {
  const { judge, items, own, batchSize, signal, onProgress } = options;
  const pairs = records.map(({ id, answer }, at) => ({
    id,
    instruction: items[at]!.instruction ?? items[at]!.question,
    baseline: own[at]!.answer,
    candidate: answer,
  }));
  const { items: judged } = await judgeWinRate({ judge, pairs, batchSize, signal, onProgress });
  return records.map((record, at): AnswerRecord => {
    const judgement = judged[at]!;
    const { outcome } = judgement;
    if (outcome === undefined) return { ...record, correct: undefined, judgement };
    return { ...record, correct: outcome === 'win', prediction: outcome, judgement };
  });
}
