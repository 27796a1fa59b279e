import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BehaviourRow, behaviourPair, parseBehaviourRow } from './behaviour-row.ts';
import { BEHAVIOURS, loadBehaviour } from './gallery.ts';

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
/** What one word in a row shares with another, 0 to 1. */
function overlap(a: string, b: string): number {
  const [first, second] = [new Set(words(a)), new Set(words(b))];
  const shared = [...first].filter((word) => second.has(word)).length;
  return shared / Math.min(first.size, second.size);
}

describe('rows of behaviours', () => {
  const place = { path: 'rows.csv', line: 4 };

  it('need two answers; empty cells of the rest count as absent', () => {
    expect(parseBehaviourRow({ prompt: ' ', system: '', positive: 'a', negative: 'b' }, place)).toEqual({
      id: '4',
      positive: 'a',
      negative: 'b',
    });
    expect(() => parseBehaviourRow({ positive: 'a' }, place)).toThrow(
      /rows\.csv.*line 4: "negative" is absent/,
    );
    expect(() => parseBehaviourRow({ positive: 'a', negative: 'b', prompt: 3 }, place)).toThrow(
      /line 4: "prompt" is the number 3/,
    );
  });

  it('are worded as plain text, or by a chat template with the system message first', () => {
    const row: BehaviourRow = { id: '1', prompt: 'Hi?', positive: 'Good day.', negative: 'Yo.' };
    const chat = (messages: readonly { role: string; content: string }[]): string =>
      messages.map(({ role, content }) => `<${role}>${content}`).join('');
    expect(behaviourPair(row).question).toBe('Hi?\n');
    expect(behaviourPair(row, { system: 'Be brief.' }).question).toBe('Be brief.\n\nHi?\n');
    expect(behaviourPair({ ...row, system: 'Own.' }, { chat, system: 'Other.' }).question).toBe(
      '<system>Own.<user>Hi?',
    );
    expect(behaviourPair({ ...row, prompt: undefined }, { chat })).toMatchObject({
      question: '',
      positive: 'Good day.',
    });
  });
});

describe('the gallery', () => {
  const rows = new Map<string, BehaviourRow[]>();
  beforeAll(async () => {
    for (const { name } of BEHAVIOURS) rows.set(name, await loadBehaviour(name));
  });

  it('has a file for each behaviour, at least twelve of them, and knows no other name', async () => {
    const folder = fileURLToPath(new URL('../../data/behaviours/', import.meta.url));
    expect(readdirSync(folder).sort()).toEqual(BEHAVIOURS.map(({ name }) => `${name}.jsonl`).sort());
    expect(BEHAVIOURS.length).toBeGreaterThanOrEqual(12);
    await expect(loadBehaviour('fromal')).rejects.toThrow(/Did you mean "formal"/);
  });

  it.each(BEHAVIOURS.map(({ name }) => name))(
    '%s has sixty different pairs that differ in manner',
    (name) => {
      const pairs = rows.get(name)!;
      expect(pairs.length).toBeGreaterThanOrEqual(60);
      for (const field of ['prompt', 'positive', 'negative'] as const) {
        expect(new Set(pairs.map((row) => words(row[field]!).join(' '))).size).toBe(pairs.length);
      }
      for (const { prompt, positive, negative } of pairs) {
        expect([prompt, positive, negative]).toEqual(
          [prompt, positive, negative].map((text) => text!.trim()),
        );
        expect(words(positive)).not.toEqual([]);
        expect(positive).not.toBe(negative);
        for (const text of [prompt!, positive, negative]) expect(text.length).toBeLessThan(220);
      }
    },
  );

  it.each(BEHAVIOURS.map(({ name }) => name))(
    '%s varies: no row is another with one word changed',
    (name) => {
      const pairs = rows.get(name)!;
      for (const [index, row] of pairs.entries()) {
        for (const other of pairs.slice(index + 1)) {
          const long = words(row.positive).length > 5 && words(other.positive).length > 5;
          if (long) expect(overlap(row.positive, other.positive)).toBeLessThan(0.8);
        }
      }
      // No opening may stand for the behaviour.
      const openings = new Map<string, number>();
      for (const { positive } of pairs) {
        const opening = words(positive).slice(0, 2).join(' ');
        openings.set(opening, (openings.get(opening) ?? 0) + 1);
      }
      const limit = name === 'numbered-steps' ? pairs.length : pairs.length / 3;
      expect(Math.max(...openings.values())).toBeLessThanOrEqual(limit);
    },
  );

  it.each(BEHAVIOURS.map(({ name }) => name).filter((name) => name !== 'concise'))(
    '%s says as much in both manners',
    (name) => {
      const ratios = rows.get(name)!.map(({ positive, negative }) => positive.length / negative.length);
      expect(median(ratios)).toBeGreaterThan(1 / 2);
      expect(median(ratios)).toBeLessThan(2);
    },
  );

  it('asks no question twice among all behaviours', () => {
    const prompts = [...rows.values()].flat().map(({ prompt }) => words(prompt!).join(' '));
    expect(prompts.filter((prompt, index) => prompts.indexOf(prompt) !== index)).toEqual([]);
  });
});
