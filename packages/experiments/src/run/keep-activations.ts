/**
 * Activations of pairs kept in memory, pair by pair, so that methods fitted on the same or overlapping pairs run the model
 * over each pair once.
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
  const kept = new Map<string, Pick<PairActivations, 'positive' | 'negative'>>();
  let bytes = 0;

  async function* capturePairs(
    model: LanguageModel,
    pairs: readonly TokenPair[],
    options: CapturePairsOptions,
  ): AsyncGenerator<PairActivations> {
    const { identity } = model;
    // The inner feed-forward site is far wider than the others, and few ask for it.
    const sites = SITES.filter(
      (site) => identity.widths[site] !== undefined && (site !== 'ffnInner' || options.sites.includes(site)),
    );
    const width = sites.reduce((sum, site) => sum + identity.widths[site]!, 0);
    const bytesOfPair = 2 * identity.layers * width * Float32Array.BYTES_PER_ELEMENT;
    if (pairs.length * bytesOfPair > mostBytes || options.layers !== undefined) {
      yield* model.capturePairs(pairs, options);
      return;
    }
    const nameOf = ({ positive, negative }: TokenPair): string =>
      sha256(canonicalJson([identity, sites, positive, negative]));
    const names = pairs.map(nameOf);
    const missing = pairs.filter((_, at) => !kept.has(names[at]!));
    bytes += missing.length * bytesOfPair;
    if (bytes > mostBytes) {
      kept.clear();
      bytes = pairs.length * bytesOfPair;
      missing.splice(0, missing.length, ...pairs);
    }
    let at = 0;
    for await (const { positive, negative } of model.capturePairs(missing, { ...options, sites })) {
      kept.set(nameOf(missing[at++]!), { positive, negative });
    }
    const found = names.map((name) => kept.get(name)!);
    for (const [index, { positive, negative }] of found.entries()) {
      const { id, label } = pairs[index]!;
      yield {
        id,
        ...(label !== undefined && { label }),
        positive: only(positive, options.sites),
        negative: only(negative, options.sites),
      };
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
