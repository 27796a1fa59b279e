import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { model, planArbitrary } from '../../test/arbitraries.ts';
import { compilePlan } from '../fit-plan.ts';
import {
  type PlanEdit,
  planFromEdits,
  type SteeringPlan,
  withPositions,
  withSchedule,
} from '../steering-plan.ts';
import { planFromControlVector, planToControlVector } from './control-vector.ts';
import { planFromCsv, planToCsv } from './csv.ts';
import { planToLmEval } from './lm-eval.ts';
import { planFromSvec, planToSvec } from './svec.ts';

interface Peers {
  readonly repeng: { readonly file: string; readonly directions: Readonly<Record<string, number[]>> };
  readonly lmEval: { readonly sha256: string; readonly content: unknown };
}
const peers: Peers = JSON.parse(
  readFileSync(new URL('../../test/goldens/peers.json', import.meta.url), 'utf8'),
);

const bias: PlanEdit = { site: 'residual', layer: 1, index: 2, gain: 0, bias: 0.5 };
const planOf = (...edits: PlanEdit[]): SteeringPlan => planFromEdits({ edits, model });
/** Plans that every format of vectors can carry; their numbers are sure to be in the range of 32-bit floats. */
const biases = planArbitrary({ sites: ['residual'], biasOnly: true, layers: [1] });

/** What a plan does to a model, −0 as 0. */
function effects(plan: SteeringPlan): unknown {
  const { sites } = compilePlan(plan, model);
  return Object.fromEntries(
    Object.entries(sites).map(([site, { gain, bias: shift }]) => [
      site,
      [Array.from(gain, (x) => x + 0), Array.from(shift, (x) => x + 0)],
    ]),
  );
}
const addsSomething = (plan: SteeringPlan): boolean =>
  compilePlan(plan, model).sites.residual!.bias.some((x) => x !== 0);

describe.each<[string, (plan: SteeringPlan) => unknown]>([
  ['GGUF control vector', planToControlVector],
  ['.svec file', planToSvec],
  ['lm-eval steering file', planToLmEval],
])('a %s', (format, write) => {
  it.each<[string, SteeringPlan, string]>([
    ['gains', planOf(bias, { ...bias, index: 0, gain: 0.5 }), 'gains, and the plan scales residual.1.0'],
    ['attention', planOf({ ...bias, site: 'attention' }), 'edits at attention'],
    ['a position rule', withPositions(planOf(bias), 'prompt'), 'the position rule "prompt"'],
    ['a schedule', withSchedule(planOf(bias), { warmUp: 2 }), 'the strength schedule {"warmUp":2}'],
  ])('refuses %s', (_, plan, what) => {
    expect(() => write(plan)).toThrow(
      expect.objectContaining({ code: 'FORMAT_LOSS', format, what: expect.stringContaining(what) }),
    );
  });

  it('refuses a number beyond 32-bit floats', () => {
    expect(() => write(planOf({ ...bias, bias: 1e39 }))).toThrow('as a 32-bit float');
  });
});

describe('control vector', () => {
  const { directions } = peers.repeng;
  const file = Buffer.from(peers.repeng.file, 'base64');
  const wide = { ...model, layers: 12, widths: { residual: 5 } };

  it('reads what repeng wrote, number by number', () => {
    const { plan, warnings } = planFromControlVector(file, { model: wide });
    expect(warnings).toEqual([]);
    expect(plan.edits).toEqual(
      Object.entries(directions).flatMap(([layer, numbers]) =>
        numbers.flatMap((number, index) =>
          number === 0 ? [] : [{ site: 'residual', layer: Number(layer), index, gain: 0, bias: number }],
        ),
      ),
    );
  });

  it('writes the bytes that repeng writes', () => {
    const { plan } = planFromControlVector(file, { model: wide });
    expect(Buffer.from(planToControlVector(plan)).equals(file)).toBe(true);
  });

  it('round trip does the same to a model, and writes the same bytes', () => {
    fc.assert(
      fc.property(biases.filter(addsSomething), (plan) => {
        const bytes = planToControlVector(plan);
        const again = planFromControlVector(bytes, { model }).plan;
        expect(effects(again)).toEqual(effects(plan));
        expect(effects(planFromControlVector(planToControlVector(again), { model }).plan)).toEqual(
          effects(plan),
        );
      }),
    );
  });

  it('refuses the first layer, as llama.cpp does', () => {
    expect(() => planToControlVector(planOf({ ...bias, layer: 0 }))).toThrow('llama.cpp refuses');
  });

  it('refuses a model that it does not fit, and warns of another type', () => {
    expect(() => planFromControlVector(file, { model })).toThrow('width of residual is 5 there, and 4 here');
    expect(() => planFromControlVector(file, { model: { ...wide, layers: 11 } })).toThrow('layers is 12');
    expect(planFromControlVector(file, { model: { ...wide, architecture: 'qwen2' } }).warnings).toEqual([
      'The vector was made for a model of type "llama"; "tiny" is of type "qwen2".',
    ]);
    expect(() => planFromControlVector(file, { model: { ...wide, widths: {} } })).toThrow('residual');
  });

  const changed = (from: string, to: string): Uint8Array =>
    Buffer.from(file.toString('latin1').replace(from, to), 'latin1');
  it.each<[string, Uint8Array, string]>([
    ['another format', Buffer.from('GGML'), 'does not begin with GGUF'],
    ['an empty file', Buffer.alloc(0), 'does not begin with GGUF'],
    ['another version', changed('GGUF\x03', 'GGUF\x09'), 'version 9'],
    ['a model', changed('controlvector', 'llamacontrols'), '"llamacontrols", not'],
    ['another tensor', changed('direction.1', 'directiom.1'), '"directiom.1" is not'],
    ['layer 0', changed('direction.1', 'direction.0'), '"direction.0" is not'],
    ['a layer twice', changed('direction.2', 'direction.1'), '"direction.1" twice'],
    ['half a file', file.subarray(0, 400), 'ends at byte'],
    ['half a header', file.subarray(0, 100), 'ends at byte 100'],
  ])('refuses %s', (_, bytes, problem) => {
    expect(() => planFromControlVector(bytes, { model: wide, path: 'v.gguf' })).toThrow(
      expect.objectContaining({ code: 'FILE_FORMAT', message: expect.stringContaining(problem) }),
    );
  });

  it('any damaged byte gives a typed error or a valid plan', () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = Uint8Array.from(file);
        damaged[at] = value;
        try {
          expect(planFromControlVector(damaged, { model: wide }).plan.edits.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(FILE_FORMAT|MODEL_MISMATCH)$/) });
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('.svec', () => {
  it('round trip does the same to a model', () => {
    fc.assert(
      fc.property(biases.filter(addsSomething), (plan) => {
        expect(effects(planFromSvec(planToSvec(plan), { model, layers: [2] }).plan)).toEqual(effects(plan));
      }),
    );
  });

  const text = JSON.stringify({
    model_type: 'llama',
    directions: { 0: [9, 9, 9, 9], 1: [0, 0.25, 0, 0], 2: [1, 0, 0, -3] },
    explained_variances: { 0: 0.5 },
  });
  it('takes the layers asked for, each as the output of the layer before', () => {
    const { plan, warnings } = planFromSvec(text, { model, layers: [2, 1] });
    expect(warnings).toEqual([]);
    expect(plan.edits).toEqual([
      { site: 'residual', layer: 1, index: 0, gain: 0, bias: 1 },
      { site: 'residual', layer: 1, index: 3, gain: 0, bias: -3 },
      { site: 'residual', layer: 0, index: 1, gain: 0, bias: 0.25 },
    ]);
  });

  it.each<[string, string, number[], string]>([
    ['no JSON', '{', [1], 'not JSON'],
    ['other JSON', '[]', [1], 'no model_type and directions'],
    ['layer 0', text, [0], 'layer 0 is the input of the model'],
    ['a layer that it lacks', text, [3], 'layers of the file from 1 (1, 2)'],
    ['a text for a vector', text.replace('[1,0,0,-3]', '"x"'), [2], 'not a list of numbers'],
    ['a number too large', text.replace('-3', '1e99'), [2], 'number 3 of layer 1 is Infinity'],
    ['no layer', text, [], 'adds nothing at layers none'],
    ['another width', text.replace('[1,0,0,-3]', '[1]'), [2], 'width of residual'],
  ])('refuses %s', (_, content, layers, problem) => {
    expect(() => planFromSvec(content, { model, layers })).toThrow(problem);
  });

  it('refuses to write the last layer’s output', () => {
    expect(() => planToSvec(planOf({ ...bias, layer: 2 }))).toThrow('last layer');
  });
});

describe('CSV', () => {
  it('round trip is exact', () => {
    fc.assert(
      fc.property(planArbitrary(), (plan) => {
        expect(effects(planFromCsv(planToCsv(plan), { model }))).toEqual(effects(plan));
      }),
    );
    const own = planOf(bias, { ...bias, index: 0, gain: 0.1, strength: -1 / 3 });
    expect(planFromCsv(planToCsv(own), { model }).edits).toEqual(own.edits);
  });

  it('takes columns in any order, missing ones, and Windows line ends', () => {
    const { edits } = planFromCsv('layer, site ,index,bias\r\n1,residual,2,0.5\r\n\r\n', { model });
    expect(edits).toEqual([bias]);
  });

  it.each([
    ['an unknown column', 'site,layer,index,weight\n', 'its first line names the columns'],
    ['no index', 'site,layer\n', 'its first line names the columns'],
    ['a column twice', 'site,layer,index,index\n', 'its first line names the columns'],
    ['a short line', 'site,layer,index\nffn,1\n', 'x.csv, line 2'],
    ['a word for a number', 'site,layer,index\nffn,1,2\nffn,one,2\n', 'x.csv, line 3'],
    ['an unknown site', 'site,layer,index\nmlp,1,2\n', 'site is "mlp"'],
    ['a unit beyond the model', 'site,layer,index\nffn,9,2\n', 'a layer from 0 to 2'],
    ['nothing', 'site,layer,index\n', 'none given'],
  ])('refuses %s', (_, text, problem) => {
    expect(() => planFromCsv(text, { model, path: 'x.csv' })).toThrow(problem);
  });

  it('refuses a position rule', () => {
    expect(() => planToCsv(withPositions(planOf(bias), 'prompt'))).toThrow('the position rule "prompt"');
  });
});

describe('lm-eval', () => {
  it('writes the file that PyTorch read, with weights_only', () => {
    // tooling/peer-files/write-plan.mjs makes the same plan; peers.json says what torch.load found in its file.
    const plan = planFromEdits({
      model: { name: 'tiny', architecture: 'llama', layers: 3, widths: { ffn: 4, residual: 4 } },
      strength: 2,
      edits: [
        { site: 'residual', layer: 2, index: 1, gain: 0, bias: 0.1 },
        { site: 'residual', layer: 2, index: 3, gain: 0, bias: -7 },
        { site: 'ffn', layer: 0, index: 0, gain: 0, bias: 0.25 },
      ],
    });
    expect(createHash('sha256').update(planToLmEval(plan)).digest('hex')).toBe(peers.lmEval.sha256);
    const hook = { steering_coefficient: 1, action: 'add', bias: null, head_index: null };
    expect(peers.lmEval.content).toEqual({
      'layers.0.mlp': { ...hook, steering_vector: [0.5, 0, 0, 0] },
      'layers.2': { ...hook, steering_vector: [0, Math.fround(0.2), 0, -14] },
    });
  });

  it('names modules as the model does', () => {
    const text = new TextDecoder('latin1').decode(planToLmEval(planOf(bias), { layersModule: 'h' }));
    expect(text).toContain('h.1');
    expect(text).not.toContain('layers');
  });
});
