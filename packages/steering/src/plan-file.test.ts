import { readFileSync } from 'node:fs';
import { readSafetensors, type SafetensorsEntry, writeSafetensors } from '@austeer/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { model, planArbitrary } from '../test/arbitraries.ts';
import { planFromSafetensors, planToSafetensors } from './plan-file.ts';
import { parsePositionRule, parseStrengthSchedule } from './position-rule.ts';
import { planFromEdits } from './steering-plan.ts';

const golden = (name: string): Uint8Array =>
  readFileSync(new URL(`../test/goldens/${name}`, import.meta.url));
const schema: object = JSON.parse(
  readFileSync(new URL('../plan-header.schema.json', import.meta.url), 'utf8'),
);
const headerOf = (bytes: Uint8Array): Record<string, unknown> =>
  JSON.parse(readSafetensors(bytes).metadata.austeer!);

const plan = planFromEdits({
  edits: [
    { site: 'ffn', layer: 0, index: 1, gain: 0.5, bias: 0 },
    { site: 'ffn', layer: 1, index: 1, gain: 0.5, bias: 0, strength: 3 },
  ],
  model: { ...model, tokenizerSha256: 'cc33' },
  positions: { include: ['generated'], exclude: [{ tokens: [2] }] },
  schedule: { halfLife: 10 },
});

/** The file with another header, or other tensors. */
function changed(
  bytes: Uint8Array,
  header: Record<string, unknown>,
  tensors: Record<string, SafetensorsEntry> = {},
): Uint8Array {
  return writeSafetensors({
    metadata: { austeer: JSON.stringify({ ...headerOf(bytes), ...header }) },
    tensors: { ...Object.fromEntries(readSafetensors(bytes).tensors), ...tensors },
  });
}

describe('plan file', () => {
  it('carries rules, schedules and strengths of edits exactly', () => {
    fc.assert(
      fc.property(planArbitrary({ everywhere: false }), (any) => {
        const bytes = planToSafetensors(any);
        expect(planFromSafetensors(bytes)).toEqual(any);
        expect(planToSafetensors(planFromSafetensors(bytes))).toEqual(bytes);
      }),
    );
    expect(planFromSafetensors(planToSafetensors(plan))).toEqual(plan);
  });

  it('reads a file that version 1 of the format wrote', () => {
    expect(planFromSafetensors(golden('plan-v1.safetensors'))).toEqual({
      model: {
        name: 'tiny',
        architecture: 'llama',
        layers: 3,
        widths: { attention: 6, ffn: 4 },
        weightsSha256: 'aa11',
      },
      positions: 'all',
      schedule: 'constant',
      strength: 7.5,
      edits: [
        { site: 'ffn', layer: 2, index: 1, gain: -0.9, bias: 0 },
        { site: 'attention', layer: 0, index: 5, gain: 0, bias: 0.1 },
      ],
      provenance: { task: 'boolq' },
    });
  });

  const bytes = planToSafetensors(plan);
  const doubles = (...numbers: number[]): SafetensorsEntry => ({
    dtype: 'F64',
    shape: [numbers.length],
    data: Float64Array.from(numbers),
  });
  const floats: SafetensorsEntry = { dtype: 'F32', shape: [2], data: new Float32Array(2) };
  const units = (shape: number[], ...numbers: number[]): SafetensorsEntry => ({
    dtype: 'I32',
    shape,
    data: Int32Array.from(numbers),
  });
  const table = 'its tensors are not units I32 [n, 3]';
  const named = (change: Record<string, unknown>) =>
    changed(bytes, { model: { ...(headerOf(bytes).model as object), ...change } });
  const none = doubles();
  it.each<[string, Uint8Array, string]>([
    [
      'a version 1 with a schedule',
      changed(bytes, { version: 1, positions: 'all' }),
      'rule "all" is not known in version 1',
    ],
    [
      'a strength that is no number',
      changed(bytes, { strength: '2' }),
      'its strength is not a finite number',
    ],
    ['no strength', changed(bytes, { strength: null }), 'its strength is not a finite number'],
    ['no model', changed(bytes, { model: undefined }), 'it names no model'],
    ['a model without a name', named({ name: undefined }), 'it names no model'],
    ['a model of no architecture', named({ architecture: 3 }), 'it names no model'],
    ['a model of no layers', named({ layers: 0 }), 'it names no model'],
    ['a model of half a layer', named({ layers: 2.5 }), 'it names no model'],
    ['a model without widths', named({ widths: null }), 'it names no model'],
    ['a width that is none', named({ widths: { ffn: 4, attention: -1 } }), 'it names no model'],
    ['no sites', changed(bytes, { sites: 'ffn' }), 'it lists no sites'],
    ['an unknown site', changed(bytes, { sites: ['head'] }), 'edit 0 is at an unknown site'],
    ['units of another type', changed(bytes, {}, { units: floats }), table],
    ['units of two columns', changed(bytes, {}, { units: units([2, 2], 0, 0, 0, 0) }), table],
    ['gains of another type', changed(bytes, {}, { gain: floats }), table],
    ['biases of another type', changed(bytes, {}, { bias: floats }), table],
    ['strengths of another type', changed(bytes, {}, { strength: floats }), table],
    ['gains in a square', changed(bytes, {}, { gain: { ...doubles(0, 0), shape: [2, 1] } }), table],
    ['biases in a square', changed(bytes, {}, { bias: { ...doubles(0, 0), shape: [2, 1] } }), table],
    ['no edits', changed(bytes, {}, { units: units([0, 3]), gain: none, bias: none, strength: none }), table],
    [
      'an edit twice',
      changed(bytes, {}, { units: units([2, 3], 0, 1, 1, 0, 1, 1) }),
      'edit 1 (attention.1.1) is not a unit that is edited once',
    ],
    [
      'a header that is a list',
      writeSafetensors({ metadata: { austeer: '[]' }, tensors: {} }),
      'names no steering plan',
    ],
    [
      'a header that is nothing',
      writeSafetensors({ metadata: { austeer: 'null' }, tensors: {} }),
      'names no steering plan',
    ],
    ['no header', writeSafetensors({ metadata: {}, tensors: {} }), 'names no steering plan'],
    ['something else', new Uint8Array(4), 'p is not a usable'],
    ['a rule that there is not', changed(bytes, { positions: 'some' }), 'its position rule is "some"'],
    ['a schedule that there is not', changed(bytes, { schedule: {} }), 'its strength schedule is {}'],
    ['no schedule', changed(bytes, { schedule: undefined }), 'its strength schedule is undefined'],
    ['an unknown key', changed(bytes, { when: 'always' }), 'unknown key "when"'],
    ['a rule in version 1', changed(bytes, { version: 1 }), 'not known in version 1'],
    ['a tensor more', changed(bytes, {}, { other: doubles(1, 2) }), 'perhaps strength'],
    ['too few strengths', changed(bytes, {}, { strength: doubles(1) }), 'perhaps strength'],
    ['a strength that is not finite', changed(bytes, {}, { strength: doubles(1, Number.NaN) }), 'finite'],
  ])('refuses %s', (_, file, problem) => {
    expect(() => planFromSafetensors(file, { path: 'p' })).toThrow(
      expect.objectContaining({ code: 'FILE_FORMAT', message: expect.stringContaining(problem) }),
    );
    expect(() => planFromSafetensors(file)).toThrow(/^bytes /);
  });

  it('says how such a file is made, and ends a refused rule with one stop', () => {
    const refusal = (file: Uint8Array) => () => planFromSafetensors(file, { path: 'p' });
    expect(refusal(changed(bytes, { sites: 1 }))).toThrow(/Write it with `austeer plan create`/);
    expect(refusal(changed(bytes, { positions: 'some' }))).not.toThrow(/\.\./);
  });

  it('leaves out a hash that is no text, and strengths where every edit has that of the plan', () => {
    const odd = named({ weightsSha256: 1, tokenizerSha256: null });
    expect(Object.keys(planFromSafetensors(odd).model).sort()).toEqual([
      'architecture',
      'layers',
      'name',
      'widths',
    ]);
    const alike = planFromEdits({ edits: [plan.edits[0]!], model });
    expect([...readSafetensors(planToSafetensors(alike)).tensors.keys()].sort()).toEqual([
      'bias',
      'gain',
      'units',
    ]);
  });
});

describe('plan-header.schema.json', () => {
  const ajv = new Ajv2020({ strict: true, strictTuples: false });
  const valid = ajv.compile(schema);

  it('holds for every header that is written, and for that of version 1', () => {
    fc.assert(
      fc.property(planArbitrary({ everywhere: false }), (any) => {
        valid(headerOf(planToSafetensors(any)));
        expect(valid.errors).toBeNull();
      }),
    );
    expect(valid(headerOf(golden('plan-v1.safetensors')))).toBe(true);
  });

  it.each<Record<string, unknown>>([
    { format: 'other' },
    { version: 3 },
    { version: 1 },
    { model: {} },
    { schedule: undefined },
    { strength: '1' },
    { sites: ['mlp'] },
    { when: 'always' },
  ])('refuses the change %j', (change) => {
    expect(valid({ ...headerOf(planToSafetensors(plan)), ...change })).toBe(false);
  });

  const accepts = (parse: () => unknown): boolean => {
    try {
      parse();
      return true;
    } catch {
      return false;
    }
  };
  const near = fc.oneof(
    fc.constantFrom<unknown>('all', 'prompt', 'lastPromptToken', 'constant', 'some', null, 3, []),
    fc.dictionary(
      fc.constantFrom(
        ...['every', 'offset', 'of', 'window', 'tokens', 'text', 'characters', 'trigger', 'in', 'occurrence'],
        ...['include', 'exclude', 'warmUp', 'halfLife', 'floor'],
      ),
      fc.constantFrom<unknown>(
        0,
        1,
        2,
        -1,
        0.5,
        '',
        'all',
        'prompt',
        'last',
        [],
        [1],
        [0, 2],
        [-1, null],
        ['all'],
      ),
      { maxKeys: 3 },
    ),
  );
  it.each([
    ['positionRule', parsePositionRule],
    ['strengthSchedule', parseStrengthSchedule],
  ] as const)('takes for a %s what the program takes', (name, parse) => {
    const validPart = ajv.getSchema(`urn:austeer:plan-header#/$defs/${name}`)!;
    fc.assert(
      fc.property(near, (value) => {
        expect(validPart(value)).toBe(accepts(() => parse(value)));
      }),
      { numRuns: 5000 },
    );
  });
});
