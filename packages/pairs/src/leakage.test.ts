import { describe, expect, it } from 'vitest';
import { findLeakage } from './leakage.ts';

const item = (id: string, question: string) => ({ id, question, prompt: `Q: ${question}\nA:`, gold: ' yes' });
const pair = (id: string, rawQuestion: string | undefined, question: string) => ({
  id,
  question,
  positive: 'Yes',
  negative: 'No',
  ...(rawQuestion === undefined ? {} : { rawQuestion }),
});

describe('findLeakage', () => {
  it('names all pairs and items that ask the same', () => {
    const pairs = [
      pair('p1', 'Is it wet?', 'one'),
      pair('p2', 'Is it dry?', 'two'),
      pair('p3', ' is  it\nWET? ', 'three'),
    ];
    const items = [item('t1', 'is it wet?'), item('t2', 'Is it cold?'), item('t3', 'Is it wet?')];
    expect(findLeakage(pairs, items)).toEqual([
      { question: 'Is it wet?', pairs: ['p1', 'p3'], items: ['t1', 't3'] },
    ]);
  });

  it('compares whole prompts where a pair has no raw question', () => {
    const items = [item('t1', 'Is it wet?')];
    expect(findLeakage([pair('p1', undefined, 'Q: Is it wet?\nA:')], items)).toHaveLength(1);
    expect(findLeakage([pair('p1', undefined, 'Is it wet?')], items)).toEqual([]);
  });

  it('finds nothing where nothing is shared', () => {
    expect(findLeakage([pair('p1', 'Is it wet?', 'one')], [item('t1', 'Is it wetter?')])).toEqual([]);
    expect(findLeakage([], [])).toEqual([]);
  });
});
