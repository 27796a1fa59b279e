import { describe, expect, it } from 'vitest';
import { model } from '../test/arbitraries.ts';
import { checkPlan, compilePlan, TokenStrengthUnsupportedError } from './fit-plan.ts';
import { planFromEdits, withPositions, withSchedule, withStrength } from './steering-plan.ts';

const here = { ...model, tokenizerSha256: 'cc33' };
const plan = planFromEdits({
  edits: [{ site: 'ffn', layer: 0, index: 0, gain: 1, bias: 0 }],
  model: here,
});

describe('compilePlan', () => {
  it('refuses a rule or a schedule unless the model applies them', () => {
    for (const changed of [withPositions(plan, 'prompt'), withSchedule(plan, { warmUp: 2 })]) {
      expect(() => compilePlan(changed, here)).toThrow(TokenStrengthUnsupportedError);
      expect(compilePlan(changed, here, { tokenStrength: true }).tokenStrength).toEqual({
        positions: changed.positions,
        schedule: changed.schedule,
      });
    }
    expect(() => compilePlan(withPositions(plan, 'prompt'), here)).toThrow('steers every position alike');
  });

  it('gives a plan for every position the same values in either case', () => {
    const values = compilePlan(plan, here);
    expect(compilePlan(plan, here, { tokenStrength: true })).toEqual(values);
    expect(values).not.toHaveProperty('tokenStrength');
  });

  it('fingerprints the rule and the schedule', () => {
    const of = (changed: typeof plan): string =>
      compilePlan(changed, here, { tokenStrength: true }).fingerprint;
    const prints = [
      plan,
      withPositions(plan, 'prompt'),
      withPositions(plan, { every: 2, offset: 1 }),
      withPositions(plan, { every: 2 }),
      withSchedule(plan, { warmUp: 2 }),
    ].map(of);
    expect(new Set(prints).size).toBe(prints.length);
    expect(of(withPositions(plan, { offset: 1, every: 2 }))).toBe(prints[2]);
  });

  it('says what it would need, with the rule and the schedule as data', () => {
    const changed = withSchedule(withPositions(plan, { every: 2 }), { warmUp: 3 });
    expect(() => compilePlan(changed, here)).toThrow(
      expect.objectContaining({
        code: 'TOKEN_STRENGTH_UNSUPPORTED',
        positions: { every: 2 },
        schedule: { warmUp: 3 },
        message:
          'The plan steers positions {"every":2} on schedule {"warmUp":3}; this model steers every position alike. ' +
          'Use a model that applies SteeringValues.tokenStrength and pass { tokenStrength: true }, or give the plan ' +
          'the positions "all" and the schedule "constant".',
      }),
    );
  });

  it('takes sites in one order, and tells equal numbers at other sites and layers apart', () => {
    const edit = { layer: 0, index: 0, gain: 1, bias: 0 } as const;
    const two = planFromEdits({
      edits: [
        { site: 'ffn', ...edit },
        { site: 'attention', ...edit },
      ],
      model: here,
    });
    expect(Object.keys(compilePlan(two, here).sites)).toEqual(['attention', 'ffn']);
    const square = { ...here, widths: { ffn: 4, residual: 4 } };
    const of = (
      site: 'ffn' | 'residual',
      change: { gain: number; bias: number; layers?: number },
    ): string => {
      const { layers = 3, ...numbers } = change;
      const model = { ...square, layers };
      const edits = [{ site, layer: 0, index: 0, ...numbers }];
      return compilePlan(planFromEdits({ edits, model }), model).fingerprint;
    };
    const prints = [
      of('ffn', { gain: 1, bias: 0 }),
      of('ffn', { gain: 0, bias: 1 }),
      of('residual', { gain: 1, bias: 0 }),
      of('ffn', { gain: 1, bias: 0, layers: 4 }),
    ];
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('refuses a number beyond 32-bit floats', () => {
    expect(() => compilePlan(withStrength(plan, 1e39), here)).toThrow(
      expect.objectContaining({ code: 'NON_FINITE', message: expect.stringContaining('gain of ffn.0.0') }),
    );
    const shifted = planFromEdits({
      edits: [{ site: 'ffn', layer: 2, index: 3, gain: 0, bias: -1e39 }],
      model: here,
    });
    expect(() => compilePlan(shifted, here)).toThrow(
      'The bias of ffn.2.3 at strength 1, as a 32-bit float, is -Infinity; expected a finite number. Lower the strength.',
    );
  });
});

describe('checkPlan', () => {
  const byToken = withPositions(plan, { tokens: [2] });
  it('compares tokenizers where a rule names token ids', () => {
    expect(checkPlan(byToken, here).warnings).toEqual([]);
    expect(checkPlan(byToken, model).warnings[0]).toContain('not known whether the tokenizers');
    expect(() => checkPlan(byToken, { ...here, tokenizerSha256: 'dd44' })).toThrow(
      expect.objectContaining({ code: 'MODEL_MISMATCH', property: 'tokenizer' }),
    );
    expect(checkPlan(plan, { ...here, tokenizerSha256: 'dd44' }).warnings).toEqual([]);
  });

  it('says which weights it does not know, and which differ', () => {
    const made = 'The plan was made for "tiny"; this is "other", and';
    const other = { ...here, name: 'other' };
    const { weightsSha256: _, ...unknown } = other;
    const { weightsSha256: __, ...without } = plan.model;
    const warningsOf = (of: typeof plan, model: typeof unknown) => checkPlan(of, model).warnings;
    expect(warningsOf(plan, other)).toEqual([]);
    expect(warningsOf(plan, { ...other, weightsSha256: '0123456789abcdef' } as typeof other)).toEqual([
      `${made} its weights differ (aa11… there, 0123456789ab… here).`,
    ]);
    const notKnown = `${made} it is not known whether the weights are the same.`;
    expect(warningsOf(plan, unknown)).toEqual([notKnown]);
    expect(warningsOf({ ...plan, model: without }, other)).toEqual([notKnown]);
    expect(warningsOf({ ...plan, model: without }, unknown)).toEqual([notKnown]);
  });

  it('does not know the tokenizer where either side has none', () => {
    const unknown = [
      'The position rule names token ids, and it is not known whether the tokenizers are the same.',
    ];
    expect(checkPlan(byToken, model).warnings).toEqual(unknown);
    expect(checkPlan({ ...byToken, model }, here).warnings).toEqual(unknown);
  });
});
