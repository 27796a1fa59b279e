/**
 * Which samples are shown: two conditions side by side, a filter, a search.
 *
 * @module
 */
import type { SampleCondition, SampleSet } from '@austeer/experiments';

/** What changed for an item from the first condition to the second. */
export type Verdict = 'gained' | 'lost' | 'tied' | 'right' | 'wrong' | 'unjudged';

/** Filters by name, in the order of the list. */
export const FILTERS = [
  'all',
  'changed',
  'gained',
  'lost',
  'tied',
  'right',
  'wrong',
  'invalid',
  'unjudged',
] as const;

/** Which items are shown. */
export type SampleFilter = (typeof FILTERS)[number];

/** Two conditions; without a second one the first stands alone. */
export interface Compared {
  readonly set: SampleSet;
  readonly first: SampleCondition;
  readonly second?: SampleCondition | undefined;
}

/** What a judge said of a response beside the model's own, by what it is called in the log. */
const OUTCOMES: Readonly<Partial<Record<string, Verdict>>> = { win: 'gained', tie: 'tied', lose: 'lost' };

/** What a judge said of the response, where one was asked. */
export function outcomeOf({ predictions }: SampleCondition, item: number): Verdict | undefined {
  return OUTCOMES[predictions[item] ?? ''];
}

/** Verdict of one item. Alone, a condition is right or wrong. */
export function verdictOf({ first, second }: Omit<Compared, 'set'>, item: number): Verdict {
  const outcome = second && outcomeOf(second, item);
  if (outcome !== undefined) return outcome;
  const before = first.correct[item] ?? null;
  const after = second === undefined ? before : (second.correct[item] ?? null);
  if (before === null || after === null) return 'unjudged';
  if (before === after) return after ? 'right' : 'wrong';
  return after ? 'gained' : 'lost';
}

/** Whether the answers of an item differ as written. */
export function isChanged({ first, second }: Omit<Compared, 'set'>, item: number): boolean {
  if (second === undefined) return false;
  const [before, after] = [first.answers[item] ?? null, second.answers[item] ?? null];
  return before !== null && after !== null && before !== after;
}

/**
 * Items that pass the filter and hold the search text anywhere, whatever its case, in their order.
 *
 * @returns their places in the set
 */
export function selectSamples(
  compared: Compared,
  { filter = 'all', search = '' }: { filter?: SampleFilter | undefined; search?: string | undefined },
): number[] {
  const { set, first, second } = compared;
  const passes = filterOf(compared, filter);
  const wanted = search.trim();
  const pattern = wanted === '' ? undefined : new RegExp(escapePattern(wanted), 'iu');
  const found: number[] = [];
  for (let item = 0; item < set.ids.length; item++) {
    if (!passes(item)) continue;
    const holds =
      pattern === undefined ||
      pattern.test(set.prompts[item] ?? '') ||
      pattern.test(first.answers[item] ?? '') ||
      pattern.test(second?.answers[item] ?? '') ||
      pattern.test(set.golds[item] ?? '') ||
      pattern.test(set.ids[item] ?? '');
    if (holds) found.push(item);
  }
  return found;
}

/** Cuts a text where the search text stands: every second part is a hit. */
export function splitAtHits(text: string, search: string): string[] {
  const wanted = search.trim();
  return wanted === '' ? [text] : text.split(new RegExp(`(${escapePattern(wanted)})`, 'iu'));
}

/**
 * How many characters all texts share at their beginning, up to the end of a word. A list shows what follows:
 * instructions that stand before every question tell nothing apart.
 */
export function sharedBeginning(texts: readonly string[]): number {
  const [first] = texts;
  if (first === undefined || texts.length < 2) return 0;
  let length = first.length;
  for (const text of texts) {
    let same = 0;
    while (same < length && text[same] === first[same]) same++;
    length = same;
  }
  const words = /\s\S*$/.exec(first.slice(0, length));
  return words === null ? 0 : words.index + 1;
}

/** How many characters all texts share at their end, from the beginning of a word. */
export function sharedEnding(texts: readonly string[]): number {
  const [first] = texts;
  if (first === undefined || texts.length < 2) return 0;
  let length = first.length;
  for (const text of texts) {
    let same = 0;
    while (same < length && text[text.length - 1 - same] === first[first.length - 1 - same]) same++;
    length = same;
  }
  const words = /\s/.exec(first.slice(first.length - length));
  return words === null ? 0 : length - words.index;
}

/** Characters before a hit that tell where it stands. */
const BEFORE_HIT = 40;

/**
 * What a list shows of a text: without the beginning and the ending that all texts share, or from shortly before the
 * first hit where that would not be seen.
 */
export function excerpt(
  text: string,
  { beginning, ending, search }: { beginning: number; ending: number; search: string },
): string {
  const hit = splitAtHits(text, search)[0]!.length;
  const isHit = hit < text.length;
  const near = !isHit || (hit >= beginning && hit < beginning + 2 * BEFORE_HIT);
  const start = near ? beginning : Math.max(0, text.lastIndexOf(' ', Math.max(0, hit - BEFORE_HIT)) + 1);
  const end = isHit && hit + search.trim().length > text.length - ending ? text.length : text.length - ending;
  // Texts that are all alike have nothing between the two.
  if (start >= end) return text;
  return `${start === 0 ? '' : '… '}${text.slice(start, end)}${end === text.length ? '' : ' …'}`;
}

function filterOf(compared: Compared, filter: SampleFilter): (item: number) => boolean {
  const { first, second } = compared;
  switch (filter) {
    case 'all':
      return () => true;
    case 'changed':
      return (item) => isChanged(compared, item);
    case 'invalid':
      return (item) => first.valid[item] === false || second?.valid[item] === false;
    default:
      return (item) => verdictOf(compared, item) === filter;
  }
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
