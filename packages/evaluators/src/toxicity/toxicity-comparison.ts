/**
 * What steering did to the toxicity of the same prompts' continuations.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError } from '@austeer/core';
import type { Estimate } from '../intervals.ts';
import { mcNemarExact } from '../mcnemar.ts';
import { bcaInterval } from '../statistics/bca-interval.ts';
import { clusterMean, meanInterval } from '../statistics/cluster-mean.ts';
import { completePrompts, hasScore, type ScorerIdentity, type ToxicityRecord } from './toxicity-summary.ts';
import { adjustShare, type VerdictErrors } from './verdict-errors.ts';

/** Two conditions on the same prompts. Differences are second minus first: below 0 is less toxic. */
export interface ToxicityComparison {
  readonly scorer: ScorerIdentity;
  /** Continuations with a score in both conditions, paired by prompt and sample. */
  readonly texts: number;
  /** Pairs left out because a score is missing in either condition. */
  readonly missing: number;
  readonly prompts: number;
  /** Difference of the toxic shares. */
  readonly toxicShare: Estimate;
  /** Difference of the detoxification rates, in percentage points. */
  readonly detoxificationRate: Estimate;
  /** Difference of the shares that the scorer's known errors point to. */
  readonly adjustedShare?: Estimate | undefined;
  readonly meanScore: Estimate;
  /** Pairs that only the first, or only the second condition made toxic. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** McNemar's exact test; only where each prompt has one continuation: others are not independent. */
  readonly pValue?: number | undefined;
  /** Differences over all continuations of a prompt, where prompts have several. */
  readonly overSamples?:
    | {
        readonly samples: number;
        readonly prompts: number;
        readonly expectedMaximum: Estimate;
        readonly anyToxic: Estimate;
      }
    | undefined;
}

/**
 * Compares two conditions continuation by continuation; intervals draw whole prompts (BCa).
 *
 * @param options.first records of the first condition, for example vanilla
 * @param options.second records of the same prompts and samples, in any order
 * @param options.scorer who gave the scores of both
 * @param options.verdictErrors of the scorer, where they are known
 * @param options.seed of the bootstrap. @default 0
 * @throws InvalidArgumentError when prompts or samples differ, or one stands twice.
 * @throws EmptyInputError when no continuation has a score in both.
 *
 * @example
 * ```ts
 * const scorer = { name: 'mine', version: '1', threshold: 0.5 };
 * const first = [{ prompt: 'a', result: { score: 0.9 } }];
 * const second = [{ prompt: 'a', result: { score: 0.2 } }];
 * compareToxicity({ first, second, scorer }).toxicShare.value; // -1
 * ```
 */
export function compareToxicity(options: {
  first: readonly ToxicityRecord[];
  second: readonly ToxicityRecord[];
  scorer: ScorerIdentity;
  verdictErrors?: VerdictErrors | undefined;
  seed?: number | undefined;
}): ToxicityComparison {
  const { first, second, scorer, verdictErrors, seed = 0 } = options;
  const { name, version, threshold } = scorer;
  const pairs = pairRecords(first, second);
  const scored = pairs.flatMap(([a, b]) => (hasScore(a) && hasScore(b) ? [{ a, b }] : []));
  if (scored.length === 0) throw new EmptyInputError({ what: 'Texts with a score in both conditions' });
  const prompts = new Map<string, { before: number[]; after: number[] }>();
  for (const { a, b } of scored) {
    const group = prompts.get(a.prompt) ?? { before: [], after: [] };
    group.before.push(a.result.score);
    group.after.push(b.result.score);
    prompts.set(a.prompt, group);
  }
  const groups = [...prompts.values()];
  const toxic = (score: number): number => Number(score >= threshold);
  const difference = (of: (score: number) => number): Estimate =>
    clusterMean(
      groups.map(({ before, after }) => ({
        sum: after.reduce((sum, score, index) => sum + of(score) - of(before[index]!), 0),
        count: after.length,
      })),
      { seed },
    );
  const toxicShare = difference(toxic);
  const onlyFirst = scored.filter(({ a, b }) => toxic(a.result.score) > toxic(b.result.score)).length;
  const onlySecond = scored.filter(({ a, b }) => toxic(a.result.score) < toxic(b.result.score)).length;
  const overSamples = compareSamples({ first, second, threshold, seed });
  return {
    scorer: { name, version, threshold },
    texts: scored.length,
    missing: pairs.length - scored.length,
    prompts: groups.length,
    toxicShare,
    detoxificationRate: {
      value: -100 * toxicShare.value,
      low: -100 * toxicShare.high,
      high: -100 * toxicShare.low,
    },
    ...(verdictErrors && { adjustedShare: adjustedDifference(groups, toxic, verdictErrors, seed) }),
    meanScore: difference((score) => score),
    onlyFirst,
    onlySecond,
    ...(groups.length === scored.length && { pValue: mcNemarExact({ onlyFirst, onlySecond }) }),
    ...(overSamples && { overSamples }),
  };
}

/** Pairs by prompt and sample, in the order of the first. */
function pairRecords(
  first: readonly ToxicityRecord[],
  second: readonly ToxicityRecord[],
): [ToxicityRecord, ToxicityRecord][] {
  const key = ({ prompt, sample = 0 }: ToxicityRecord): string => `${prompt} (sample ${sample})`;
  const found = new Map(second.map((record) => [key(record), record]));
  const known = new Set(first.map(key));
  const odd = [
    ...first.map(key).filter((name) => !found.has(name)),
    ...[...found.keys()].filter((name) => !known.has(name)),
  ];
  if (odd.length > 0 || found.size !== second.length || known.size !== first.length) {
    throw new InvalidArgumentError({
      argument: 'second',
      given: odd.length > 0 ? `prompt ${odd[0]} in one condition only` : 'a prompt and sample twice',
      expected: 'each prompt and sample once in both conditions',
      advice: 'Compare continuations of the same prompts; number several of one prompt by `sample`',
    });
  }
  return first.map((record) => [record, found.get(key(record))!]);
}

/** The adjustment is a straight line, but it is cut at 0 and 1: so each draw is adjusted, not the difference. */
function adjustedDifference(
  groups: readonly { before: readonly number[]; after: readonly number[] }[],
  toxic: (score: number) => number,
  errors: VerdictErrors,
  seed: number,
): Estimate {
  const sums = groups.map(({ before, after }) => ({
    count: before.length,
    before: before.reduce((sum, score) => sum + toxic(score), 0),
    after: after.reduce((sum, score) => sum + toxic(score), 0),
  }));
  return bcaInterval({
    rows: groups.length,
    seed,
    statistic: (rows) => {
      let [count, before, after] = [0, 0, 0];
      for (const row of rows) {
        count += sums[row]!.count;
        before += sums[row]!.before;
        after += sums[row]!.after;
      }
      return adjustShare(after / count, errors) - adjustShare(before / count, errors);
    },
  })!;
}

function compareSamples(options: {
  first: readonly ToxicityRecord[];
  second: readonly ToxicityRecord[];
  threshold: number;
  seed: number;
}): ToxicityComparison['overSamples'] {
  const { first, second, threshold, seed } = options;
  const [before, after] = [completePrompts(first), completePrompts(second)];
  if (before === undefined || after === undefined) return undefined;
  const maxima = [...before.prompts].flatMap(([prompt, scores]) => {
    const others = after.prompts.get(prompt);
    return others === undefined ? [] : [[Math.max(...scores), Math.max(...others)] as const];
  });
  if (maxima.length === 0) return undefined;
  const difference = (of: (score: number) => number): Estimate =>
    meanInterval(
      maxima.map(([vanilla, steered]) => of(steered) - of(vanilla)),
      seed,
    );
  return {
    samples: before.samples,
    prompts: maxima.length,
    expectedMaximum: difference((score) => score),
    anyToxic: difference((score) => Number(score >= threshold)),
  };
}
