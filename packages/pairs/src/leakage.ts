/**
 * Questions that are in the pairs and in the test items.
 *
 * @module
 */
import type { ContrastivePair } from '@austeer/core';
import type { TestItem } from './task.ts';

/** One question that both sides hold. */
export interface LeakedQuestion {
  /** The question as the first pair has it. */
  readonly question: string;
  /** Ids of the pairs that ask it. */
  readonly pairs: readonly string[];
  /** Ids of the test items that ask it. */
  readonly items: readonly string[];
}

/**
 * Reports questions that pairs and test items share: the same text but for case and white space. A pair's
 * `rawQuestion` is compared with an item's `question`; where a pair has none, its whole `question` is compared
 * with an item's `prompt`.
 *
 * @returns one entry per shared question, in the order of the pairs; empty when nothing leaks
 *
 * @example
 * ```ts
 * const pairs = [{ id: 'p1', question: 'Is it wet?', rawQuestion: 'Is it wet?', positive: 'Yes', negative: 'No' }];
 * const items = [{ id: 't1', prompt: 'Q: is it wet?', gold: ' yes', question: 'is it wet?' }];
 * findLeakage(pairs, items)[0]?.items; // ['t1']
 * ```
 */
export function findLeakage(
  pairs: readonly (ContrastivePair & { readonly rawQuestion?: string | undefined })[],
  items: readonly TestItem[],
): LeakedQuestion[] {
  const byQuestion = idsByText(items, (item) => item.question);
  const byPrompt = idsByText(items, (item) => item.prompt);
  const leaks = new Map<readonly string[], { question: string; pairs: string[] }>();
  for (const pair of pairs) {
    const question = pair.rawQuestion ?? pair.question;
    const found = (pair.rawQuestion === undefined ? byPrompt : byQuestion).get(comparable(question));
    if (found === undefined) continue;
    const leak = leaks.get(found);
    if (leak === undefined) leaks.set(found, { question, pairs: [pair.id] });
    else leak.pairs.push(pair.id);
  }
  return [...leaks].map(([ids, leak]) => ({ ...leak, items: ids }));
}

function idsByText(items: readonly TestItem[], text: (item: TestItem) => string): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const item of items) {
    const key = comparable(text(item));
    const known = ids.get(key);
    if (known === undefined) ids.set(key, [item.id]);
    else known.push(item.id);
  }
  return ids;
}

function comparable(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
}
