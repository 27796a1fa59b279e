/**
 * Activation momentum as counts: for every unit, in how many pairs the right answer's value lies above, and in
 * how many below, the wrong one's. Source: AUSteer §3.2, Eq. 3-5; `MFU_screening` of the released `steer.py`.
 *
 * @module
 */
import {
  type ActivationSource,
  EmptyInputError,
  type FloatTensor,
  InvalidArgumentError,
  NonFiniteError,
  type PairActivations,
  type Progress,
  SITES,
  type Site,
} from '@austeer/core';

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
  const { sites } = options;
  if (sites.length === 0)
    throw new EmptyInputError({ what: 'Sites', advice: 'Name at least one, for example ffn' });
  const wanted = SITES.filter((site) => sites.includes(site));
  let pairs = 0;
  let layers = 0;
  const counted: Partial<Record<Site, { width: number; promoted: Int32Array; suppressed: Int32Array }>> = {};

  const check = (pair: PairActivations): void => {
    for (const site of wanted) {
      for (const side of ['positive', 'negative'] as const) {
        const tensor = pair[side][site];
        const where = `${side} ${site} of pair "${pair.id}"`;
        const expected = pairs === 0 ? pair.positive[site]?.shape : [layers, counted[site]!.width];
        const firstLayers = pairs === 0 ? pair.positive[wanted[0]!]?.shape[0] : layers;
        if (
          tensor === undefined ||
          tensor.shape.length !== 2 ||
          tensor.shape[0] !== firstLayers ||
          tensor.shape.join() !== expected?.join() ||
          tensor.data.length !== tensor.shape[0]! * tensor.shape[1]!
        ) {
          throw new InvalidArgumentError({
            argument: where,
            given:
              tensor === undefined
                ? 'missing'
                : `[${tensor.shape.join(', ')}] with ${tensor.data.length} numbers`,
            expected: expected?.length === 2 ? `[${expected.join(', ')}]` : '[layers, width]',
          });
        }
        checkFinite(tensor, where);
      }
    }
  };

  return {
    add(pair) {
      check(pair);
      for (const site of wanted) {
        const positive = pair.positive[site]!;
        const negative = pair.negative[site]!.data;
        layers = positive.shape[0]!;
        counted[site] ??= {
          width: positive.shape[1]!,
          promoted: new Int32Array(positive.data.length),
          suppressed: new Int32Array(positive.data.length),
        };
        const { promoted, suppressed } = counted[site];
        for (let unit = 0; unit < promoted.length; unit++) {
          const momentum = positive.data[unit]! - negative[unit]!;
          if (momentum > 0) promoted[unit]! += 1;
          else if (momentum < 0) suppressed[unit]! += 1;
        }
      }
      pairs++;
    },
    counts() {
      if (pairs === 0) throw noPairs();
      const copy: Partial<Record<Site, SiteCounts>> = {};
      for (const site of wanted) {
        const { width, promoted, suppressed } = counted[site]!;
        copy[site] = { width, promoted: promoted.slice(), suppressed: suppressed.slice() };
      }
      return { pairs, layers, sites: copy };
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
  const [first, ...others] = parts;
  if (first === undefined) throw new EmptyInputError({ what: 'Counts to merge' });
  const describe = ({ layers, sites }: MomentumCounts): string =>
    SITES.filter((site) => sites[site] !== undefined)
      .map((site) => `${site} ${layers} × ${sites[site]!.width}`)
      .join(', ');
  for (const part of others) {
    if (describe(part) !== describe(first)) {
      throw new InvalidArgumentError({
        argument: 'counts to merge',
        given: describe(part),
        expected: `${describe(first)}, as the first has`,
        advice: 'Merge counts of one model and the same sites only',
      });
    }
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
  return { pairs: parts.reduce((sum, part) => sum + part.pairs, 0), layers: first.layers, sites };
}

function checkFinite({ data, shape }: FloatTensor, where: string): void {
  for (let unit = 0; unit < data.length; unit++) {
    if (!Number.isFinite(data[unit])) {
      const width = shape[1]!;
      throw new NonFiniteError({
        where: `${where}, layer ${Math.floor(unit / width)}, index ${unit % width},`,
        given: data[unit]!,
        advice: 'Find the text that produces it; half-precision models overflow on long inputs',
      });
    }
  }
}

function noPairs(): EmptyInputError {
  return new EmptyInputError({ what: 'Pairs', advice: 'Give at least one pair of activations' });
}
