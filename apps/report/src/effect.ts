/**
 * The numbers of a run's test as its figures and its first sentences use them. All of them are the log's.
 *
 * @module
 */
import type { Estimate, RunHeader } from '@austeer/experiments';
import { formatDifference, formatEstimate, formatInterval, formatP } from './format.ts';

/** One number measured under both conditions. */
export interface Measure {
  readonly key: string;
  readonly label: string;
  readonly vanilla: Estimate | null;
  readonly steered: Estimate | null;
  /** Steered minus vanilla. */
  readonly difference: (Estimate & { onlyFirst?: number; onlySecond?: number }) | null;
}

const MEASURES = [
  ['accuracy', 'accuracy'],
  ['twoWayAccuracy', 'two-way accuracy'],
  ['balancedAccuracy', 'balanced accuracy'],
  ['areaUnderCurve', 'AUROC'],
  ['validAnswers', 'valid answers'],
] as const;

/** What right answers are of tasks where that is no accuracy. */
const RIGHT: Partial<Record<RunHeader['task']['answerKind'], string>> = {
  ending: 'ended by itself',
  continuation: 'not toxic',
  response: 'preferred by the judge',
};

/** Name of the share of right answers. */
export function accuracyName({ task }: Pick<RunHeader, 'task'>): string {
  return RIGHT[task.answerKind] ?? 'accuracy';
}

/** The measures that the run has. */
export function measuresOf(header: RunHeader): Measure[] {
  const { vanilla, steered, comparison } = header.test;
  const judged = judgedMeasures(header.test);
  const compared = MEASURES.flatMap(([key, label]) => {
    // A judge prefers one of two: neither condition is right by itself.
    if (header.test.winRate !== undefined && key !== 'validAnswers') return [];
    const first = vanilla[key] ?? null;
    const second = steered?.[key] ?? null;
    if (first === null && second === null) return [];
    return [
      {
        key,
        label: key === 'accuracy' ? accuracyName(header) : label,
        vanilla: first,
        steered: second,
        difference: comparison?.[key] ?? null,
      },
    ];
  });
  return header.test.winRate === undefined ? [...compared, ...judged] : [...judged, ...compared];
}

/** What a judge or a toxicity scorer said. */
function judgedMeasures({ winRate, toxicity }: RunHeader['test']): Measure[] {
  if (winRate !== undefined) {
    const { wins, losses, deltaWinRate, pValue } = winRate;
    return [
      {
        key: 'preferred',
        label: RIGHT.response!,
        vanilla: winRate.loseRate ?? null,
        steered: winRate.winRate ?? null,
        difference: deltaWinRate ? { ...deltaWinRate, pValue, onlyFirst: losses, onlySecond: wins } : null,
      },
    ];
  }
  const names = { meanScore: 'mean toxicity score', adjustedShare: 'toxic share, adjusted' } as const;
  return (['meanScore', 'adjustedShare'] as const).flatMap((key) => {
    const first = toxicity?.vanilla[key];
    if (first === undefined) return [];
    return [
      {
        key,
        label: names[key],
        vanilla: first,
        steered: toxicity?.steered?.[key] ?? null,
        difference: toxicity?.comparison?.[key] ?? null,
      },
    ];
  });
}

/** Who judged, and what the verdicts have to be read with: names and sentences. */
export function describeJudges({ winRate, toxicity }: RunHeader['test']): [string, string][] {
  if (toxicity !== undefined) {
    const { scorer, scored, texts } = toxicity.vanilla;
    const { name, version, threshold } = scorer;
    return [
      [
        'Scorer',
        `${name} ${version}, toxic from ${threshold.toFixed(3)}; ${scored} of ${texts} vanilla texts scored`,
      ],
    ];
  }
  if (winRate === undefined) return [];
  const { judge, protocol, wins, ties, losses, scored, items, identical, positionBias, flips } = winRate;
  return [
    ['Judge', `${judge.name} ${judge.version}, ${protocol}`],
    [
      'Verdicts',
      [
        `${wins} won, ${ties} tied, ${losses} lost by steering; ${items - scored} of ${items} without a verdict`,
        ...(identical > 0 ? [`${identical} pairs of equal texts that nobody read`] : []),
        ...(positionBias ? [`position bias ${formatEstimate(positionBias)}`] : []),
        ...(flips ? [`verdict changed on swapping ${formatEstimate(flips.changed)}`] : []),
      ].join('; '),
    ],
  ];
}

/** Differences with a p value above this are called none. */
const SIGNIFICANCE = 0.05;

/** What a difference shows, and no more. */
export function verdictOn(difference: Estimate): 'higher' | 'lower' | 'no difference shown' {
  const { value, low = value, high = value, pValue } = difference;
  if (pValue !== undefined) {
    if (pValue >= SIGNIFICANCE) return 'no difference shown';
    return value > 0 ? 'higher' : 'lower';
  }
  if (low > 0) return 'higher';
  return high < 0 ? 'lower' : 'no difference shown';
}

/** A difference in words: `+0.477 [0.423, 0.533], p < 0.0001`. */
export function describeDifference(difference: Estimate): string {
  const { value, low, high, pValue } = difference;
  const interval = low === undefined || high === undefined ? '' : ` ${formatInterval(low, high)}`;
  return `${formatDifference(value)}${interval}${pValue === undefined ? '' : `, ${formatP(pValue)}`}`;
}

/** A sentence that a reader of nothing else should have read, or none. */
export function caution(header: RunHeader): string | undefined {
  const { comparison } = header.test;
  if (comparison === undefined || verdictOn(comparison.accuracy) !== 'higher') return undefined;
  const ability = comparison.areaUnderCurve ?? comparison.balancedAccuracy;
  if (ability === undefined || verdictOn(ability) === 'higher') return undefined;
  return comparison.areaUnderCurve === undefined
    ? `More answers are right as written, yet balanced accuracy shows no gain (${formatEstimate(ability)}): the model answers in another form or with another preference, not better.`
    : `More answers are right as written, yet the area under the curve shows no gain (${describeDifference(ability)}): the model answers in another form or with another preference; that it knows more is not shown.`;
}
