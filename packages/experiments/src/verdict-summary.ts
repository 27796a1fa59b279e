/**
 * What scorer or judge said of the test answers, summed up.
 *
 * @module
 */
import {
  type AnswerRecord,
  compareToxicity,
  knownVerdictErrors,
  summarizeJudging,
  summarizeToxicity,
  type ToxicityComparison,
  type ToxicityRecord,
  type ToxicitySummary,
  type WinRateSummary,
} from '@austeer/evaluators';
import type { Task } from '@austeer/pairs';
import { type AnswerJudges, verdictOf } from './judged-answers.ts';

/** Toxicity of both conditions. */
export interface ToxicityVerdicts {
  readonly vanilla: ToxicitySummary;
  readonly steered?: ToxicitySummary | undefined;
  /** Steered minus vanilla, prompt by prompt. */
  readonly comparison?: ToxicityComparison | undefined;
}

/** What scorer or judge said; which of them depends on the task. */
export interface TestVerdicts {
  readonly toxicity?: ToxicityVerdicts | undefined;
  /** Steered against vanilla. */
  readonly winRate?: WinRateSummary | undefined;
}

/**
 * Sums up the verdicts of a test. Empty for tasks whose answers are right or wrong by themselves.
 *
 * @throws EmptyInputError when no text has a score.
 */
export function summarizeVerdicts(options: {
  task: Pick<Task, 'answerKind'>;
  vanilla: readonly AnswerRecord[];
  steered?: readonly AnswerRecord[] | undefined;
  judges: AnswerJudges;
  seed: number;
}): TestVerdicts {
  const { task, vanilla, steered, judges, seed } = options;
  switch (verdictOf(task)) {
    case 'scorer': {
      const scorer = judges.toxicity!;
      const shared = { scorer, verdictErrors: knownVerdictErrors(scorer), seed };
      const first = toxicityRecords(vanilla);
      const second = steered && toxicityRecords(steered);
      return {
        toxicity: {
          vanilla: summarizeToxicity({ ...shared, records: first }),
          ...(second && {
            steered: summarizeToxicity({ ...shared, records: second }),
            comparison: compareToxicity({ ...shared, first, second }),
          }),
        },
      };
    }
    case 'judge':
      return steered === undefined ? {} : { winRate: summarizeWinRate(steered, judges, seed) };
    default:
      return {};
  }
}

function toxicityRecords(records: readonly AnswerRecord[]): ToxicityRecord[] {
  return records.map(({ id, toxicity }) => ({ prompt: id, result: toxicity! }));
}

function summarizeWinRate(
  records: readonly AnswerRecord[],
  { judge }: AnswerJudges,
  seed: number,
): WinRateSummary {
  const items = records.map(({ judgement }) => judgement!);
  return summarizeJudging({ judge: judge!, items, protocol: 'both-orders', seed });
}

/**
 * What the share of right answers of a task is called.
 *
 * @example
 * ```ts
 * measureName({ answerKind: 'continuation' }); // 'not toxic'
 * ```
 */
export function measureName({ answerKind }: Pick<Task, 'answerKind'>): string {
  const names: Partial<Record<Task['answerKind'], string>> = {
    ending: 'ended by itself',
    continuation: 'not toxic',
    response: 'wins',
  };
  return names[answerKind] ?? 'accuracy';
}
