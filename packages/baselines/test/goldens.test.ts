import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createAusteerMethod,
  createCaaMethod,
  createItiMethod,
  createSadiMethod,
  createStaMethod,
  readSparseAutoencoder,
} from '@austeer/baselines';
import { readSafetensors, safetensorsFloats, writeSafetensors } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { fitLogisticRegression } from '../src/logistic-regression.ts';
import { recordedModel } from './recorded-model.ts';

// Made by tooling/baselines/reference.py (NumPy and scikit-learn; versions in its requirements.txt).
const GOLDENS = join(import.meta.dirname, 'goldens');

type Place = [layer: number, index: number];
interface Direction {
  readonly direction: number[];
  readonly deviation: [ddof0: number, ddof1: number];
}
interface Goldens {
  readonly shape: {
    pairs: number;
    layers: number;
    headSize: number;
    widths: Record<'attention' | 'ffn' | 'ffnInner' | 'residual', number>;
  };
  readonly questionTokens: number;
  readonly seed: number;
  readonly saeLayer: number;
  readonly austeer: Record<
    'attention' | 'ffn',
    Record<'momentum' | 'difference', { units: Place[]; gains: number[] }>
  >;
  readonly iti: {
    fold: 0 | 1 | null;
    leaky: boolean;
    order: Place[];
    heads: { layer: number; head: number; accuracy: number; com: Direction; probe: Direction }[];
  }[];
  readonly caa: Record<'paper' | 'sta-repo', number[]>;
  readonly sadi: Record<'head' | 'headLegacy' | 'hidden' | 'neuron', Place[]> & { headDifferences: number[] };
  readonly sta: {
    jump: boolean;
    keepFraction: number;
    mask: 'amplitude-and-frequency' | 'amplitude' | 'frequency';
    atoms: number[];
    vector: number[];
  }[];
  readonly probes: { x: number[][]; weights: number[]; intercept: number }[];
}

const goldens = JSON.parse(readFileSync(join(GOLDENS, 'methods.json'), 'utf8')) as Goldens;
const bytes = readFileSync(join(GOLDENS, 'activations.safetensors'));
const entries = readSafetensors(bytes).tensors;
const tensors = new Map(
  [...entries].map(([name, entry]) => [name, { data: safetensorsFloats(entry), shape: entry.shape }]),
);
const { model, pairs } = recordedModel({ ...goldens, tensors });
const fitOn = { model, pairs, seed: goldens.seed };

/** Directions agree within 1e-5, as the issue asks. */
function expectClose(given: ArrayLike<number>, expected: readonly number[]): void {
  expect(given.length).toBe(expected.length);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - given[i]!)), 0);
  expect(worst).toBeLessThan(1e-5);
}

describe('AUSteer equals the reference', () => {
  it.each([
    ['attention', 'momentum'],
    ['attention', 'difference'],
    ['ffn', 'momentum'],
    ['ffn', 'difference'],
  ] as const)('at %s by %s', async (site, ranking) => {
    const fitted = await createAusteerMethod({ sites: [site], ranking }).fit(fitOn);
    const { units, gains } = goldens.austeer[site][ranking];
    const { edits } = fitted.plan({ budget: units.length, strength: 1 });
    expect(edits.map(({ layer, index }) => [layer, index])).toEqual(units);
    expectClose(
      edits.map(({ gain }) => gain),
      gains,
    );
  });
});

describe('ITI equals the reference', () => {
  const cases = goldens.iti.flatMap((golden) =>
    (['com', 'probe'] as const).flatMap((direction) =>
      ([0, 1] as const).map((ddof) => ({ golden, direction, ddof, ...golden })),
    ),
  );
  it.each(cases)('$direction, ddof $ddof, fold $fold, leaky $leaky', async (options) => {
    const { golden, direction, ddof, fold, leaky } = options;
    const method = createItiMethod({ direction, ddof, leaky, fold: fold ?? undefined });
    const { heads } = await method.fit(fitOn);
    expect(heads.map(({ layer, head }) => [layer, head])).toEqual(golden.order);
    for (const head of heads) {
      const expected = golden.heads.find((one) => one.layer === head.layer && one.head === head.head)!;
      expect(head.accuracy).toBeCloseTo(expected.accuracy, 12);
      expectClose(head.direction, expected[direction].direction);
      expectClose([head.deviation], [expected[direction].deviation[ddof]]);
    }
  });

  it('draws a direction of length 1 for each head where it is random', async () => {
    const { heads } = await createItiMethod({ direction: 'random' }).fit(fitOn);
    const [first, second] = heads;
    expectClose([Math.hypot(...first!.direction)], [1]);
    expect(second!.direction).not.toEqual(first!.direction);
    expect(heads.map(({ layer, head }) => [layer, head])).toEqual(goldens.iti[0]!.order);
  });
});

describe('CAA equals the reference', () => {
  it.each(['paper', 'sta-repo'] as const)('%s', async (variant) => {
    const { vectors } = await createCaaMethod({ variant }).fit(fitOn);
    expectClose(vectors, goldens.caa[variant]);
  });

  it('adds the vector of the layer from the last prompt token on, or everywhere', async () => {
    const fitted = await createCaaMethod().fit(fitOn);
    const plan = fitted.plan({ strength: 2, layer: 3 });
    const { residual } = goldens.shape.widths;
    expectClose(
      plan.edits.map(({ bias }) => bias),
      goldens.caa.paper.slice(3 * residual, 4 * residual),
    );
    expect(plan.positions).toEqual({ include: ['lastPromptToken', 'generated'] });
    expect((await createCaaMethod({ variant: 'sta-repo' }).fit(fitOn)).plan({ strength: 1 }).positions).toBe(
      'all',
    );
  });

  it('has the mean length of several behaviours in each layer', async () => {
    const opposite = pairs.map((pair) => ({
      ...pair,
      positive: pair.negative,
      negative: pair.positive,
    }));
    const one = pairs.slice(0, 1);
    const [own, other] = [
      await createCaaMethod().fit(fitOn),
      await createCaaMethod().fit({ ...fitOn, pairs: one }),
    ];
    const normalized = await createCaaMethod({ otherBehaviours: [one, opposite] }).fit(fitOn);
    const { layers, widths } = goldens.shape;
    const lengthOf = (vectors: Float64Array, layer: number): number =>
      Math.hypot(...vectors.subarray(layer * widths.residual, (layer + 1) * widths.residual));
    for (let layer = 0; layer < layers; layer++) {
      const [a, b] = [lengthOf(own.vectors, layer), lengthOf(other.vectors, layer)];
      expectClose([lengthOf(normalized.vectors, layer)], [(a + b + a) / 3]);
    }
  });

  it('reads the token before the last where asked', async () => {
    const longer = pairs.map((pair) => ({
      ...pair,
      positive: [...pair.positive, 1],
      negative: [...pair.negative, 1],
    }));
    const { vectors } = await createCaaMethod({ token: -2 }).fit({ ...fitOn, pairs: longer });
    expectClose(vectors, goldens.caa.paper);
  });
});

describe('SADI equals the reference', () => {
  it.each(['head', 'hidden', 'neuron'] as const)('%s', async (component) => {
    const { components } = await createSadiMethod({ component }).fit(fitOn);
    expect(components.map(({ layer, index }) => [layer, index])).toEqual(goldens.sadi[component]);
    if (component === 'head') {
      expectClose(
        components.map(({ difference }) => difference),
        goldens.sadi.headDifferences,
      );
    }
  });

  it('with the released index arithmetic puts heads into other layers', async () => {
    const { components } = await createSadiMethod({ legacyIndexing: true }).fit(fitOn);
    expect(components.map(({ layer, index }) => [layer, index])).toEqual(goldens.sadi.headLegacy);
    expect(goldens.sadi.headLegacy).not.toEqual(goldens.sadi.head);
  });

  it('leaves out what the released driver leaves out', async () => {
    const long = { ...pairs[0]!, positive: Array.from({ length: 701 }, () => 1) };
    const { facts } = await createSadiMethod({ variant: 'official' }).fit({
      ...fitOn,
      pairs: [long, ...pairs.slice(1)],
    });
    expect(facts).toMatchObject({ pairs: pairs.length - 1, pairsTooLong: 1 });
  });
});

describe('STA equals the reference', () => {
  const matrices = ['W_enc', 'b_enc', 'W_dec', 'b_dec'];
  it.each(goldens.sta)('jump $jump, $mask, keeps $keepFraction', async (golden) => {
    const { jump, keepFraction, mask } = golden;
    const wanted = [...matrices, ...(jump ? ['threshold'] : [])];
    const file = writeSafetensors({
      tensors: Object.fromEntries(wanted.map((name) => [name, entries.get(name)!])),
    });
    const autoencoder = await readSparseAutoencoder(file);
    const method = createStaMethod({ autoencoder, layer: goldens.saeLayer, keepFraction, mask });
    const { atoms, vector } = await method.fit(fitOn);
    expect(atoms).toEqual(golden.atoms);
    expectClose(vector, golden.vector);
  });
});

describe('logistic regression equals scikit-learn', () => {
  it.each(goldens.probes)('on $x.length rows', ({ x, weights, intercept }) => {
    const probe = fitLogisticRegression({
      features: Float64Array.from(x.flat()),
      columns: x[0]!.length,
      labels: Uint8Array.from(x, (_, row) => row % 2),
    });
    expectClose(probe.weights, weights);
    expectClose([probe.intercept], [intercept]);
  });
});
