import { runInNewContext } from 'node:vm';
import { createRandom } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { formatRatings } from './format-ratings.ts';
import { formatRatingPage } from './rating-page.ts';
import { type AnsweredItem, createRatingSheets, type RatingKey, type RatingSheet } from './rating-sheets.ts';
import { summarizeRatings } from './rating-summary.ts';
import { formatSheet, parseRatingKey, parseSheet, type Rating } from './sheet-files.ts';

const itemsOf = (count: number): AnsweredItem[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `item ${index}`,
    instruction: `Say "${index}", then stop`,
    answers: { vanilla: `=${index}\n</script><b>`, steered: `I say ${index}` },
  }));

/** A simulated rater, not a person: steered answers are better by `gain`, with noise. */
function simulateRater(options: {
  sheet: RatingSheet;
  key: RatingKey;
  gain: number;
  seed: number;
}): Rating[] {
  const { sheet, key, gain, seed } = options;
  const random = createRandom(seed);
  const conditions = new Map(key.entries.map(({ code, condition }) => [code, condition]));
  const score = (code: string): number => {
    const value = 3 + (conditions.get(code) === 'steered' ? gain : 0) + 0.7 * random.normal();
    return Math.min(5, Math.max(1, Math.round(value)));
  };
  return sheet.rows.map(({ code }) => ({
    rater: sheet.rater,
    code,
    scores: { quality: score(code), alignment: score(code) },
  }));
}

describe('createRatingSheets', () => {
  const { sheets, key } = createRatingSheets({ items: itemsOf(80), seed: 3 });

  it('draws items, and shuffles their answers for each rater anew', () => {
    expect(sheets.map(({ rater, rows }) => [rater, rows.length])).toEqual([
      ['1', 100],
      ['2', 100],
      ['3', 100],
    ]);
    const orders = sheets.map(({ rows }) => rows.map(({ code }) => code));
    expect(new Set(orders.map(String)).size).toBe(3);
    for (const order of orders) expect([...order].sort()).toEqual(key.entries.map(({ code }) => code));
    expect(new Set(key.entries.map(({ item }) => item)).size).toBe(50);
    expect(createRatingSheets({ items: itemsOf(80), seed: 3 })).toEqual({ sheets, key });
    expect(createRatingSheets({ items: itemsOf(80), seed: 4 }).key.entries).not.toEqual(key.entries);
  });

  it('is blind: neither sheets nor page nor the order of codes tell what an answer is', () => {
    const page = formatRatingPage({ sheets });
    for (const text of [page, ...sheets.map(formatSheet)]) {
      expect(text).not.toMatch(/vanilla|steered|item \d/);
    }
    // With codes in order, steered answers are spread: about half of them in the first half.
    const half = key.entries.slice(0, 50).filter(({ condition }) => condition === 'steered').length;
    expect(half).toBeGreaterThan(12);
    expect(half).toBeLessThan(38);
  });

  it.each([
    [{ items: [] }, 'none given'],
    [{ items: itemsOf(2), raters: 0 }, 'raters is 0'],
    [{ items: itemsOf(2), itemCount: 0.5 }, 'itemCount is 0.5'],
    [{ items: itemsOf(2), conditions: ['vanilla'] }, 'two or more'],
    [{ items: itemsOf(2), conditions: ['vanilla', 'baked'] }, 'an answer of "baked" to each item'],
    [{ items: [...itemsOf(1), ...itemsOf(1)] }, 'each id once'],
  ])('refuses %o', (options, problem) => {
    expect(() => createRatingSheets(options)).toThrow(problem);
  });
});

describe('formatSheet and parseSheet', () => {
  const { sheets } = createRatingSheets({ items: itemsOf(3), raters: 1 });

  it('gives spreadsheets nothing to compute, and reads back what was filled in', () => {
    const text = formatSheet(sheets[0]!);
    expect(text).not.toMatch(/(^|,|")=/m);
    expect(text).toContain(`"'=`);
    expect(parseSheet(text, { path: 'a.csv' })).toEqual(
      sheets[0]!.rows.map(({ code }) => ({ rater: '1', code, scores: {} })),
    );
    const filled = 'Alignment;Code;Rater;Quality\n4;ABCDE;1;\n5,0;FGHJK;1;2.0\n';
    expect(parseSheet(filled, { path: 'a.csv' })).toEqual([
      { rater: '1', code: 'ABCDE', scores: { alignment: 4 } },
      { rater: '1', code: 'FGHJK', scores: { alignment: 5, quality: 2 } },
    ]);
  });

  it.each([
    ['rater,code,quality\n', 'no column "alignment"'],
    ['', 'no column "rater"'],
    ['rater,code,quality,alignment\n1,A,6,\n', 'a.csv, line 2'],
    ['rater,code,quality,alignment\n1,A,3,\n1,B,4.5,\n', 'quality is "4.5"'],
    ['rater,code,quality,alignment\n1,A,good,\n', 'expected 1, 2, 3, 4, 5, or nothing'],
  ])('refuses %j', (text, problem) => {
    expect(() => parseSheet(text, { path: 'a.csv' })).toThrow(problem);
  });

  it.each(['', '{', 'null', '{"format":"austeer-rating-key","version":2}', '{"format":"x"}'])(
    'takes no key for %j',
    (text) => {
      expect(() => parseRatingKey(text, { path: 'k.json' })).toThrow('rating key');
    },
  );
});

describe('formatRatingPage', () => {
  const { sheets } = createRatingSheets({ items: itemsOf(3), raters: 2 });
  const page = formatRatingPage({ sheets, title: 'A & <B>' });

  it('is one file that loads nothing, and no answer ends its script', () => {
    expect(page).not.toMatch(/https?:|src=|@import|url\(/);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).toContain('<title>A &amp; &lt;B></title>');
    expect(page).toContain("default-src 'none'");
  });

  it('carries the answers once, an order for each rater, and a script that is whole', () => {
    const json = /<script type="application\/json" id="data">(.*)<\/script>/.exec(page)![1]!;
    const { rows, orders } = JSON.parse(json);
    for (const [index, { order }] of orders.entries()) {
      expect(order.map((place: number) => rows[place])).toEqual(sheets[index]!.rows);
    }
    const script = /<script>\n([\s\S]*)<\/script>/.exec(page)![1]!;
    // The page's own copy of the writer of CSV, read by the reader of this package.
    const csv = runInNewContext(`${script.split('\n;')[0]!.split('\nconst data =')[0]}; formatCsv(rows)`, {
      rows: [
        ['rater', 'code', 'quality', 'alignment'],
        ['1', 'ABCDE', '4', ''],
      ],
    });
    expect(parseSheet(csv, { path: 'page.csv' })).toEqual([
      { rater: '1', code: 'ABCDE', scores: { quality: 4 } },
    ]);
    expect(() => new Function(script)).not.toThrow();
  });
});

describe('summarizeRatings', () => {
  const { sheets, key } = createRatingSheets({ items: itemsOf(60), itemCount: 40, seed: 1 });
  const simulate = (gain: number) =>
    sheets.flatMap((sheet, index) => simulateRater({ sheet, key, gain, seed: 100 + index }));

  it('finds what the simulated raters were told to prefer, and nothing where they were not', () => {
    const { scales, items, raters } = summarizeRatings({ ratings: simulate(1), key });
    expect(items).toBe(40);
    expect(raters).toEqual(['1', '2', '3'].map((rater) => ({ rater, given: 160, missing: 0 })));
    const { conditions, differences, agreement } = scales.quality;
    expect(conditions.map(({ condition, given }) => [condition, given])).toEqual([
      ['vanilla', 120],
      ['steered', 120],
    ]);
    expect(differences).toMatchObject([{ condition: 'steered', baseline: 'vanilla', items: 40 }]);
    expect(differences[0]!.mean!.low).toBeGreaterThan(0.6);
    expect(differences[0]!.mean!.high).toBeLessThan(1.3);
    expect(differences[0]!.mean!.value).toBeCloseTo(
      conditions[1]!.mean!.value - conditions[0]!.mean!.value,
      10,
    );
    expect(agreement.ordinal!.low).toBeGreaterThan(0);
    // One in twenty seeds would show a difference here; this one does not.
    const none = summarizeRatings({ ratings: simulate(0), key }).scales.alignment;
    expect(none.differences[0]!.mean!.low).toBeLessThan(0);
    expect(none.differences[0]!.mean!.high).toBeGreaterThan(0);
    expect(none.agreement.interval!.low).toBeLessThan(0.1);
  });

  it('counts what is missing and makes no number of it', () => {
    const ratings = simulate(1)
      .filter(({ rater }) => rater !== '3')
      .map((rating, index) =>
        index < 10 ? { ...rating, scores: { quality: rating.scores.quality! } } : rating,
      );
    const summary = summarizeRatings({ ratings, key });
    expect(summary.absentRaters).toEqual(['3']);
    expect(summary.raters[0]).toEqual({ rater: '1', given: 150, missing: 10 });
    const [vanilla, steered] = summary.scales.alignment.conditions;
    expect(vanilla!.missing + steered!.missing).toBe(10);
    const lines = formatRatings(summary);
    expect(lines[0]).toBe('40 items, 2 raters');
    expect(lines).toContain('rater 1 left 10 of 160 empty');
    expect(lines).toContain('no sheet of rater 3');
  });

  it('draws no conclusion from a handful of items', () => {
    const few = createRatingSheets({ items: itemsOf(5) });
    const ratings = few.sheets.flatMap((sheet) => simulateRater({ sheet, key: few.key, gain: 2, seed: 5 }));
    const text = formatRatings(summarizeRatings({ ratings, key: few.key })).join('\n');
    expect(text).toContain('too few items to tell (5 items)');
  });

  it('has no mean, difference or agreement without ratings', () => {
    const ratings = sheets[0]!.rows.map(({ code }) => ({ rater: '1', code, scores: {} }));
    const { scales } = summarizeRatings({ ratings, key });
    expect(scales.quality).toMatchObject({
      conditions: [{ mean: undefined, given: 0 }, { mean: undefined }],
      differences: [{ mean: undefined, items: 0 }],
      agreement: { ordinal: undefined },
    });
    expect(formatRatings(summarizeRatings({ ratings, key })).join('\n')).toContain('nothing to compare');
  });

  it.each([
    [[{ rater: '1', code: 'OTHER', scores: {} }], 'a code of the key'],
    [[{ rater: '9', code: key.entries[0]!.code, scores: {} }], 'a rater of the key: 1, 2, 3'],
    [Array(2).fill({ rater: '1', code: key.entries[0]!.code, scores: {} }), 'each answer once'],
    [[], 'none given'],
  ])('refuses %j', (ratings, problem) => {
    expect(() => summarizeRatings({ ratings, key })).toThrow(problem);
  });
});
