/**
 * Activation momentum as counts: for every unit, in how many pairs the right answer's value lies above, and in
 * how many below, the wrong one's. Source: AUSteer §3.2, Eq. 3-5; `MFU_screening` of the released `steer.py`.
 *
 * @module
 */
import {
  type ActivationSource,
  EmptyInputError,
  InvalidArgumentError,
  type PairActivations,
  type Progress,
  type Site,
} from '@austeer/core';
import { checkFinite, checkMergeable, createPairCheck, noPairs } from './pair-check.ts';
import { createSignKernel, type SignKernel } from './sign-kernel.ts';

/** Counts are 32-bit integers. */
const PAIRS_LIMIT = 2 ** 31 - 1;

/** Counts of one site, row-major `[layers, width]`. */
export interface SiteCounts {
  readonly width: number;
  /** n⁺: pairs with a positive difference. */
  readonly promoted: Int32Array;
  /** n⁻: pairs with a negative difference. A difference of exactly 0 counts in neither. */
  readonly suppressed: Int32Array;
}

/** Counts over a set of pairs. They are all that localization keeps: a few MB, whatever the number of pairs. */
export interface MomentumCounts {
  /** N: pairs counted. */
  readonly pairs: number;
  readonly layers: number;
  readonly sites: Readonly<Partial<Record<Site, SiteCounts>>>;
}

/** Counts in the making: one pair in memory at a time. */
export interface MomentumCounter {
  /**
   * Counts one pair. Nothing is counted when it throws.
   *
   * @throws InvalidArgumentError when a site is missing or of another shape than before.
   * @throws NonFiniteError when an activation is NaN or infinite.
   */
  add(pair: PairActivations): void;
  /**
   * The counts so far, as a copy.
   *
   * @throws EmptyInputError when no pair was added.
   */
  counts(): MomentumCounts;
}

/**
 * Starts counting.
 *
 * @param options.sites sites to count; each pair must have them, others are not looked at
 * @throws EmptyInputError when no site is named.
 *
 * @example
 * ```ts
 * const counter = createMomentumCounter({ sites: ['ffn'] });
 * const activations = (...values: number[]) => ({ ffn: floatTensor(Float32Array.from(values), [1, 2]) });
 * counter.add({ id: 'first', positive: activations(1, 0), negative: activations(0, 0) });
 * counter.counts().sites.ffn?.promoted[0]; // 1
 * ```
 */
export function createMomentumCounter(options: { sites: readonly Site[] }): MomentumCounter {
  const check = createPairCheck(options.sites);
  let pairs = 0;
  /** Made of the first pair: all sites behind one another. */
  let kernel: SignKernel | undefined;
  let layers = 0;
  const parts: { readonly site: Site; readonly width: number; readonly start: number }[] = [];

  const prepare = (pair: PairActivations): SignKernel => {
    let units = 0;
    for (const site of check.sites) {
      const [height = 0, width = 0] = pair.positive[site]!.shape;
      layers = height;
      parts.push({ site, width, start: units });
      units += height * width;
    }
    return createSignKernel(units);
  };

  return {
    add(pair) {
      check(pair);
      kernel ??= prepare(pair);
      for (const { site, start } of parts) {
        kernel.positive.set(pair.positive[site]!.data, start);
        kernel.negative.set(pair.negative[site]!.data, start);
      }
      if (!kernel.isFinite()) checkFinite(pair, check.sites);
      kernel.count();
      pairs++;
    },
    counts() {
      if (pairs === 0 || kernel === undefined) throw noPairs();
      const sites: Partial<Record<Site, SiteCounts>> = {};
      for (const { site, width, start } of parts) {
        const end = start + layers * width;
        sites[site] = {
          width,
          promoted: kernel.promoted.slice(start, end),
          suppressed: kernel.suppressed.slice(start, end),
        };
      }
      return { pairs, layers, sites };
    },
  };
}

/**
 * Counts all pairs of a source: a model's `capturePairs`, files, or any other stream.
 *
 * @param options.sites sites to count
 * @param options.signal stops between two pairs; the call rejects with the signal's reason
 * @param options.onProgress called after every pair
 * @throws EmptyInputError when the source has no pair.
 * @throws InvalidArgumentError, NonFiniteError as {@link MomentumCounter.add}.
 *
 * @example
 * ```ts
 * const source = pairActivations({
 *   positive: { ffn: floatTensor(Float32Array.of(1, 2, 3, 4), [2, 1, 2]) },
 *   negative: { ffn: floatTensor(Float32Array.of(0, 3, 0, 3), [2, 1, 2]) },
 * });
 * const counts = await countMomentum(source, { sites: ['ffn'] });
 * Array.from(counts.sites.ffn!.promoted); // [2, 1]
 * ```
 */
export async function countMomentum(
  source: ActivationSource,
  options: {
    sites: readonly Site[];
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
  },
): Promise<MomentumCounts> {
  const { sites, signal, onProgress } = options;
  const counter = createMomentumCounter({ sites });
  let done = 0;
  for await (const pair of source) {
    signal?.throwIfAborted();
    counter.add(pair);
    done++;
    onProgress?.({ stage: 'count', done });
  }
  return counter.counts();
}

/**
 * Adds counts of different pairs of the same model: shards of a data set, or machines. The order does not
 * matter.
 *
 * @throws EmptyInputError when none are given.
 * @throws InvalidArgumentError when sites, layers or widths differ.
 *
 * @example
 * ```ts
 * const counts = { pairs: 2, layers: 1, sites: { ffn: { width: 1, promoted: Int32Array.of(2), suppressed: Int32Array.of(0) } } };
 * mergeCounts([counts, counts]).pairs; // 4
 * ```
 */
export function mergeCounts(parts: readonly MomentumCounts[]): MomentumCounts {
  const [first] = parts;
  if (first === undefined) throw new EmptyInputError({ what: 'Counts to merge' });
  checkMergeable('counts to merge', parts);
  const pairs = parts.reduce((sum, part) => sum + part.pairs, 0);
  if (pairs > PAIRS_LIMIT) {
    throw new InvalidArgumentError({
      argument: 'pairs of all counts',
      given: pairs,
      expected: `at most ${PAIRS_LIMIT}, what a 32-bit count can hold`,
    });
  }
  const sites: Partial<Record<Site, SiteCounts>> = {};
  for (const [site, { width }] of Object.entries(first.sites) as [Site, SiteCounts][]) {
    const add = (which: 'promoted' | 'suppressed'): Int32Array => {
      const sum = new Int32Array(first.layers * width);
      for (const part of parts) {
        const values = part.sites[site]![which];
        for (let unit = 0; unit < sum.length; unit++) sum[unit]! += values[unit]!;
      }
      return sum;
    };
    sites[site] = { width, promoted: add('promoted'), suppressed: add('suppressed') };
  }
  return { pairs, layers: first.layers, sites };
}
