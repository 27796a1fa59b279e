import type { ModelIdentity, Site } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffPlans, mergePlans } from './combine-plans.ts';
import { describePlan } from './describe-plan.ts';
import { parseEditRow } from './edit-row.ts';
import { checkPlan, compilePlan } from './fit-plan.ts';
import { planFromSafetensors, planToSafetensors } from './plan-file.ts';
import {
  createPlan,
  type PlanEdit,
  planFromEdits,
  type ScoredUnit,
  type SteeringPlan,
  withStrength,
} from './steering-plan.ts';

const model: ModelIdentity = Object.freeze({
  name: 'tiny',
  architecture: 'llama',
  layers: 3,
  widths: Object.freeze({ attention: 6, ffn: 4 }),
  weightsSha256: 'aa11',
});
const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const editArbitrary: fc.Arbitrary<PlanEdit> = fc.record({
  site: fc.constantFrom<Site>('attention', 'ffn'),
  layer: fc.nat(2),
  index: fc.nat(3),
  gain: finite,
  bias: finite,
});
const planArbitrary = fc
  .record({
    edits: fc.uniqueArray(editArbitrary, {
      minLength: 1,
      selector: ({ site, layer, index }) => `${site} ${layer} ${index}`,
    }),
    strength: finite,
  })
  .map(({ edits, strength }): SteeringPlan => {
    for (const edit of edits) Object.freeze(edit);
    return planFromEdits({
      edits: Object.freeze(edits),
      strength,
      model,
      provenance: Object.freeze({ task: 'boolq', seed: 1 }),
    });
  });
const ranking: readonly ScoredUnit[] = Object.freeze([
  { site: 'ffn', layer: 2, index: 1, score: 0.9, sign: -1 },
  { site: 'attention', layer: 0, index: 5, score: 0.8, sign: 1 },
]);

describe('createPlan', () => {
  const first = ranking[0]!;
  it('takes the first k, γ = α·sign·s', () => {
    const plan = createPlan({ ranking, k: 2, alpha: 10, model });
    const { sites } = compilePlan(plan, model);
    expect(sites.ffn!.gain[2 * 4 + 1]).toBe(-9);
    expect(sites.attention!.gain[5]).toBe(8);
    expect([...sites.ffn!.gain, ...sites.attention!.gain].filter((gain) => gain !== 0)).toHaveLength(2);
    expect([...sites.ffn!.bias, ...sites.attention!.bias].every((bias) => bias === 0)).toBe(true);
  });

  it.each<[string, Partial<Parameters<typeof createPlan>[0]>, string]>([
    ['k of 0', { k: 0 }, 'k is 0; expected a whole number from 1 to 2, the units that were ranked.'],
    ['k beyond the ranking', { k: 3 }, 'from 1 to 2'],
    ['half a unit', { k: 1.5 }, 'k is 1.5'],
    ['an α that is not finite', { alpha: Number.NaN }, 'strength (α) is NaN'],
    [
      'no units',
      { ranking: [] },
      'Ranked units: none given; expected at least one. No unit differs between right and wrong answers in these pairs.',
    ],
    ['a layer beyond the model', { ranking: [{ ...first, layer: 3 }] }, 'a layer from 0 to 2'],
    ['a layer below the model', { ranking: [{ ...first, layer: -1 }] }, 'a layer from 0 to 2'],
    ['half a layer', { ranking: [{ ...first, layer: 0.5 }] }, 'a layer from 0 to 2'],
    ['an index beyond the width', { ranking: [{ ...first, index: 4 }] }, 'an index of ffn from 0 to 3'],
    ['an index below 0', { ranking: [{ ...first, index: -1 }] }, 'an index of ffn from 0 to 3'],
    ['half an index', { ranking: [{ ...first, index: 1.5 }] }, 'an index of ffn from 0 to 3'],
    ['another site', { ranking: [{ ...first, site: 'residual' }] }, 'a site of the model (attention, ffn)'],
    [
      'a score beyond numbers',
      { ranking: [{ ...first, score: Infinity }] },
      'a finite gain, bias and strength',
    ],
  ])('refuses %s', (_, change, problem) => {
    expect(() => createPlan({ ranking, k: 1, alpha: 1, model, ...change })).toThrow(problem);
  });

  it('refuses a unit edited twice', () => {
    const edit: PlanEdit = { site: 'ffn', layer: 0, index: 0, gain: 1, bias: 0 };
    expect(() => planFromEdits({ edits: [edit, edit], model })).toThrow('a unit that is edited once');
    expect(() => planFromEdits({ edits: [], model })).toThrow('Edits of the plan: none given');
  });
});

describe('plan file', () => {
  it('round trip is exact, and equal plans give equal bytes', () => {
    fc.assert(
      fc.property(planArbitrary, (plan) => {
        const bytes = planToSafetensors(plan);
        expect(planFromSafetensors(bytes)).toEqual(plan);
        expect(planToSafetensors(planFromSafetensors(bytes))).toEqual(bytes);
      }),
    );
  });

  it('any damaged byte gives a typed error or a valid plan', () => {
    const bytes = planToSafetensors(createPlan({ ranking, k: 2, alpha: 10, model }));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = bytes.slice();
        damaged[at] = value;
        try {
          compilePlan(planFromSafetensors(damaged), planFromSafetensors(damaged).model);
        } catch (error) {
          // A damaged exponent can be a valid double that no 32-bit float holds.
          expect(error).toMatchObject({ code: expect.stringMatching(/^(FILE_FORMAT|NON_FINITE)$/) });
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('names a file of another kind and a newer version', () => {
    const bytes = planToSafetensors(createPlan({ ranking, k: 1, alpha: 1, model }));
    const change = (from: string, to: string): Uint8Array => {
      const text = new TextDecoder('latin1').decode(bytes);
      expect(text).toContain(from);
      return Uint8Array.from(text.replace(from, to), (character) => character.charCodeAt(0));
    };
    expect(() => planFromSafetensors(change('austeer-plan', 'austeer-plum'), { path: 'p' })).toThrow(
      'p is not a usable steering plan',
    );
    expect(() => planFromSafetensors(change('version\\":2', 'version\\":7'))).toThrow(
      'version 7; this program reads 1 and 2',
    );
  });
});

describe('checkPlan', () => {
  const plan = createPlan({ ranking, k: 2, alpha: 1, model });
  it.each([
    ['architecture', { architecture: 'gemma2' }],
    ['layers', { layers: 4 }],
    ['width of ffn', { widths: { attention: 6, ffn: 5 } }],
    ['width of attention', { widths: { ffn: 4 } }],
  ])('refuses another %s', (property, change) => {
    expect(() => checkPlan(plan, { ...model, ...change })).toThrow(
      expect.objectContaining({ code: 'MODEL_MISMATCH', property }),
    );
    expect(() => compilePlan(plan, { ...model, ...change })).toThrow(property);
  });

  it('warns of other weights of the same shape', () => {
    expect(checkPlan(plan, model).warnings).toEqual([]);
    expect(checkPlan(plan, { ...model, weightsSha256: 'bb22' }).warnings[0]).toContain('weights differ');
    const { weightsSha256: _, ...unknown } = model;
    expect(checkPlan(plan, unknown).warnings[0]).toContain('not known');
  });
});

describe('compilePlan', () => {
  it('puts every edit in its place at the plan’s strength, and nothing else', () => {
    fc.assert(
      fc.property(planArbitrary, (plan) => {
        const { sites, layers } = compilePlan(plan, model);
        expect(layers).toBe(3);
        const expected = new Map(
          plan.edits.map((edit) => [`${edit.site} ${edit.layer} ${edit.index}`, edit]),
        );
        for (const [site, { gain, bias }] of Object.entries(sites)) {
          const width = model.widths[site as Site]!;
          for (let unit = 0; unit < gain.length; unit++) {
            const edit = expected.get(`${site} ${Math.floor(unit / width)} ${unit % width}`);
            expect(gain[unit]! + 0).toBe(Math.fround(plan.strength * (edit?.gain ?? 0)) + 0);
            expect(bias[unit]! + 0).toBe(Math.fround(plan.strength * (edit?.bias ?? 0)) + 0);
          }
        }
      }),
    );
  });

  it('gives equal numbers an equal fingerprint, and others another', () => {
    const plan = createPlan({ ranking, k: 2, alpha: 2, model });
    const twice = planFromEdits({
      edits: plan.edits.map((edit) => ({ ...edit, gain: edit.gain * 2 })),
      model,
    });
    expect(compilePlan(twice, model).fingerprint).toBe(compilePlan(plan, model).fingerprint);
    expect(compilePlan(withStrength(plan, 3), model).fingerprint).not.toBe(
      compilePlan(plan, model).fingerprint,
    );
  });
});

describe('mergePlans', () => {
  it('does what its parts do together, in any order', () => {
    fc.assert(
      fc.property(planArbitrary, planArbitrary, (a, b) => {
        const values = compilePlan(mergePlans([a, b]), model).sites;
        const swapped = compilePlan(mergePlans([b, a]), model).sites;
        for (const site of ['attention', 'ffn'] as const) {
          const [first, second] = [compilePlan(a, model).sites[site], compilePlan(b, model).sites[site]];
          for (let unit = 0; unit < (values[site]?.gain.length ?? 0); unit++) {
            const sum = (first?.gain[unit] ?? 0) + (second?.gain[unit] ?? 0);
            expect(Math.abs(values[site]!.gain[unit]! - sum)).toBeLessThanOrEqual(
              1e-6 * (Math.abs(first?.gain[unit] ?? 0) + Math.abs(second?.gain[unit] ?? 0)),
            );
            expect(values[site]!.gain[unit]).toBe(swapped[site]!.gain[unit]);
          }
        }
      }),
    );
  });

  it('adds gains of the same unit exactly', () => {
    const edit: PlanEdit = { site: 'ffn', layer: 0, index: 0, gain: 0.25, bias: 1 };
    const a = planFromEdits({ edits: [edit], model, strength: 2 });
    const b = planFromEdits({ edits: [{ ...edit, gain: -1 }], model, strength: 0.5 });
    expect(mergePlans([a, b]).edits).toEqual([{ ...edit, gain: 0, bias: 2.5 }]);
    expect(() => mergePlans([])).toThrow('none given');
    expect(() => mergePlans([a, { ...b, model: { ...model, layers: 9 } }])).toThrow('layers is 3');
  });
});

describe('diffPlans and describePlan', () => {
  const a = createPlan({ ranking, k: 1, alpha: 4, model });
  const b = createPlan({ ranking, k: 2, alpha: 2, model });
  it('tells what differs', () => {
    expect(diffPlans(a, b)).toMatchObject({
      onlyFirst: [],
      onlySecond: [{ site: 'attention' }],
      both: [{ unit: 'ffn.2.1', first: { gain: -3.6 }, second: { gain: -1.8 } }],
      jaccard: 0.5,
    });
  });

  it('tells the ranges of many edits, at the strength of the plan', () => {
    const edits = [0.5, -2, 1].map(
      (gain, index): PlanEdit => ({ site: 'ffn', layer: index % 2, index, gain, bias: -3 * gain }),
    );
    expect(describePlan(planFromEdits({ edits, model, strength: 2 })).sites).toEqual([
      { site: 'ffn', edits: 3, perLayer: [2, 1, 0], gain: [-4, 2], bias: [-6, 12] },
    ]);
  });

  it('counts by site and layer', () => {
    expect(describePlan(b)).toEqual({
      edits: 2,
      strength: 2,
      positions: 'all',
      schedule: 'constant',
      sites: [
        { site: 'attention', edits: 1, perLayer: [1, 0, 0], gain: [1.6, 1.6], bias: [0, 0] },
        { site: 'ffn', edits: 1, perLayer: [0, 0, 1], gain: [-1.8, -1.8], bias: [0, 0] },
      ],
    });
  });
});

describe('parseEditRow', () => {
  const place = { path: 'edits.jsonl', line: 7 };
  it('fills in what is left out', () => {
    expect(parseEditRow({ site: 'ffn', layer: 1, index: 2, bias: 3 }, place)).toEqual({
      site: 'ffn',
      layer: 1,
      index: 2,
      gain: 0,
      bias: 3,
    });
  });

  it('keeps a strength that is given', () => {
    const row = { site: 'ffn', layer: 1, index: 2, gain: 1, bias: 0, strength: 3 };
    expect(parseEditRow(row, place)).toEqual(row);
    expect(() => parseEditRow({ ...row, strength: '3' }, place)).toThrow('strength is not a finite number');
  });

  it.each([
    ['a list', [], 'it is not an object'],
    ['nothing', null, 'it is not an object'],
    ['a text', 'ffn', 'it is not an object'],
    [
      'an unknown site',
      { site: 'mlp', layer: 0, index: 0 },
      'site is "mlp", not one of attention, ffn, ffnInner, residual',
    ],
    [
      'a bias beyond numbers',
      { site: 'ffn', layer: 0, index: 0, bias: Infinity },
      'bias is not a finite number',
    ],
    ['no layer', { site: 'ffn', index: 0 }, 'layer is not a finite number'],
    ['a text for a gain', { site: 'ffn', layer: 0, index: 0, gain: '1' }, 'gain is not a finite number'],
  ])('refuses %s and names the line', (_, value, problem) => {
    expect(() => parseEditRow(value, place)).toThrow('edits.jsonl, line 7 is not a usable edits file');
    expect(() => parseEditRow(value, place)).toThrow(
      'Write {"site": "ffn", "layer": 0, "index": 0, "gain": 0.5, "bias": 0}.',
    );
    expect(() => parseEditRow(value, place)).toThrow(problem);
  });
});
