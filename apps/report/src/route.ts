/**
 * Places in the report as they stand behind the `#` of its address.
 *
 * @module
 */

/** A part of the page, and what is shown in it. */
export interface Route {
  /** Id of a section or figure, for example `boolq.samples`. */
  readonly id: string;
  /** For example `show` and `sample` of a list of samples. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Reads the part of an address from `#` on. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#/, '');
  const cut = text.indexOf('?');
  const [path, query] = cut < 0 ? [text, ''] : [text.slice(0, cut), text.slice(cut + 1)];
  return { id: decode(path), settings: Object.fromEntries(new URLSearchParams(query)) };
}

/** Writes it; settings that are empty are left out. */
export function formatRoute({ id, settings }: Route): string {
  const given = Object.entries(settings).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given).toString();
  return `#${encodeURIComponent(id)}${query === '' ? '' : `?${query}`}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
