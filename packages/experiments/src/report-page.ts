/**
 * One HTML file out of the page and its data.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';
import type { ReportData } from './report-data.ts';

/** Where the data goes: the text of the page's one element of this kind. */
const OPEN = '<script type="application/json" id="report-data">';
const CLOSE = '</script>';

/**
 * Puts the data into the page. No text of an answer can end the element that holds it.
 *
 * @param template the built page (`apps/report`)
 * @param options.path of the page, for errors
 * @throws FileFormatError when the page has no place for data.
 *
 * @example
 * ```ts
 * declare const data: ReportData;
 * embedReportData('<script type="application/json" id="report-data"></script>', data);
 * ```
 */
export function embedReportData(
  template: string,
  data: ReportData,
  options: { path?: string | undefined } = {},
): string {
  const [before, after, more] = template.split(OPEN + CLOSE);
  if (before === undefined || after === undefined || more !== undefined) {
    throw new FileFormatError({
      path: options.path ?? 'template',
      format: 'report page',
      problem: `it must hold ${OPEN}${CLOSE} once`,
      advice: 'Build the page anew: npm run setup',
    });
  }
  // Inside JSON only strings hold this sign. Without it the text has no tag, no comment and no end of the element.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return `${before}${OPEN}${json}${CLOSE}${after}`;
}
