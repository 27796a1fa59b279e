/**
 * Random rows, rules and plans for property tests.
 *
 * @module
 */
import type { ModelIdentity, PositionRule, RowPart, Site, StrengthSchedule } from '@austeer/core';
import fc from 'fast-check';
import { type PlanEdit, planFromEdits, readPromptText, type SteeringPlan } from '../src/index.ts';

/** Few tokens, so that rules meet them; one of them stands for no text. */
const WORDS = ['a', 'b', 'ab', ''];
const tokenizer = {
  decode: (tokens: readonly number[]): string => tokens.map((token) => WORDS[token]).join(''),
};

const tokensArbitrary = fc.array(fc.nat(WORDS.length - 1), { maxLength: 12 });

export const rowArbitrary = fc
  .record({ prompt: tokensArbitrary, generated: tokensArbitrary })
  .map((row) => ({ ...row, promptText: readPromptText(row.prompt, tokenizer) }));

const part = fc.constantFrom<RowPart>('all', 'prompt', 'generated');
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
/** JSON has no undefined, so a rule that comes back from a file has no such keys. */
const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
const tokenList = fc.array(fc.nat(WORDS.length - 1), { minLength: 1, maxLength: 3 });

const simpleRule = fc.oneof(
  part,
  fc.constant<PositionRule>('lastPromptToken'),
  fc.record({ every: fc.integer({ min: 1, max: 4 }), offset: optional(fc.nat(5)), of: optional(part) }),
  fc.record({
    window: fc
      .tuple(fc.integer({ min: -8, max: 8 }), optional(fc.integer({ min: -8, max: 8 })))
      .map(([start, end = null]): [number, number | null] => [start, end]),
    of: fc.constant<RowPart>('prompt'),
  }),
  fc.record({
    window: fc
      .tuple(fc.nat(8), optional(fc.nat(8)))
      .map(([start, end = null]): [number, number | null] => [start, end]),
    of: part,
  }),
  fc.record({ tokens: tokenList, of: optional(part) }),
  fc.record({ text: fc.constantFrom('a', 'ab', 'aab', 'bb') }),
  fc
    .tuple(fc.nat(8), fc.integer({ min: 1, max: 4 }))
    .map(([start, length]) => ({ characters: [start, start + length] as [number, number] })),
  fc.record({ trigger: tokenList, in: optional(part), occurrence: optional(fc.constant('first' as const)) }),
  fc.record({
    trigger: tokenList,
    in: fc.constant('prompt' as const),
    occurrence: fc.constant('last' as const),
  }),
);

export const ruleArbitrary: fc.Arbitrary<PositionRule> = fc.letrec<{ rule: PositionRule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    simpleRule.map((rule) => (typeof rule === 'string' ? rule : withoutUndefined(rule))),
    fc
      .record({
        include: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }),
        exclude: optional(fc.array(tie('rule'), { maxLength: 2 })),
      })
      .map(withoutUndefined),
  ),
})).rule;

export const scheduleArbitrary: fc.Arbitrary<StrengthSchedule> = fc.oneof(
  fc.constant<StrengthSchedule>('constant'),
  fc.record({ warmUp: fc.integer({ min: 1, max: 6 }) }),
  fc
    .record({
      halfLife: fc.double({ min: 0.5, max: 20, noNaN: true }),
      floor: optional(fc.constantFrom(0, 0.25, 1)),
    })
    .map(withoutUndefined),
);

export const model: ModelIdentity = Object.freeze({
  name: 'tiny',
  architecture: 'llama',
  layers: 3,
  widths: Object.freeze({ attention: 6, ffn: 4, residual: 4 }),
  weightsSha256: 'aa11',
});

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });

/** Plans of a few edits. `sites` and `kinds` narrow what is edited. */
export function planArbitrary(
  options: { sites?: Site[]; biasOnly?: boolean; layers?: number[]; everywhere?: boolean } = {},
): fc.Arbitrary<SteeringPlan> {
  const {
    sites = ['attention', 'ffn', 'residual'],
    biasOnly = false,
    layers = [0, 1, 2],
    everywhere = true,
  } = options;
  const edit: fc.Arbitrary<PlanEdit> = fc
    .record({
      site: fc.constantFrom<Site>(...sites),
      layer: fc.constantFrom(...layers),
      index: fc.nat(3),
      gain: biasOnly ? fc.constant(0) : number,
      bias: number,
      strength: optional(number),
    })
    .map(withoutUndefined);
  return fc
    .record({
      edits: fc.uniqueArray(edit, {
        minLength: 1,
        selector: ({ site, layer, index }) => `${site} ${layer} ${index}`,
      }),
      strength: number,
      positions: everywhere ? fc.constant<PositionRule>('all') : ruleArbitrary,
      schedule: everywhere ? fc.constant<StrengthSchedule>('constant') : scheduleArbitrary,
    })
    .map((parts) => planFromEdits({ ...parts, model, provenance: { task: 'boolq', seed: 1 } }));
}
