/**
 * Momentum by class of the right answer. Where the wrong answer is another class, as in "yes" against "no", a unit
 * that only tells one word from the other rises in one class and falls in the other; the plain score takes the
 * larger class's share for knowledge. Averaged over classes it does not.
 *
 * @module
 */
import {
  type ActivationSource,
  EmptyInputError,
  type PairActivations,
  type Progress,
  type Site,
} from '@austeer/core';
import { createDifferenceMeter, type DifferenceMoments } from './difference-moments.ts';
import { createMomentumCounter, type MomentumCounter, type MomentumCounts } from './momentum-counts.ts';
import { checkMergeable } from './pair-check.ts';
import { type RankedUnit, rankScores, rankUnits, type ScoredUnit, type UnitScores } from './ranking.ts';

/** Everything that one pass over the pairs can tell. */
export interface PairStatistics {
  readonly counts: MomentumCounts;
  readonly moments: DifferenceMoments;
  /** Counts by class of the right answer; empty where pairs have no label. */
  readonly byLabel: Readonly<Record<string, MomentumCounts>>;
}

/**
 * Counts and moments of all pairs of a source, and counts by label, in one pass.
 *
 * @param options.sites sites to measure
 * @param options.signal stops between two pairs; the call rejects with the signal's reason
 * @param options.onProgress called after every pair
 * @throws EmptyInputError when the source has no pair.
 * @throws InvalidArgumentError, NonFiniteError for a pair that cannot be counted.
 *
 * @example
 * ```ts
 * const ffn = (value: number) => ({ ffn: floatTensor(Float32Array.of(value), [1, 1]) });
 * const source = [
 *   { id: 'a', label: 'yes', positive: ffn(1), negative: ffn(0) },
 *   { id: 'b', label: 'no', positive: ffn(0), negative: ffn(1) },
 * ];
 * const { byLabel } = await measurePairs(source, { sites: ['ffn'] });
 * byLabel.yes?.sites.ffn?.promoted[0]; // 1
 * ```
 */
export async function measurePairs(
  source: ActivationSource,
  options: {
    sites: readonly Site[];
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
  },
): Promise<PairStatistics> {
  const { sites, signal, onProgress } = options;
  const counter = createMomentumCounter({ sites });
  const meter = createDifferenceMeter({ sites });
  const counters = new Map<string, MomentumCounter>();
  const add = (pair: PairActivations): void => {
    counter.add(pair);
    meter.add(pair);
    if (pair.label === undefined) return;
    const own = counters.get(pair.label) ?? createMomentumCounter({ sites });
    counters.set(pair.label, own);
    own.add(pair);
  };
  let done = 0;
  for await (const pair of source) {
    signal?.throwIfAborted();
    add(pair);
    done++;
    onProgress?.({ stage: 'count', done });
  }
  const byLabel = [...counters].map(([label, own]) => [label, own.counts()] as const);
  return {
    counts: counter.counts(),
    moments: meter.moments(),
    byLabel: Object.fromEntries(byLabel.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/**
 * Label-balanced momentum of every unit: with p and q the shares of pairs that promote and suppress it, each
 * averaged over classes with equal weight, p where p ≥ q, else −q. Equal to the plain score where all classes are
 * of one size or agree.
 *
 * @throws EmptyInputError without a class.
 * @throws InvalidArgumentError when classes differ in sites, layers or widths.
 *
 * @example
 * ```ts
 * const of = (pairs: number, up: number, down: number) => ({
 *   pairs,
 *   layers: 1,
 *   sites: { ffn: { width: 1, promoted: Int32Array.of(up), suppressed: Int32Array.of(down) } },
 * });
 * // Nine pairs in ten say yes, and the unit rises with every yes: a plain score of 0.9.
 * balancedScores({ yes: of(9, 9, 0), no: of(1, 0, 1) }).sites.ffn?.values[0]; // 0.5
 * ```
 */
export function balancedScores(byLabel: Readonly<Record<string, MomentumCounts>>): UnitScores {
  const classes = Object.values(byLabel);
  const [first] = classes;
  if (first === undefined) {
    throw new EmptyInputError({
      what: 'Classes',
      advice: 'Give every pair the class of its right answer as label',
    });
  }
  checkMergeable('counts of a class', classes);
  const sites = (Object.keys(first.sites) as Site[]).map((site) => {
    const { width } = first.sites[site]!;
    const values = Float64Array.from({ length: first.layers * width }, (_, unit) => {
      let [up, down] = [0, 0];
      for (const { pairs, sites } of classes) {
        up += sites[site]!.promoted[unit]! / pairs / classes.length;
        down += sites[site]!.suppressed[unit]! / pairs / classes.length;
      }
      return up >= down ? up : -down;
    });
    return [site, { width, values }];
  });
  return { layers: first.layers, sites: Object.fromEntries(sites) };
}

/** How far a ranking is a matter of labels. */
export interface LabelShare {
  /** Units looked at: the best k of the plain ranking. */
  readonly units: number;
  /** Of these, units that most pairs of one class promote and most of another suppress. */
  readonly opposed: number;
  /** Share of the largest class, the score that a unit gets for telling its word from the others. */
  readonly largestClass: number;
  /** Units among the best k of both the plain and the balanced ranking. */
  readonly shared: number;
}

/**
 * How many of the best k units only tell one class's answer from another's. A share near 1 means that steering them
 * makes the model prefer an answer, not be right.
 *
 * @param options.k units of the plain ranking looked at
 * @param options.sites sites ranked together. @default all that were counted
 * @throws EmptyInputError without a class.
 *
 * @example
 * ```ts
 * const of = (pairs: number, up: number, down: number) => ({
 *   pairs,
 *   layers: 1,
 *   sites: { ffn: { width: 1, promoted: Int32Array.of(up), suppressed: Int32Array.of(down) } },
 * });
 * const byLabel = { yes: of(9, 9, 0), no: of(1, 0, 1) };
 * labelShare({ counts: of(10, 9, 1), byLabel }, { k: 1 }); // { units: 1, opposed: 1, largestClass: 0.9, shared: 1 }
 * ```
 */
export function labelShare(
  statistics: Pick<PairStatistics, 'counts' | 'byLabel'>,
  options: { k: number; sites?: readonly Site[] | undefined },
): LabelShare {
  const { counts, byLabel } = statistics;
  const { k, sites } = options;
  const plain: RankedUnit[] = rankUnits(counts, { top: k, sites });
  const balanced: ScoredUnit[] = rankScores(balancedScores(byLabel), { top: k, sites });
  const nameOf = ({ site, layer, index }: ScoredUnit): string => `${site} ${layer} ${index}`;
  const chosen = new Set(balanced.map(nameOf));
  const classes = Object.values(byLabel);
  const opposed = plain.filter(({ site, layer, index }) => {
    const directions = classes.map(({ sites }) => {
      const { width, promoted, suppressed } = sites[site]!;
      const unit = layer * width + index;
      return Math.sign(promoted[unit]! - suppressed[unit]!);
    });
    return directions.includes(1) && directions.includes(-1);
  });
  return {
    units: plain.length,
    opposed: opposed.length,
    largestClass: Math.max(...classes.map(({ pairs }) => pairs)) / counts.pairs,
    shared: plain.filter((unit) => chosen.has(nameOf(unit))).length,
  };
}
