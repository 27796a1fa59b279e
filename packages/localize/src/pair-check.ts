/**
 * What a pair of activations must be before anything is counted of it.
 *
 * @module
 */
import {
  EmptyInputError,
  InvalidArgumentError,
  NonFiniteError,
  type PairActivations,
  SITES,
  type Site,
} from '@austeer/core';

/** Refuses a pair that lacks a site or differs in shape from the first. */
export interface PairCheck {
  (pair: PairActivations): void;
  /** The sites looked at, in canonical order. */
  readonly sites: readonly Site[];
}

export function createPairCheck(asked: readonly Site[]): PairCheck {
  if (asked.length === 0)
    throw new EmptyInputError({ what: 'Sites', advice: 'Name at least one, for example ffn' });
  const sites = SITES.filter((site) => asked.includes(site));
  /** Shapes of the first pair that passed. */
  let shapes: ReadonlyMap<Site, readonly number[]> | undefined;
  const check = (pair: PairActivations): void => {
    const layers = (shapes?.get(sites[0]!) ?? pair.positive[sites[0]!]?.shape)?.[0];
    for (const site of sites) {
      const expected = shapes?.get(site) ?? pair.positive[site]?.shape;
      for (const side of ['positive', 'negative'] as const) {
        const tensor = pair[side][site];
        if (
          tensor === undefined ||
          tensor.shape.length !== 2 ||
          tensor.shape[0] !== layers ||
          tensor.shape.join() !== expected?.join() ||
          tensor.data.length !== tensor.shape[0]! * tensor.shape[1]!
        ) {
          throw new InvalidArgumentError({
            argument: nameOf(pair, side, site),
            given:
              tensor === undefined
                ? 'missing'
                : `[${tensor.shape.join(', ')}] with ${tensor.data.length} numbers`,
            expected: expected?.length === 2 ? `[${expected.join(', ')}]` : '[layers, width]',
          });
        }
      }
    }
    shapes ??= new Map(sites.map((site) => [site, [...pair.positive[site]!.shape]]));
  };
  return Object.assign(check, { sites });
}

interface Table {
  readonly layers: number;
  readonly sites: Readonly<Partial<Record<Site, { readonly width: number }>>>;
}

/** Refuses tables of different models or sites. */
export function checkMergeable(argument: string, parts: readonly Table[]): void {
  const describe = ({ layers, sites }: Table): string =>
    SITES.filter((site) => sites[site] !== undefined)
      .map((site) => `${site} ${layers} × ${sites[site]!.width}`)
      .join(', ');
  const [first, ...others] = parts;
  for (const part of others) {
    if (describe(part) !== describe(first!)) {
      throw new InvalidArgumentError({
        argument,
        given: describe(part),
        expected: `${describe(first!)}, as the first has`,
        advice: 'Merge what was measured of one model at the same sites only',
      });
    }
  }
}

/** Refuses a pair with a number that is not finite, and says where it is. */
export function checkFinite(pair: PairActivations, sites: readonly Site[]): void {
  for (const site of sites) {
    for (const side of ['positive', 'negative'] as const) {
      const { data, shape } = pair[side][site]!;
      const unit = data.findIndex((value) => !Number.isFinite(value));
      if (unit < 0) continue;
      const width = shape[1]!;
      throw new NonFiniteError({
        where: `${nameOf(pair, side, site)}, layer ${Math.floor(unit / width)}, index ${unit % width},`,
        given: data[unit]!,
        advice: 'Find the text that produces it; half-precision models overflow on long inputs',
      });
    }
  }
}

function nameOf(pair: PairActivations, side: 'positive' | 'negative', site: Site): string {
  return `${side} ${site} of pair "${pair.id}"`;
}

export function noPairs(): EmptyInputError {
  return new EmptyInputError({ what: 'Pairs', advice: 'Give at least one pair of activations' });
}
