import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { model, planArbitrary } from '../test/arbitraries.ts';
import { negatePlan, restrictPlan, scalePlan } from './change-plan.ts';
import { diffPlans, mergePlans, PlanConflictError } from './combine-plans.ts';
import { compilePlan } from './fit-plan.ts';
import {
  type PlanEdit,
  planFromEdits,
  type SteeringPlan,
  withPositions,
  withSchedule,
} from './steering-plan.ts';

/** Gain and bias of every unit as doubles, in one order. */
function numbers(plan: SteeringPlan): Map<string, number> {
  return new Map(
    plan.edits.flatMap(({ site, layer, index, gain, bias, strength = 1 }) =>
      Object.entries({ gain, bias }).map(([kind, number]): [string, number] => [
        `${site}.${layer}.${index} ${kind}`,
        plan.strength * strength * number,
      ]),
    ),
  );
}

/** Rounding of a few operations; below 1e-300 doubles have fewer digits. */
function expectClose(a: SteeringPlan, b: SteeringPlan, scale: SteeringPlan[]): void {
  const [first, second] = [numbers(a), numbers(b)];
  expect([...first.keys()].sort()).toEqual([...second.keys()].sort());
  const sizes = scale.map(numbers);
  for (const [unit, number] of first) {
    const size = sizes.reduce((sum, plan) => sum + Math.abs(plan.get(unit) ?? 0), 0);
    expect(Math.abs(number - second.get(unit)!)).toBeLessThanOrEqual(1e-14 * size + 1e-300);
  }
}

const plans = planArbitrary();

describe('algebra', () => {
  it('sum is commutative and associative, scaling distributes over it', () => {
    fc.assert(
      fc.property(plans, plans, plans, fc.double({ min: -8, max: 8, noNaN: true }), (a, b, c, factor) => {
        expectClose(mergePlans([a, b]), mergePlans([b, a]), []);
        expectClose(mergePlans([mergePlans([a, b]), c]), mergePlans([a, mergePlans([b, c])]), [a, b, c]);
        const [scaledA, scaledB] = [scalePlan(a, factor), scalePlan(b, factor)];
        expectClose(scalePlan(mergePlans([a, b]), factor), mergePlans([scaledA, scaledB]), [
          scaledA,
          scaledB,
        ]);
      }),
    );
  });

  it('a plan and its negation cancel, and twice negated is the plan', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(negatePlan(negatePlan(plan))).toEqual(plan);
        for (const number of numbers(mergePlans([plan, negatePlan(plan)])).values())
          expect(number + 0).toBe(0);
      }),
    );
  });

  it('the parts by layer add up to the plan', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const used = [...new Set(plan.edits.map(({ layer }) => layer))];
        const parts = used.map((layer) => restrictPlan(plan, { layers: [layer] }));
        expectClose(mergePlans(parts), plan, []);
      }),
    );
  });

  it('restrict keeps the order, and takes sites and layers before the top', () => {
    const edit = (site: PlanEdit['site'], layer: number): PlanEdit => ({
      site,
      layer,
      index: 0,
      gain: 1,
      bias: 0,
    });
    const edits = [edit('ffn', 2), edit('attention', 1), edit('ffn', 1), edit('ffn', 0)];
    const plan = planFromEdits({ edits, model, strength: 3, positions: 'prompt' });
    expect(restrictPlan(plan, { sites: ['ffn'], layers: [0, 1], top: 1 })).toEqual({
      ...plan,
      edits: [edit('ffn', 1)],
    });
    expect(restrictPlan(plan, { top: 2 }).edits).toEqual(edits.slice(0, 2));
    expect(restrictPlan(plan, { top: 99 })).toEqual(plan);
    expect(() => restrictPlan(plan, { sites: ['residual'] })).toThrow(
      'Edits at these sites and layers: none given; expected at least one. See which the plan has with describePlan or `austeer plan show`.',
    );
    for (const layer of [3, -1, 0.5, Number.NaN]) {
      expect(() => restrictPlan(plan, { layers: [layer] })).toThrow(
        `layers is ${layer}; expected layers from 0 to 2.`,
      );
    }
    for (const top of [0, 1.5]) {
      expect(() => restrictPlan(plan, { top })).toThrow(`top is ${top}; expected a whole number ≥ 1.`);
    }
    expect(() => scalePlan(plan, Number.POSITIVE_INFINITY)).toThrow('finite');
  });

  it('strengths of edits multiply the plan’s', () => {
    const edit: PlanEdit = { site: 'ffn', layer: 0, index: 0, gain: 0.5, bias: 1, strength: 3 };
    const plan = planFromEdits({ edits: [edit], model, strength: 2 });
    expect(compilePlan(plan, model).sites.ffn).toMatchObject({ gain: { 0: 3 }, bias: { 0: 6 } });
    expect(mergePlans([plan]).edits).toEqual([{ site: 'ffn', layer: 0, index: 0, gain: 3, bias: 6 }]);
    expect(() => planFromEdits({ edits: [{ ...edit, strength: Number.NaN }], model })).toThrow('finite');
    expect(planFromEdits({ edits: [{ ...edit, strength: 1 }], model }).edits[0]).not.toHaveProperty(
      'strength',
    );
  });
});

describe('conflicts', () => {
  const edit = { site: 'ffn', layer: 0, index: 0, gain: 1, bias: 0 } as const;
  const a = planFromEdits({ edits: [edit], model });
  const b = planFromEdits({
    edits: [
      { ...edit, gain: 4 },
      { ...edit, index: 1 },
    ],
    model,
  });

  it('are summed, won by the first, or refused', () => {
    expect(mergePlans([a, b]).edits.map(({ gain }) => gain)).toEqual([5, 1]);
    expect(mergePlans([a, b], { conflicts: 'priority' }).edits.map(({ gain }) => gain)).toEqual([1, 1]);
    expect(mergePlans([b, a], { conflicts: 'priority' }).edits.map(({ gain }) => gain)).toEqual([4, 1]);
    expect(() => mergePlans([a, b], { conflicts: 'error' })).toThrow(PlanConflictError);
    expect(() => mergePlans([a, b], { conflicts: 'error' })).toThrow('disagree on ffn.0.0');
    const apart = restrictPlan({ ...b, edits: b.edits.slice(1) }, {});
    expect(mergePlans([a, apart], { conflicts: 'error' }).edits).toHaveLength(2);
  });

  it('tell what to do', () => {
    expect(() => mergePlans([a, b], { conflicts: 'error' })).toThrow(
      expect.objectContaining({
        code: 'PLAN_CONFLICT',
        subject: 'ffn.0.0',
        message:
          'The plans disagree on ffn.0.0: {"gain":1,"bias":0} against {"gain":4,"bias":0}. ' +
          'Merge with conflicts `sum` or `priority`, or restrict one plan.',
      }),
    );
    expect(() => mergePlans([a, withSchedule(a, { warmUp: 2 })])).toThrow(
      'The plans disagree on schedule: "constant" against {"warmUp":2}. ' +
        'Give them the same with `withPositions` and `withSchedule`.',
    );
    expect(() => mergePlans([])).toThrow('Plans to merge: none given');
    expect(() => mergePlans([a, { ...b, model: { ...model, architecture: 'gemma2' } }])).toThrow(
      expect.objectContaining({ code: 'MODEL_MISMATCH', property: 'architecture' }),
    );
    expect(() => diffPlans(a, { ...b, model: { ...model, layers: 9 } })).toThrow('The first plan');
  });

  it('keep where the parts came from', () => {
    const from = (task: string) => planFromEdits({ edits: [edit], model, provenance: { task } });
    expect(mergePlans([from('one'), from('two')]).provenance).toEqual({
      merged: [{ task: 'one' }, { task: 'two' }],
    });
  });

  it('are counted by diffPlans, with the rules of both', () => {
    const more = planFromEdits({
      edits: [
        { ...edit, bias: 3 },
        { ...edit, layer: 1 },
        { ...edit, index: 2 },
      ],
      model,
    });
    const ruled = withSchedule(withPositions(more, 'prompt'), { warmUp: 2 });
    expect(diffPlans(b, ruled)).toEqual({
      onlyFirst: [{ ...edit, index: 1 }],
      onlySecond: [
        { ...edit, layer: 1 },
        { ...edit, index: 2 },
      ],
      both: [{ unit: 'ffn.0.0', first: { gain: 4, bias: 0 }, second: { gain: 1, bias: 3 } }],
      jaccard: 1 / 4,
      positions: ['all', 'prompt'],
      schedules: ['constant', { warmUp: 2 }],
    });
  });

  it('plans of different tokens are not one plan', () => {
    const prompt = withPositions(a, { window: [0, 2], of: 'prompt' });
    expect(() => mergePlans([a, prompt])).toThrow('disagree on positions: "all" against {"window":[0,2]');
    expect(() => mergePlans([a, withSchedule(a, { warmUp: 2 })])).toThrow('disagree on schedule');
    expect(mergePlans([prompt, prompt]).positions).toEqual(prompt.positions);
  });

  it('plans of other widths are not of one model, those of other sites are', () => {
    const other = { ...model, widths: { ffn: 5 } };
    expect(() => mergePlans([a, planFromEdits({ edits: [edit], model: other })])).toThrow(
      'width of ffn is 4',
    );
    const first = planFromEdits({ edits: [edit], model: { ...model, widths: { ffn: 4 } } });
    const second = planFromEdits({
      edits: [{ ...edit, site: 'ffnInner' }],
      model: { ...model, widths: { ffnInner: 9 } },
    });
    expect(mergePlans([first, second]).model.widths).toEqual({ ffn: 4, ffnInner: 9 });
  });
});

describe('withPositions and withSchedule', () => {
  const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 0, index: 0, gain: 1, bias: 0 }], model });
  it('leave the plan given alone and refuse what there is not', () => {
    expect(withPositions(plan, 'prompt')).toEqual({ ...plan, positions: 'prompt' });
    expect(withSchedule(plan, { warmUp: 2 })).toEqual({ ...plan, schedule: { warmUp: 2 } });
    expect(plan).toMatchObject({ positions: 'all', schedule: 'constant' });
    expect(() => withPositions(plan, { every: 0 })).toThrow('every as a whole number');
    expect(() => withSchedule(plan, { warmUp: 0 })).toThrow('warmUp');
    expect(() => planFromEdits({ ...plan, positions: { text: '' } })).toThrow('not empty');
  });
});
