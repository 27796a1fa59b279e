/**
 * Sites, units and the shape of a model as the method sees it.
 *
 * @module
 */
import { InvalidArgumentError, UnknownNameError } from './errors.ts';

/**
 * Where in a layer activations are read and edited.
 *
 * - `attention`: input of the output projection (`o_proj`), all heads concatenated; width = heads × head size.
 * - `ffn`: output of the feed-forward block, after `down_proj` (of a mixture of experts: of the whole block).
 * - `ffnInner`: input of `down_proj`, the literal reading of the paper's Eq. 1.
 * - `residual`: output of a layer.
 *
 * Source: AUSteer §3 and the released code's hooks (`steer.py`, `rmodels/`).
 */
export type Site = 'attention' | 'ffn' | 'ffnInner' | 'residual';

/**
 * All sites, in the order in which files and reports list them.
 *
 * @example
 * ```ts
 * SITES.length; // 4
 * ```
 */
export const SITES: readonly Site[] = Object.freeze(['attention', 'ffn', 'ffnInner', 'residual'] as const);

/** One activation unit: a single dimension of a site in a layer. `layer` and `index` count from 0. */
export interface Unit {
  readonly site: Site;
  readonly layer: number;
  readonly index: number;
}

/** Layer count and width of each site that the model offers. */
export interface ModelShape {
  readonly layers: number;
  readonly widths: Readonly<Partial<Record<Site, number>>>;
}

/** What a plan must match: {@link ModelShape} plus the model's names. */
export interface ModelIdentity extends ModelShape {
  /** Human-readable name, as the catalogue or the file gives it. */
  readonly name: string;
  /** Architecture as the model file names it, for example `llama`. */
  readonly architecture: string;
  /** SHA-256 of the weights file(s), hexadecimal; `undefined` where it was not computed. */
  readonly weightsSha256?: string | undefined;
  /** SHA-256 of the tokenizer's definition, hexadecimal; token ids mean the same only where it is equal. */
  readonly tokenizerSha256?: string | undefined;
}

/**
 * Turns a word into a site, or says which sites there are.
 *
 * @throws UnknownNameError for any other word.
 *
 * @example
 * ```ts
 * parseSite('ffn'); // 'ffn'
 * ```
 */
export function parseSite(word: string): Site {
  const site = SITES.find((candidate) => candidate === word);
  if (site === undefined) throw new UnknownNameError({ kind: 'site', given: word, known: SITES });
  return site;
}

/**
 * Width of a site in a model.
 *
 * @throws InvalidArgumentError when the model does not offer the site.
 *
 * @example
 * ```ts
 * siteWidth({ layers: 2, widths: { ffn: 64 } }, 'ffn'); // 64
 * ```
 */
export function siteWidth(shape: ModelShape, site: Site): number {
  const width = shape.widths[site];
  if (width === undefined) {
    const offered = SITES.filter((candidate) => shape.widths[candidate] !== undefined);
    throw new InvalidArgumentError({
      argument: 'site',
      given: site,
      expected: `a site that this model offers (${offered.join(', ') || 'none'})`,
    });
  }
  return width;
}
