/**
 * A win rate in lines that a person reads.
 *
 * @module
 */
import { formatEstimate } from '../format-summary.ts';
import type { WinRateSummary } from './win-rate.ts';

/** Differences with a p value above this are called none. */
const SIGNIFICANCE = 0.05;

/**
 * The result first, then what it has to be read with: missing pairs, the judge's liking for a place, flips.
 *
 * @example
 * ```ts
 * const item = { id: '1', missing: 'timeout', readings: [] };
 * const judge = { name: 'me', version: '1' };
 * formatWinRate(summarizeJudging({ judge, items: [item], protocol: 'both-orders' }))[0]; // 'no pair of 1 could be judged'
 * ```
 */
export function formatWinRate(summary: WinRateSummary): string[] {
  const { items, scored, wins, ties, losses, identical, missing, flips, asReleased, positionBias } = summary;
  const causes = Object.entries(missing).map(([cause, count]) => `${cause} ${count}`);
  const lost = causes.length === 0 ? [] : [`missing ${items - scored} of ${items}: ${causes.join(', ')}`];
  if (scored === 0) return [`no pair of ${items} could be judged`, ...lost];
  const verdict = summary.pValue >= SIGNIFICANCE ? 'no difference shown' : wins > losses ? 'better' : 'worse';
  return [
    `win ${formatEstimate(summary.winRate!)} · tie ${formatEstimate(summary.tieRate!)} · lose ${formatEstimate(summary.loseRate!)}`,
    `ΔWR ${formatEstimate(summary.deltaWinRate!)}: ${verdict} (sign test p ${summary.pValue < 1e-4 ? '< 0.0001' : `= ${summary.pValue.toPrecision(2)}`}; ${wins} won, ${ties} tied, ${losses} lost of ${scored})`,
    ...(positionBias
      ? [`position bias ${formatEstimate(positionBias)} (towards the answer read first)`]
      : []),
    ...(flips
      ? [
          `flips on swapping: verdict changed ${formatEstimate(flips.changed)}, winner reversed ${formatEstimate(flips.reversed)}`,
        ]
      : []),
    ...(identical > 0 ? [`${identical} pairs of equal answers are ties that nobody read`] : []),
    ...lost,
    ...(asReleased ? [`as released: ${formatReleased(asReleased)}`] : []),
  ];
}

function formatReleased(rates: NonNullable<WinRateSummary['asReleased']>): string {
  const { rule, win, tie, lose, adjustedWin, delta } = rates;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `win ${percent(win)}, tie ${percent(tie)}, lose ${percent(lose)}`,
    ...(adjustedWin === undefined ? [] : [`adjusted win ${percent(adjustedWin)}`]),
    ...(delta === undefined ? [] : [`ΔWR ${percent(delta)}`]),
    `(${rule})`,
  ].join(', ');
}
