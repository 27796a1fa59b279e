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

  const part = 'of as all, prompt or generated';
  const tokens = 'as a list of one or more token ids';
  const written = 'is not known while it is written)';
  const kinds = 'one of every, window, tokens, text, characters, trigger and include';
  it.each<[unknown, string]>([
    ['some', 'all, prompt, generated, lastPromptToken, or a rule with parameters'],
    [7, 'a name or an object'],
    [null, 'a name or an object'],
    [[], 'a name or an object'],
    [{}, kinds],
    [{ exclude: ['all'] }, kinds],
    [{ every: 0 }, 'every as a whole number ≥ 1'],
    [{ every: '2' }, 'every as a whole number ≥ 1'],
    [{ every: 2, offset: -1 }, 'offset as a whole number ≥ 0'],
    [{ every: 2, of: 'answer' }, part],
    [{ every: 2, off: 1 }, 'no keys but every, offset and of'],
    [{ window: [0, 2] }, part],
    [{ window: [0, 2], of: 'all', in: 'all' }, 'no keys but window and of'],
    [{ window: [0], of: 'all' }, 'window as [start, end]'],
    [{ window: [0, 1, 2], of: 'all' }, 'window as [start, end]'],
    [{ window: '01', of: 'all' }, 'window as [start, end]'],
    [{ window: [0, 1.5], of: 'all' }, 'window as two whole numbers, the second of which may be null'],
    [{ window: [0.5, null], of: 'prompt' }, 'window as two whole numbers, the second of which may be null'],
    [
      { window: [-1, null], of: 'generated' },
      `a window that is not negative, or of: prompt (the end of an answer ${written}`,
    ],
    [
      { window: [0, -1], of: 'all' },
      `a window that is not negative, or of: prompt (the end of an answer ${written}`,
    ],
    [{ tokens: [] }, `tokens ${tokens}`],
    [{ tokens: [-1] }, `tokens ${tokens}`],
    [{ tokens: [1, 0.5] }, `tokens ${tokens}`],
    [{ tokens: [1], of: '' }, part],
    [{ tokens: [1], in: 'all' }, 'no keys but tokens and of'],
    [{ text: '' }, 'text that is not empty'],
    [{ text: 7 }, 'text that is not empty'],
    [{ text: 'a', of: 'all' }, 'no key but text'],
    [{ characters: [2, 2] }, 'characters as [start, end], whole numbers with 0 ≤ start < end'],
    [{ characters: [-1, 2] }, 'characters as [start, end], whole numbers with 0 ≤ start < end'],
    [{ characters: [0, 1.5] }, 'characters as [start, end], whole numbers with 0 ≤ start < end'],
    [{ characters: [0, 1, 2] }, 'characters as [start, end], whole numbers with 0 ≤ start < end'],
    [{ characters: 'ab' }, 'characters as [start, end], whole numbers with 0 ≤ start < end'],
    [{ characters: [0, 1], of: 'prompt' }, 'no key but characters'],
    [{ trigger: 'a' }, `trigger ${tokens}`],
    [{ trigger: [1], of: 'all' }, 'no keys but trigger, in and occurrence'],
    [{ trigger: [1], in: 'answer' }, 'in as all, prompt or generated'],
    ...[
      { occurrence: 'last' },
      { occurrence: 'last', in: 'all' },
      { occurrence: 'second', in: 'prompt' },
    ].map((more): [unknown, string] => [
      { trigger: [1], ...more },
      `occurrence as first, or as last with in: prompt (the last one of an answer ${written}`,
    ]),
    [{ include: [] }, 'include as a list of one or more rules'],
    [{ include: 'all' }, 'include as a list of one or more rules'],
    [{ include: ['all'], exclude: 'prompt' }, 'exclude as a list of rules'],
    [{ include: ['all'], of: 'prompt' }, 'no keys but include and exclude'],
    [{ include: ['all'], exclude: [{ every: 0 }] }, 'every as a whole number ≥ 1'],
  ])('refuses %j', (rule, expected) => {
    expect(() => parsePositionRule(rule)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', argument: 'position rule', given: rule, expected }),
    );
  });

  it.each([
    'lastPromptToken',
    { every: 1, offset: 0, of: 'generated' },
    { window: [-3, -1], of: 'prompt' },
    { window: [0, 0], of: 'all' },
    { window: [1, null], of: 'generated' },
    { tokens: [0] },
    { characters: [0, 1] },
    { trigger: [0], in: 'generated', occurrence: 'first' },
    { trigger: [0], in: 'prompt', occurrence: 'last' },
    { include: ['all'], exclude: [] },
  ])('takes %j', (rule) => {
    expect(parsePositionRule(rule)).toBe(rule);
  });

  it('limits lists', () => {
    const list = Array<number>(1_000_000).fill(1);
    expect(parsePositionRule({ tokens: list })).toEqual({ tokens: list });
    expect(() => parsePositionRule({ tokens: [...list, 1] })).toThrow('one or more token ids');
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

  const halfLife = 'halfLife as a number of tokens > 0';
  it.each<[unknown, string]>([
    ['linear', 'constant, {"warmUp": tokens} or {"halfLife": tokens, "floor": 0 to 1}'],
    [null, 'constant, {"warmUp": tokens} or {"halfLife": tokens, "floor": 0 to 1}'],
    [[2], 'constant, {"warmUp": tokens} or {"halfLife": tokens, "floor": 0 to 1}'],
    [{ warmUp: 0 }, 'warmUp as a whole number of tokens ≥ 1'],
    [{ warmUp: 1.5 }, 'warmUp as a whole number of tokens ≥ 1'],
    [{ warmUp: 2, floor: 0 }, 'no key but warmUp'],
    [{ halfLife: 0 }, halfLife],
    [{ halfLife: '2' }, halfLife],
    [{ halfLife: Number.POSITIVE_INFINITY }, halfLife],
    [{}, halfLife],
    [{ halfLife: 2, of: 'all' }, 'no keys but halfLife and floor'],
    ...[2, -0.1, Number.NaN, '1'].map((floor): [unknown, string] => [
      { halfLife: 2, floor },
      'floor from 0 to 1',
    ]),
  ])('refuses %j', (schedule, expected) => {
    expect(() => parseStrengthSchedule(schedule)).toThrow(
      expect.objectContaining({ argument: 'strength schedule', given: schedule, expected }),
    );
  });

  it.each([{ warmUp: 1 }, { halfLife: 0.5 }, { halfLife: 2, floor: 0 }, { halfLife: 2, floor: 1 }])(
    'takes %j',
    (schedule) => {
      expect(parseStrengthSchedule(schedule)).toBe(schedule);
    },
  );
});

it('namesTokens looks into rules of rules', () => {
  expect(namesTokens({ include: ['all'], exclude: [{ include: [{ trigger: [3] }] }] })).toBe(true);
  expect(namesTokens({ include: [{ text: 'a' }, { every: 2 }, 'prompt'] })).toBe(false);
});
