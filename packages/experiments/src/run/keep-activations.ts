/**
 * Activations of pairs kept in memory, so that several methods fitted on the same pairs run the model over them once.
 *
 * @module
 */
import {
  canonicalJson,
  type LanguageModel,
  type PairActivations,
  SITES,
  type Site,
  sha256,
  type TokenPair,
} from '@austeer/core';

type CapturePairs = LanguageModel['capturePairs'];
type CapturePairsOptions = Parameters<CapturePairs>[1];

/** Most bytes kept; pairs that need more are captured anew each time. */
const MOST_BYTES = 2 ** 30;

/** Activations that were captured lately. */
export interface KeptActivations {
  /** As the model's own; what is known is not computed again. */
  capturePairs(
    model: LanguageModel,
    pairs: readonly TokenPair[],
    options: CapturePairsOptions,
  ): AsyncIterable<PairActivations>;
  /** The model, whose `capturePairs` goes through here. */
  wrap<Model extends LanguageModel>(model: Model): Model;
}

/** Starts with nothing kept. */
export function keepActivations(mostBytes = MOST_BYTES): KeptActivations {
  let kept:
    | { readonly name: string; readonly sites: readonly Site[]; readonly pairs: PairActivations[] }
    | undefined;

  async function* capturePairs(
    model: LanguageModel,
    pairs: readonly TokenPair[],
    options: CapturePairsOptions,
  ): AsyncGenerator<PairActivations> {
    const { identity } = model;
    const offered = SITES.filter((site) => identity.widths[site] !== undefined);
    // The inner feed-forward site is far wider than the others, and few ask for it.
    const sites = offered.filter((site) => site !== 'ffnInner' || options.sites.includes(site));
    const width = sites.reduce((sum, site) => sum + identity.widths[site]!, 0);
    const bytes = pairs.length * 2 * identity.layers * width * Float32Array.BYTES_PER_ELEMENT;
    if (bytes > mostBytes || options.layers !== undefined) {
      yield* model.capturePairs(pairs, options);
      return;
    }
    const name = sha256(canonicalJson([identity, pairs]));
    if (kept?.name !== name || options.sites.some((site) => !kept?.sites.includes(site))) {
      const found: PairActivations[] = [];
      for await (const pair of model.capturePairs(pairs, { ...options, sites })) found.push(pair);
      kept = { name, sites, pairs: found };
    }
    for (const { positive, negative, ...rest } of kept.pairs) {
      yield { ...rest, positive: only(positive, options.sites), negative: only(negative, options.sites) };
    }
  }
  return {
    capturePairs,
    wrap: (model) => ({
      ...model,
      capturePairs: (pairs, options) => capturePairs(model, [...pairs], options),
    }),
  };
}

function only<Activations extends PairActivations['positive']>(
  activations: Activations,
  sites: readonly Site[],
): Activations {
  return Object.fromEntries(sites.map((site) => [site, activations[site]])) as Activations;
}
