/**
 * The rating sheets as one page that needs no network: for a phone, a tablet, or a computer.
 *
 * @module
 */
import { canonicalJson, EmptyInputError, sha256 } from '@austeer/core';
import { formatCsv } from './csv.ts';
import { PAGE_SCRIPT } from './rating-page-script.ts';
import { PAGE_STYLE } from './rating-page-style.ts';
import { RATING_SCALES, type RatingSheet } from './rating-sheets.ts';

/**
 * The page of all raters: each chooses a number once and gets the order of that sheet. Ratings are kept in the browser
 * as they are given, and saved as the same CSV that `parseSheet` reads. Works from a file, loads nothing, and sends
 * nothing.
 *
 * @param options.sheets of `createRatingSheets`; all hold the same answers
 * @param options.title @default 'Rating sheet'
 * @throws EmptyInputError without sheets.
 *
 * @example
 * ```ts
 * const items = [{ id: '1', instruction: 'Greet me.', answers: { vanilla: 'No.', steered: 'Hello!' } }];
 * const page = formatRatingPage(createRatingSheets({ items }));
 * page.startsWith('<!doctype html>'); // true
 * page.includes('vanilla'); // false
 * ```
 */
export function formatRatingPage(options: {
  sheets: readonly RatingSheet[];
  title?: string | undefined;
}): string {
  const { sheets, title = 'Rating sheet' } = options;
  if (sheets.length === 0) throw new EmptyInputError({ what: 'Rating sheets' });
  const rows = [...sheets[0]!.rows].sort((a, b) => (a.code < b.code ? -1 : 1));
  const place = new Map(rows.map(({ code }, index) => [code, index]));
  const data = {
    // Pages of different sheets must not share what a browser keeps.
    id: sha256(canonicalJson(rows)).slice(0, 16),
    scales: RATING_SCALES,
    rows,
    orders: sheets.map(({ rater, rows: own }) => ({ rater, order: own.map(({ code }) => place.get(code)!) })),
  };
  // Answers are written by models: none may end the script element.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeText(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header><h1>${escapeText(title)}</h1><p id="place" role="status"></p></header>
<progress id="progress" max="1" value="0" aria-label="Answers rated"></progress>
<main id="main" tabindex="-1"></main>
<footer id="footer"></footer>
<noscript>This page needs JavaScript. The CSV sheets hold the same.</noscript>
<script type="application/json" id="data">${json}</script>
<script>
const formatCsv = ${formatCsv.toString()};
${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
