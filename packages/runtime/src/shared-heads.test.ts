import type { SteeringValues } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { headOf, planScoring } from './shared-heads.ts';

const tokens = (length: number, from = 0): number[] => Array.from({ length }, (_, at) => from + at);
const head = tokens(40);
const item = (own: number, ...candidates: number[]) => ({
  prompt: [...head, 1000 + own, ...tokens(10, 2000 + own)],
  candidates: candidates.map((length) => tokens(length, 3000)),
});
const unsteered = (): undefined => undefined;
const steering: SteeringValues = { fingerprint: 'one', layers: 1, sites: {} };

describe('planScoring', () => {
  it('runs what prompts begin with once, and leaves each a token of its own', () => {
    expect(planScoring([item(1, 1), item(2, 1)], unsteered)).toEqual({
      heads: [{ items: [0, 1], head: 40 }],
      rows: [],
    });
    const same = [item(1, 1), item(1, 1)];
    expect(planScoring(same, unsteered).heads[0]!.head).toBe(same[0]!.prompt.length - 1);
  });

  it('never shares between items of different steering', () => {
    const items = [item(1, 1), item(2, 1), item(3, 1)];
    const plan = planScoring(items, (at) => (at === 1 ? steering : undefined));
    expect(plan.heads).toEqual([{ items: [0, 2], head: 40 }]);
    expect(plan.rows).toEqual([1]);
  });

  it('runs a long prompt once for its longer candidates, even without company', () => {
    expect(planScoring([item(1, 3, 4, 1)], unsteered).heads).toEqual([{ items: [0], head: 0 }]);
    expect(planScoring([item(1, 3)], unsteered)).toEqual({ heads: [], rows: [0] });
  });

  it('keeps short texts side by side, where sharing would cost more than it saves', () => {
    const short = [1, 2, 3].map((own) => ({ prompt: [7, 8, own], candidates: [[1], [2, 3], [4, 5]] }));
    expect(planScoring(short, unsteered)).toEqual({ heads: [], rows: [0, 1, 2] });
    expect(planScoring([], unsteered)).toEqual({ heads: [], rows: [] });
  });
});

describe('headOf', () => {
  const prompts = [1, 2, 3].map((own) => item(own).prompt);

  it('is what all rows begin with, where all are steered alike', () => {
    expect(headOf(prompts, [steering, steering, steering])).toBe(40);
    expect(headOf(prompts, [steering, undefined, steering])).toBe(0);
    expect(headOf(prompts.slice(0, 1), [undefined])).toBe(0);
  });
});
