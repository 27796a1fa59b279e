/**
 * Sites named by hand, for graphs whose structure is not understood.
 *
 * @module
 */
import { FileFormatError, SITES, type Site } from '@austeer/core';

/**
 * Sites by tensor name: one value `[rows, tokens, width]` per layer. They stand in for what the search finds, and for
 * the search itself where it fails.
 */
export type SiteMap = Readonly<
  Partial<Record<Site, { readonly width: number; readonly tensors: readonly string[] }>>
>;

/**
 * Reads a site map out of JSON.
 *
 * @param options.path named in errors
 * @throws FileFormatError when the text is not JSON, or not a map of sites.
 *
 * @example
 * ```ts
 * const map = parseSiteMap('{"ffn": {"width": 4, "tensors": ["mlp.0", "mlp.1"]}}', { path: 'sites.json' });
 * map.ffn?.tensors.length; // 2
 * ```
 */
export function parseSiteMap(text: string, options: { path: string }): SiteMap {
  const { path } = options;
  const fail = (problem: string, cause?: unknown): FileFormatError =>
    new FileFormatError({
      path,
      format: 'site map',
      problem,
      advice: 'Write {"ffn": {"width": 576, "tensors": ["<value of layer 0>", …]}}',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail('it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('it is not an object');
  const entries = Object.entries(value);
  if (entries.length === 0) throw fail('it names no site');
  for (const [site, entry] of entries as [string, unknown][]) {
    if (!SITES.includes(site as Site)) throw fail(`"${site}" is none of ${SITES.join(', ')}`);
    const { width, tensors } = (entry ?? {}) as { width?: unknown; tensors?: unknown };
    if (!Number.isInteger(width) || (width as number) < 1) throw fail(`${site}.width is no whole number ≥ 1`);
    if (!Array.isArray(tensors) || tensors.length === 0 || tensors.some((name) => typeof name !== 'string'))
      throw fail(`${site}.tensors is no list of names`);
  }
  return value as SiteMap;
}
