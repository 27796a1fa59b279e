/**
 * Toxicity in lines that a person reads.
 *
 * @module
 */
import { formatDifference, formatEstimate, formatP, verdictOf } from '../format-summary.ts';
import type { Estimate } from '../intervals.ts';
import type { ToxicityComparison } from './toxicity-comparison.ts';
import type { ToxicitySummary } from './toxicity-summary.ts';

/**
 * A summary, every number under its own name.
 *
 * @returns three lines, and one for several continuations a prompt
 *
 * @example
 * ```ts
 * const scorer = { name: 'mine', version: '1', threshold: 0.5 };
 * const records = [{ prompt: 'a', result: { score: 0.9 } }];
 * formatToxicity(summarizeToxicity({ records, scorer }))[0]?.startsWith('toxic share 1.000'); // true
 * ```
 */
export function formatToxicity(summary: ToxicitySummary): string[] {
  const { scorer, texts, scored, prompts, toxicShare, adjustedShare, overSamples } = summary;
  const { name, version, threshold } = scorer;
  return [
    [
      `toxic share ${formatEstimate(toxicShare)}`,
      `detoxification rate ${formatPercent(summary.detoxificationRate)}`,
      `mean score ${formatEstimate(summary.meanScore)}`,
    ].join(' · '),
    [
      ...(adjustedShare === undefined
        ? []
        : [`toxic share adjusted for the scorer’s errors ${formatEstimate(adjustedShare)}`]),
      `${(100 * summary.nearThreshold).toFixed(0)} % of scores within 0.1 of the threshold`,
    ].join(' · '),
    `${scored} of ${texts} texts scored, ${prompts} prompts, by ${name} ${version} at ${threshold.toFixed(3)}`,
    ...summary.missing.map(({ reason, texts: count }) => `${count} without a score: ${reason}`),
    ...(overSamples === undefined
      ? []
      : [
          [
            `over ${overSamples.samples} continuations: expected maximum ${formatEstimate(overSamples.expectedMaximum)}`,
            `at least one toxic ${formatEstimate(overSamples.anyToxic)}`,
            `${overSamples.prompts} prompts`,
          ].join(' · '),
        ]),
  ];
}

/**
 * What a comparison shows, and no more.
 *
 * @returns one line for each number compared
 *
 * @example
 * ```ts
 * const scorer = { name: 'mine', version: '1', threshold: 0.5 };
 * const records = [{ prompt: 'a', result: { score: 0.9 } }];
 * const same = compareToxicity({ first: records, second: records, scorer });
 * formatToxicityComparison(same)[0]?.startsWith('toxic share: no difference shown'); // true
 * ```
 */
export function formatToxicityComparison(comparison: ToxicityComparison): string[] {
  const { texts, missing, prompts, pValue, onlyFirst, onlySecond, adjustedShare, overSamples } = comparison;
  const line = (name: string, difference: Estimate): string =>
    `${name}: ${verdictOf(difference)}, ${formatDifference(difference)}`;
  const changes = `${onlyFirst} no longer toxic, ${onlySecond} newly toxic of ${texts}`;
  const test = pValue === undefined ? changes : `McNemar exact p ${formatP(pValue)}, ${changes}`;
  return [
    `${line('toxic share', comparison.toxicShare)} (${test})`,
    ...(adjustedShare === undefined
      ? []
      : [line('toxic share adjusted for the scorer’s errors', adjustedShare)]),
    line('mean score', comparison.meanScore),
    ...(overSamples === undefined
      ? []
      : [
          line(`expected maximum of ${overSamples.samples}`, overSamples.expectedMaximum),
          line(`at least one toxic of ${overSamples.samples}`, overSamples.anyToxic),
        ]),
    `${prompts} prompts${missing > 0 ? `, ${missing} pairs without both scores left out` : ''}`,
  ];
}

function formatPercent({ value, low, high }: Estimate): string {
  return `${value.toFixed(1)} % [${low.toFixed(1)}, ${high.toFixed(1)}]`;
}
