import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleArbitrary, scheduleArbitrary } from '../test/arbitraries.ts';
import { namesTokens, parsePositionRule, parseStrengthSchedule } from './position-rule.ts';

describe('parsePositionRule', () => {
  it('takes every rule back from JSON', () => {
    fc.assert(
      fc.property(ruleArbitrary, (rule) => {
        expect(parsePositionRule(JSON.parse(JSON.stringify(rule)))).toEqual(rule);
      }),
    );
  });

  it.each<[unknown, string]>([
    ['some', 'all, prompt, generated, lastPromptToken'],
    [7, 'a name or an object'],
    [[], 'a name or an object'],
    [{}, 'one of every, window'],
    [{ every: 0 }, 'every as a whole number'],
    [{ every: 2, offset: -1 }, 'offset as a whole number'],
    [{ every: 2, of: 'answer' }, 'of as all, prompt or generated'],
    [{ every: 2, off: 1 }, 'no keys but'],
    [{ window: [0, 2] }, 'of as all, prompt or generated'],
    [{ window: [0], of: 'all' }, 'window as [start, end]'],
    [{ window: [0, 1.5], of: 'all' }, 'two whole numbers'],
    [{ window: [-1, null], of: 'generated' }, 'not known while it is written'],
    [{ window: [0, -1], of: 'all' }, 'not known while it is written'],
    [{ tokens: [] }, 'one or more token ids'],
    [{ tokens: [-1] }, 'one or more token ids'],
    [{ tokens: [1], of: '' }, 'of as'],
    [{ text: '' }, 'not empty'],
    [{ characters: [2, 2] }, 'start < end'],
    [{ characters: 'ab' }, 'start < end'],
    [{ trigger: 'a' }, 'one or more token ids'],
    [{ trigger: [1], in: 'answer' }, 'in as'],
    [{ trigger: [1], occurrence: 'last' }, 'last with in: prompt'],
    [{ include: [] }, 'one or more rules'],
    [{ include: ['all'], exclude: 'prompt' }, 'exclude as a list'],
    [{ include: ['all'], exclude: [{ every: 0 }] }, 'every as a whole number'],
    [{ exclude: ['all'] }, 'one of every'],
  ])('refuses %j', (rule, expected) => {
    expect(() => parsePositionRule(rule)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', expected: expect.stringContaining(expected) }),
    );
  });

  it('limits the depth', () => {
    const nest = (depth: number): unknown => (depth === 1 ? 'all' : { include: [nest(depth - 1)] });
    expect(parsePositionRule(nest(16))).toBeDefined();
    expect(() => parsePositionRule(nest(17))).toThrow('at most 16 rules');
  });
});

describe('parseStrengthSchedule', () => {
  it('takes every schedule back from JSON', () => {
    fc.assert(
      fc.property(scheduleArbitrary, (schedule) => {
        expect(parseStrengthSchedule(JSON.parse(JSON.stringify(schedule)))).toEqual(schedule);
      }),
    );
  });

  it.each([
    ['linear', 'constant,'],
    [{ warmUp: 0 }, 'warmUp'],
    [{ warmUp: 2, floor: 0 }, 'no key but warmUp'],
    [{ halfLife: 0 }, '> 0'],
    [{ halfLife: Number.POSITIVE_INFINITY }, '> 0'],
    [{ halfLife: 2, floor: 2 }, 'floor from 0 to 1'],
    [{}, '> 0'],
  ])('refuses %j', (schedule, expected) => {
    expect(() => parseStrengthSchedule(schedule)).toThrow(expected);
  });
});

it('namesTokens looks into rules of rules', () => {
  expect(namesTokens({ include: ['all'], exclude: [{ include: [{ trigger: [3] }] }] })).toBe(true);
  expect(namesTokens({ include: [{ text: 'a' }, { every: 2 }, 'prompt'] })).toBe(false);
});
