/**
 * The original XML of COPA, which Balanced COPA shares: `<item id asks-for most-plausible-alternative>` with
 * the premise `<p>` and the alternatives `<a1>` and `<a2>`.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';
import { XMLParser } from 'fast-xml-parser';
import { parseRow, type ReadRow, type RowReaderOptions } from '../rows.ts';
import { readWholeText } from './whole-text.ts';

/** Items of a COPA file, each an object of its attributes and texts; `line` counts items from 1. */
export async function* readCopaXml<T = unknown>(
  path: string,
  options: RowReaderOptions<T> = {},
): AsyncGenerator<ReadRow<T>, void, undefined> {
  const { parse = (value: unknown) => value as T } = options;
  const text = await readWholeText(path, 'COPA XML');
  const fail = (problem: string, cause?: unknown): FileFormatError =>
    new FileFormatError({
      path,
      format: 'COPA XML',
      problem,
      advice: 'The file may be truncated: fetch it again',
      cause,
    });
  // The parser takes a truncated file for a whole one, so the two ends are compared here.
  if (!text.trimEnd().endsWith('</copa-corpus>')) throw fail('it does not end in </copa-corpus>');
  let document: { readonly 'copa-corpus'?: { readonly item?: unknown } };
  try {
    document = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      parseTagValue: false,
      parseAttributeValue: false,
      isArray: (name) => name === 'item',
    }).parse(text);
  } catch (cause) {
    throw fail((cause as Error).message, cause);
  }
  const items = document['copa-corpus']?.item;
  const opened = text.match(/<item\s/g)?.length ?? 0;
  if (!Array.isArray(items) || items.length !== opened) {
    throw fail(`it opens ${opened} items, of which ${Array.isArray(items) ? items.length : 0} are whole`);
  }
  for (const [index, item] of items.entries()) {
    const place = { path, line: index + 1, unit: 'row' } as const;
    const row = parseRow(() => ({ line: place.line, value: parse(item, place) }), options);
    if (row !== undefined) yield row;
  }
}
