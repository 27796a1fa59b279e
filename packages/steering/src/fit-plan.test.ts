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

  it('refuses a number beyond 32-bit floats', () => {
    expect(() => compilePlan(withStrength(plan, 1e39), here)).toThrow(
      expect.objectContaining({ code: 'NON_FINITE', message: expect.stringContaining('gain of ffn.0.0') }),
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
});
