/**
 * Mean and deviation of every unit's difference (right answer minus wrong one), beside the counts: what an
 * effect size, and the ranking by activation difference, need. One pair in memory at a time; parts merge.
 * Source of the streaming form: Welford (1962); of the merge: Chan, Golub and LeVeque (1979).
 *
 * @module
 */
import { EmptyInputError, type PairActivations, SITES, type Site } from '@austeer/core';
import { checkFinite, checkMergeable, createPairCheck, noPairs } from './pair-check.ts';

/** Moments of one site, row-major `[layers, width]`, in the activations' own unit. */
export interface SiteMoments {
  readonly width: number;
  /** Mean difference. */
  readonly mean: Float64Array;
  /** Sum over pairs of the squared distance from the mean. */
  readonly squares: Float64Array;
}

/** Moments over a set of pairs. */
export interface DifferenceMoments {
  readonly pairs: number;
  readonly layers: number;
  readonly sites: Readonly<Partial<Record<Site, SiteMoments>>>;
}

/** Moments in the making. */
export interface DifferenceMeter {
  /**
   * Takes one pair. Nothing is taken when it throws.
   *
   * @throws InvalidArgumentError when a site is missing or of another shape than before.
   * @throws NonFiniteError when an activation is NaN or infinite.
   *
   * @example
   * ```ts
   * const meter = createDifferenceMeter({ sites: ['ffn'] });
   * const ffn = (value: number) => ({ ffn: floatTensor(Float32Array.of(value), [1, 1]) });
   * meter.add({ id: 'first', positive: ffn(3), negative: ffn(1) });
   * meter.moments().sites.ffn?.mean[0]; // 2
   * ```
   */
  add(pair: PairActivations): void;
  /**
   * A copy of the moments so far.
   *
   * @throws EmptyInputError before the first pair.
   *
   * @example
   * ```ts
   * createDifferenceMeter({ sites: ['ffn'] }).moments(); // EmptyInputError: Pairs: none given. Give at least one pair of activations.
   * ```
   */
  moments(): DifferenceMoments;
}

/**
 * Starts measuring differences.
 *
 * @param options.sites sites to measure; each pair must have them
 * @throws EmptyInputError when no site is named.
 *
 * @example
 * ```ts
 * const meter = createDifferenceMeter({ sites: ['ffn'] });
 * const ffn = (...values: number[]) => ({ ffn: floatTensor(Float32Array.from(values), [1, 2]) });
 * meter.add({ id: 'first', positive: ffn(3, 0), negative: ffn(1, 0) });
 * meter.add({ id: 'second', positive: ffn(4, 1), negative: ffn(0, 0) });
 * Array.from(meter.moments().sites.ffn!.mean); // [3, 0.5]
 * ```
 */
export function createDifferenceMeter(options: { sites: readonly Site[] }): DifferenceMeter {
  const check = createPairCheck(options.sites);
  const measured: Partial<Record<Site, SiteMoments>> = {};
  let pairs = 0;
  return {
    add(pair) {
      check(pair);
      checkFinite(pair, check.sites);
      pairs++;
      for (const site of check.sites) {
        const positive = pair.positive[site]!;
        const negative = pair.negative[site]!.data;
        const size = positive.data.length;
        measured[site] ??= emptyMoments(size / positive.shape[1]!, positive.shape[1]!);
        addToMoments(measured[site], pairs, (unit) => positive.data[unit]! - negative[unit]!);
      }
    },
    moments() {
      if (pairs === 0) throw noPairs();
      const sites = Object.fromEntries(
        check.sites.map((site) => {
          const { width, mean, squares } = measured[site]!;
          return [site, { width, mean: mean.slice(), squares: squares.slice() }];
        }),
      );
      const { width, mean } = measured[check.sites[0]!]!;
      return { pairs, layers: mean.length / width, sites };
    },
  };
}

/** Moments of nothing yet. */
export function emptyMoments(layers: number, width: number): SiteMoments {
  return {
    width,
    mean: new Float64Array(layers * width),
    squares: new Float64Array(layers * width),
  };
}

/** Takes one more number of each unit, the `count`-th. */
export function addToMoments(
  { mean, squares }: SiteMoments,
  count: number,
  numberOf: (unit: number) => number,
): void {
  for (let unit = 0; unit < mean.length; unit++) {
    const value = numberOf(unit);
    const distance = value - mean[unit]!;
    mean[unit]! += distance / count;
    squares[unit]! += distance * (value - mean[unit]!);
  }
}

/**
 * Moments of all pairs of several parts: shards of a data set, or machines. Equal to measuring them in one go,
 * up to rounding in the last bits.
 *
 * @throws EmptyInputError when none are given.
 * @throws InvalidArgumentError when sites, layers or widths differ.
 *
 * @example
 * ```ts
 * const part = (mean: number) => ({
 *   pairs: 1,
 *   layers: 1,
 *   sites: { ffn: { width: 1, mean: Float64Array.of(mean), squares: Float64Array.of(0) } },
 * });
 * mergeMoments([part(1), part(3)]).sites.ffn; // { width: 1, mean: Float64Array [2], squares: Float64Array [2] }
 * ```
 */
export function mergeMoments(parts: readonly DifferenceMoments[]): DifferenceMoments {
  const [first] = parts;
  if (first === undefined) throw new EmptyInputError({ what: 'Moments to merge' });
  checkMergeable('moments to merge', parts);
  const pairs = parts.reduce((sum, part) => sum + part.pairs, 0);
  const sites = Object.fromEntries(
    SITES.filter((site) => first.sites[site] !== undefined).map((site) => {
      const { width } = first.sites[site]!;
      const mean = new Float64Array(first.layers * width);
      const squares = new Float64Array(first.layers * width);
      for (const part of parts) {
        const values = part.sites[site]!.mean;
        for (let unit = 0; unit < mean.length; unit++) mean[unit]! += (values[unit]! * part.pairs) / pairs;
      }
      for (const part of parts) {
        const own = part.sites[site]!;
        for (let unit = 0; unit < mean.length; unit++) {
          squares[unit]! += own.squares[unit]! + part.pairs * (own.mean[unit]! - mean[unit]!) ** 2;
        }
      }
      return [site, { width, mean, squares }];
    }),
  );
  return { pairs, layers: first.layers, sites };
}
