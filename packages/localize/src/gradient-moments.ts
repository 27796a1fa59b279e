/**
 * What the gain of each unit does to the right answer, over many items: mean and deviation of ∂margin/∂gain for each
 * class of the right answer. One item in memory at a time; parts merge, as counts do.
 *
 * @module
 */
import {
  EmptyInputError,
  InvalidArgumentError,
  type ItemGradients,
  NonFiniteError,
  type Progress,
  SITES,
  type Site,
} from '@austeer/core';
import {
  addToMoments,
  type DifferenceMoments,
  emptyMoments,
  mergeMoments,
  type SiteMoments,
} from './difference-moments.ts';
import { checkMergeable } from './pair-check.ts';
import type { UnitScores } from './ranking.ts';

/** Moments of the gradients of one class. */
export interface GradientClass {
  /** Absent for items without a class. */
  readonly label?: string | undefined;
  /** Of ∂margin/∂gain; `pairs` are items. NaN for units that were not measured. */
  readonly moments: DifferenceMoments;
}

/** Moments in the making. */
export interface GradientMeter {
  /**
   * Takes one item. Nothing is taken when it throws.
   *
   * @throws InvalidArgumentError when a site is missing or of another shape than before.
   * @throws NonFiniteError when the margin is not finite, or a gradient is infinite.
   *
   * @example
   * ```ts
   * const meter = createGradientMeter({ sites: ['ffn'] });
   * const gradients = { ffn: floatTensor(Float32Array.of(0.5, -1), [1, 2]) };
   * meter.add({ id: 'a', label: 'yes', margin: 0.1, gradients });
   * meter.classes()[0]?.label; // 'yes'
   * ```
   */
  add(item: ItemGradients): void;
  /**
   * A copy of the moments so far, classes by name.
   *
   * @throws EmptyInputError before the first item.
   *
   * @example
   * ```ts
   * createGradientMeter({ sites: ['ffn'] }).classes(); // EmptyInputError: Items: none given; expected at least one.
   * ```
   */
  classes(): GradientClass[];
}

/**
 * Starts measuring.
 *
 * @param options.sites sites to measure; each item must have them
 * @throws EmptyInputError when no site is named.
 *
 * @example
 * ```ts
 * const meter = createGradientMeter({ sites: ['ffn'] });
 * const of = (value: number) => ({ ffn: floatTensor(Float32Array.of(value), [1, 1]) });
 * meter.add({ id: 'a', margin: 1, gradients: of(3) });
 * meter.add({ id: 'b', margin: 1, gradients: of(5) });
 * meter.classes()[0]?.moments.sites.ffn?.mean[0]; // 4
 * ```
 */
export function createGradientMeter(options: { sites: readonly Site[] }): GradientMeter {
  const sites = SITES.filter((site) => options.sites.includes(site));
  if (sites.length === 0) {
    throw new EmptyInputError({ what: 'Sites', advice: 'Name at least one, for example ffn' });
  }
  let shapes: ReadonlyMap<Site, readonly number[]> | undefined;
  const classes = new Map<string | undefined, { items: number; sites: Map<Site, SiteMoments> }>();
  return {
    add(item) {
      checkItem(item, sites, shapes);
      shapes ??= new Map(sites.map((site) => [site, [...item.gradients[site]!.shape]]));
      const own = classes.get(item.label) ?? {
        items: 0,
        sites: new Map([...shapes].map(([site, [layers, width]]) => [site, emptyMoments(layers!, width!)])),
      };
      classes.set(item.label, own);
      own.items++;
      for (const [site, moments] of own.sites) {
        const { data } = item.gradients[site]!;
        addToMoments(moments, own.items, (unit) => data[unit]!);
      }
    },
    classes() {
      if (shapes === undefined) throw noItems();
      const [layers] = shapes.get(sites[0]!)!;
      return sortClasses(
        [...classes].map(([label, { items, sites: measured }]) => {
          const copies = [...measured].map(([site, { width, mean, squares }]) => [
            site,
            { width, mean: mean.slice(), squares: squares.slice() },
          ]);
          const moments = { pairs: items, layers: layers!, sites: Object.fromEntries(copies) };
          return { ...(label !== undefined && { label }), moments };
        }),
      );
    },
  };
}

/**
 * Measures all items of a source.
 *
 * @param options.signal stops between two items; the call rejects with the signal's reason
 * @param options.onProgress called after every item
 * @throws EmptyInputError when the source has no item.
 *
 * @example
 * ```ts
 * const of = (value: number) => ({ ffn: floatTensor(Float32Array.of(value), [1, 1]) });
 * const source = [{ id: 'a', label: 'yes', margin: 1, gradients: of(3) }, { id: 'b', label: 'no', margin: 1, gradients: of(5) }];
 * (await measureGradients(source, { sites: ['ffn'] })).map(({ label }) => label); // ['no', 'yes']
 * ```
 */
export async function measureGradients(
  source: AsyncIterable<ItemGradients> | Iterable<ItemGradients>,
  options: {
    sites: readonly Site[];
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
  },
): Promise<GradientClass[]> {
  const { sites, signal, onProgress } = options;
  const meter = createGradientMeter({ sites });
  let done = 0;
  for await (const item of source) {
    signal?.throwIfAborted();
    meter.add(item);
    onProgress?.({ stage: 'measure gradients', done: ++done });
  }
  return meter.classes();
}

/**
 * Classes of several parts of the items as of the whole, up to rounding in the last bits.
 *
 * @throws EmptyInputError when none are given.
 * @throws InvalidArgumentError when sites, layers or widths differ.
 *
 * @example
 * ```ts
 * const part = (mean: number) => {
 *   const ffn = { width: 1, mean: Float64Array.of(mean), squares: Float64Array.of(0) };
 *   return [{ label: 'yes', moments: { pairs: 1, layers: 1, sites: { ffn } } }];
 * };
 * mergeGradients([part(1), part(2)])[0]?.moments.sites.ffn?.mean[0]; // 1.5
 * ```
 */
export function mergeGradients(parts: readonly (readonly GradientClass[])[]): GradientClass[] {
  const byLabel = new Map<string | undefined, DifferenceMoments[]>();
  for (const { label, moments } of parts.flat()) {
    byLabel.set(label, [...(byLabel.get(label) ?? []), moments]);
  }
  const all = [...byLabel.values()].flat();
  if (all.length === 0) throw new EmptyInputError({ what: 'Gradients to merge' });
  checkMergeable('gradients to merge', all);
  return sortClasses(
    [...byLabel].map(([label, moments]) => ({
      ...(label !== undefined && { label }),
      moments: mergeMoments(moments),
    })),
  );
}

/**
 * Causal score of every unit: the mean over classes of the mean of ∂margin/∂gain, in nats for a gain of 1, to first
 * order. Positive: scaling the unit up helps. NaN where a unit was not measured.
 *
 * @throws EmptyInputError without a class.
 *
 * @example
 * ```ts
 * const of = (pairs: number, mean: number) => {
 *   const ffn = { width: 1, mean: Float64Array.of(mean), squares: Float64Array.of(0) };
 *   return { moments: { pairs, layers: 1, sites: { ffn } } };
 * };
 * // A unit that pushes towards "yes" helps nine items in ten, and nobody on balance.
 * causalScores([{ label: 'yes', ...of(9, 1) }, { label: 'no', ...of(1, -1) }]).sites.ffn?.values[0]; // 0
 * ```
 */
export function causalScores(classes: readonly GradientClass[]): UnitScores {
  return mapClasses(classes, (of) => {
    let sum = 0;
    for (const { mean } of of) sum += mean;
    return sum / of.length;
  });
}

/**
 * Causal score over its standard error. The trial that this ranking comes from found dividing by it worse than not
 * (`docs/causal.md`); it tells how far a score is noise.
 *
 * @throws EmptyInputError without a class.
 * @throws InvalidArgumentError when a class has a single item, which has no deviation.
 *
 * @example
 * ```ts
 * const ffn = { width: 1, mean: Float64Array.of(3), squares: Float64Array.of(2) };
 * causalTValues([{ moments: { pairs: 2, layers: 1, sites: { ffn } } }]).sites.ffn?.values[0]; // 3
 * ```
 */
export function causalTValues(classes: readonly GradientClass[]): UnitScores {
  const single = classes.find(({ moments }) => moments.pairs < 2);
  if (single !== undefined) {
    throw new InvalidArgumentError({
      argument: `items of class "${single.label ?? ''}"`,
      given: single.moments.pairs,
      expected: 'two or more',
    });
  }
  return mapClasses(classes, (of) => {
    let [sum, variance] = [0, 0];
    for (const { items, mean, squares } of of) {
      sum += mean;
      variance += squares / (items - 1) / items;
    }
    return sum === 0 ? 0 : sum / Math.sqrt(variance);
  });
}

function mapClasses(
  classes: readonly GradientClass[],
  score: (of: readonly { items: number; mean: number; squares: number }[]) => number,
): UnitScores {
  const [first] = classes;
  if (first === undefined) throw noItems();
  checkMergeable(
    'gradients of a class',
    classes.map(({ moments }) => moments),
  );
  const { layers, sites } = first.moments;
  const scored = (Object.keys(sites) as Site[]).map((site) => {
    const { width } = sites[site]!;
    const values = Float64Array.from({ length: layers * width }, (_, unit) =>
      score(
        classes.map(({ moments }) => {
          const { mean, squares } = moments.sites[site]!;
          return { items: moments.pairs, mean: mean[unit]!, squares: squares[unit]! };
        }),
      ),
    );
    return [site, { width, values }];
  });
  return { layers, sites: Object.fromEntries(scored) };
}

/** Unlabelled items first, then classes by name: the order in which they came does not show. */
function sortClasses(classes: GradientClass[]): GradientClass[] {
  return classes.sort(({ label: a = '' }, { label: b = '' }) => (a < b ? -1 : a > b ? 1 : 0));
}

function checkItem(
  { id, margin, gradients }: ItemGradients,
  sites: readonly Site[],
  shapes: ReadonlyMap<Site, readonly number[]> | undefined,
): void {
  if (!Number.isFinite(margin)) {
    throw new NonFiniteError({ where: `Margin of item "${id}"`, given: margin });
  }
  for (const site of sites) {
    const tensor = gradients[site];
    const expected = shapes?.get(site)?.join(', ') ?? 'layers, width';
    const layers = gradients[sites[0]!]?.shape[0];
    if (
      tensor?.shape.length !== 2 ||
      tensor.shape[0] !== layers ||
      (shapes !== undefined && tensor.shape.join(', ') !== expected)
    ) {
      throw new InvalidArgumentError({
        argument: `gradient by ${site} of item "${id}"`,
        given: tensor === undefined ? 'missing' : `[${tensor.shape.join(', ')}]`,
        expected: `[${expected}]`,
      });
    }
    const infinite = tensor.data.find((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
    if (infinite !== undefined) {
      throw new NonFiniteError({ where: `A gradient by ${site} of item "${id}"`, given: infinite });
    }
  }
}

function noItems(): EmptyInputError {
  return new EmptyInputError({ what: 'Items' });
}
