/**
 * The invariants of the design on random decoders, under random plans, rules, batches and lengths. A failure names its
 * seed and path; `AUSTEER_SEED` and `AUSTEER_PATH` replay it, and `AUSTEER_RUNS` tries more than the few of a test run.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ModelMismatchError,
  type PairActivations,
  type RowActivations,
  type RowSteering,
  SITES,
  type Site,
  type SteeringValues,
  type TokenPair,
} from '@austeer/core';
import { createMomentumCounter, mergeCounts } from '@austeer/localize';
import { bakeGguf, openGguf } from '@austeer/onnx';
import { type DecoderSizes, tinyDecoder } from '@austeer/onnx/testing';
import { type LoadedModel, loadModel } from '@austeer/runtime';
import {
  compilePlan,
  type PlanEdit,
  planFromEdits,
  planFromSafetensors,
  planToSafetensors,
  readPromptText,
  resolveStrengths,
} from '@austeer/steering';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { llamaOracle } from '../../onnx/test/llama-oracle.ts';
import { ruleArbitrary, scheduleArbitrary } from '../../steering/test/arbitraries.ts';

const { AUSTEER_SEED: seed, AUSTEER_PATH: path, AUSTEER_SLOW_TESTS: slow } = process.env;
const { AUSTEER_RUNS: runs = slow === '1' ? '300' : '8' } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'austeer-random-models-'));
afterAll(() => rmSync(folder, { recursive: true }));

const VOCABULARY = 260;
/** Blocks of quantized matrices. */
const BLOCK = 32;
/** Of 32-bit floats, relative to the root mean square or 1, whichever is more. */
const ROUNDING = 3e-4;
/** Where activations are rounded to 8 bits, and sums of other lengths round otherwise. */
const EIGHT_BITS = 0.25;

const sizes: fc.Arbitrary<DecoderSizes> = fc
  .record({
    layers: fc.integer({ min: 1, max: 4 }),
    hidden: fc.constantFrom(32, 64, 96),
    inner: fc.constantFrom(32, 64, 128),
    kvHeads: fc.integer({ min: 1, max: 3 }),
    group: fc.integer({ min: 1, max: 3 }),
    headSize: fc.constantFrom(16, 32, 48),
  })
  .filter(({ kvHeads, group, headSize }) => (kvHeads * group * headSize) % BLOCK === 0)
  .map(({ group, ...rest }) => ({
    ...rest,
    heads: rest.kvHeads * group,
    contextLength: 128,
    vocabulary: VOCABULARY,
  }));

const decoder = fc.record({
  sizes,
  architecture: fc.constantFrom('llama', 'llama', 'qwen2', 'qwen3', 'gemma2', 'gemma3'),
  type: fc.constantFrom('F32', 'F16', 'Q4_0', 'Q4_1', 'Q8_0'),
  precision: fc.constantFrom('fp32', 'fp32', 'fp32', '4bit', '8bit'),
  window: fc.constantFrom(3, 8),
  rotaryFactor: fc.constantFrom(1, 2),
  seed: fc.nat(1e6),
});
type Decoder = typeof decoder extends fc.Arbitrary<infer Value> ? Value : never;

const hundredths = (most: number) => fc.integer({ min: -100 * most, max: 100 * most }).map((x) => x / 100);
const number = hundredths(1.5);
const plan = fc.record({
  edits: fc.array(
    fc.record({ site: fc.constantFrom(...SITES), place: fc.nat(), gain: number, bias: number }),
    { minLength: 1, maxLength: 16 },
  ),
  strength: hundredths(2),
  positions: ruleArbitrary,
  schedule: scheduleArbitrary,
});
type Draw = typeof plan extends fc.Arbitrary<infer Value> ? Value : never;

// Low ids, so that rules about tokens meet them, among all others.
const token = fc.oneof(fc.nat(3), fc.nat(VOCABULARY - 5));
const tokens = (minLength: number, maxLength: number) => fc.array(token, { minLength, maxLength });
const world = fc.record({
  decoder,
  plans: fc.tuple(plan, plan),
  rows: fc.array(fc.record({ prompt: tokens(1, 20), plan: fc.constantFrom(0, 1, undefined) }), {
    minLength: 1,
    maxLength: 4,
  }),
  batchSize: fc.integer({ min: 1, max: 4 }),
  pairs: fc.array(fc.record({ prefix: tokens(0, 16), ends: fc.tuple(tokens(1, 4), tokens(1, 4)) }), {
    minLength: 2,
    maxLength: 4,
  }),
});
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

function bytesOf({
  sizes: of,
  architecture,
  type,
  window,
  rotaryFactor,
  seed: weights,
}: Decoder): Uint8Array {
  const key = (name: string): string => `${architecture}.${name}`;
  return tinyDecoder({
    architecture,
    sizes: of,
    type,
    seed: weights,
    metadata: {
      [key('rope.dimension_count')]: of.headSize,
      [key('attention.key_length')]: of.headSize,
      [key('attention.value_length')]: of.headSize,
      ...(architecture.startsWith('gemma') && { [key('attention.sliding_window')]: window }),
      ...(rotaryFactor !== 1 && {
        [key('rope.scaling.type')]: 'linear',
        [key('rope.scaling.factor')]: rotaryFactor,
      }),
    },
  });
}

/** A plan of the draw for a model, each unit once, at the sites given. */
function planOf(draw: Draw, model: LoadedModel, sites: readonly Site[] = SITES) {
  const { layers, widths } = model.identity;
  const byUnit = new Map<string, PlanEdit>();
  for (const { site, place, gain, bias } of draw.edits) {
    const [layer, index] = [place % layers, Math.floor(place / layers) % widths[site]!];
    if (sites.includes(site)) byUnit.set(`${site} ${layer} ${index}`, { site, layer, index, gain, bias });
  }
  const edits = [...byUnit.values()];
  return edits.length === 0 ? undefined : planFromEdits({ ...draw, edits, model: model.identity });
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** Largest difference, relative to the root mean square of what is expected or 1. */
function difference(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(given.length).toBe(expected.length);
  const numbers = Array.from(expected);
  const scale = Math.max(1, Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length));
  return numbers.reduce((most, x, at) => Math.max(most, Math.abs(x - given[at]!)), 0) / scale;
}

/** A model, its plans and rows, and how exact it is. */
async function open(drawn: World, file: string) {
  writeFileSync(file, bytesOf(drawn.decoder));
  const { precision } = drawn.decoder;
  const model = await loadModel({ model: file, precision, threads: 1, cacheDirectory: `${file}.cache` });
  const plans = drawn.plans.map((draw) => planOf(draw, model)!);
  const compiled = plans.map((each) => compilePlan(each, model.identity, { tokenStrength: true }));
  const prompts = drawn.rows.map(({ prompt }) => prompt);
  const steering = drawn.rows.map(({ plan: at }) => (at === undefined ? undefined : compiled[at]!));
  const tolerance = precision === 'fp32' ? ROUNDING : EIGHT_BITS;
  return { drawn, file, model, plans, compiled, prompts, steering, tolerance };
}
type Opened = Awaited<ReturnType<typeof open>>;

const candidates = [[7], [11, 4], [200]];
async function scores(model: LoadedModel, prompts: Opened['prompts'], steering?: RowSteering) {
  const items = prompts.map((prompt) => ({ prompt, candidates }));
  return (await model.score(items, { steering })).map(({ logProbabilities }) => logProbabilities);
}

const invariants: Record<string, (opened: Opened) => Promise<void>> = {
  async '1. edits of nothing leave every bit as it is'({ model, drawn, prompts }) {
    const nothing = (sites: readonly Site[]) => {
      const edits = drawn.plans[0].edits.map((edit) => ({ ...edit, gain: 0, bias: 0 }));
      const none = planOf({ ...drawn.plans[0], edits }, model, sites);
      return none && compilePlan(none, model.identity, { tokenStrength: true });
    };
    const plain = await scores(model, prompts);
    const inside = nothing(['attention', 'ffn', 'ffnInner']);
    expect(await scores(model, prompts, inside)).toEqual(plain);
  },

  async '2. decoding with a cache is a full forward of the same tokens'(opened) {
    const { model, prompts, steering, tolerance, drawn } = opened;
    const { batchSize } = drawn;
    const answers = await model.generate(prompts, { maxNewTokens: 4, steering, ignoreEnd: true, batchSize });
    for (const [row, { tokens: answer }] of answers.entries()) {
      expect(answer).toHaveLength(4);
      for (const [step, chosen] of answer.entries()) {
        const before = answer.slice(0, step);
        const rivals = [chosen, ...Array.from({ length: 12 }, (_, at) => (at * 21 + step) % VOCABULARY)];
        const item = { prompt: prompts[row]!, candidates: rivals.map((rival) => [...before, rival]) };
        const [scored] = await model.score([item], { steering: [steering[row]] });
        const [own, ...others] = scored!.logProbabilities;
        // Tokens within the rounding may change places.
        const scale = Math.max(1, Math.abs(own!));
        expect(Math.max(...others) - own!).toBeLessThanOrEqual(2 * tolerance * scale);
      }
    }
  },

  async '3. a row of a batch is the row alone'({ model, prompts, steering, tolerance, drawn }) {
    const { batchSize } = drawn;
    const options = { sites: SITES, positions: 'all' } as const;
    const together = await collect(model.capture(prompts, { ...options, steering, batchSize }));
    const scored = await scores(model, prompts, steering);
    for (const [row, prompt] of prompts.entries()) {
      const [alone] = await collect(model.capture([prompt], { ...options, steering: [steering[row]] }));
      for (const site of SITES) {
        const [given, expected] = [together[row]!.activations[site]!, alone!.activations[site]!];
        expect(given.shape).toEqual(expected.shape);
        expect(difference(given.data, expected.data)).toBeLessThanOrEqual(tolerance);
      }
      const [score] = await scores(model, [prompt], [steering[row]]);
      expect(difference(scored[row]!, score!)).toBeLessThanOrEqual(tolerance);
    }
  },

  async '4. captures and edits are those of a plain forward pass'({ model, drawn, file, prompts, steering }) {
    const { architecture, precision, rotaryFactor, sizes: of } = drawn.decoder;
    if (architecture !== 'llama' || precision !== 'fp32' || rotaryFactor !== 1) return;
    const options = { sites: SITES, positions: 'all', steering } as const;
    const captured: RowActivations[] = await collect(model.capture(prompts, options));
    const gguf = await openGguf(file);
    for (const [row, prompt] of prompts.entries()) {
      const values = steering[row];
      const strengths = strengthsOf(model, values, prompt);
      const oracle = await llamaOracle(
        gguf,
        prompt,
        (site, layer, numbers, position) => {
          const edit = values?.sites[site];
          if (edit === undefined) return numbers;
          const at = layer * numbers.length;
          const m = strengths[position]!;
          return numbers.map((x, i) => x * (1 + m * edit.gain[at + i]!) + m * edit.bias[at + i]!);
        },
        of,
      );
      for (const site of SITES) {
        // [layers, tokens, width] there, [tokens, layers, width] here.
        const expected = prompt.flatMap((_, position) => oracle[site].flatMap((layer) => layer[position]!));
        expect(difference(captured[row]!.activations[site]!.data, expected)).toBeLessThanOrEqual(ROUNDING);
      }
    }
  },

  async '5. counts of any partition are counts of the whole; a shared prefix changes nothing'(opened) {
    const { model, drawn, tolerance } = opened;
    const pairs = drawn.pairs.map(({ prefix, ends: [positive, negative] }, at): TokenPair => {
      return { id: `${at}`, positive: [...prefix, ...positive], negative: [...prefix, ...negative] };
    });
    const captured: PairActivations[] = await collect(model.capturePairs(pairs, { sites: SITES }));
    for (const [at, { positive, negative }] of pairs.entries()) {
      const alone = await collect(model.capture([positive, negative], { sites: SITES }));
      for (const site of SITES) {
        const { positive: right, negative: wrong } = captured[at]!;
        expect(difference(right[site]!.data, alone[0]!.activations[site]!.data)).toBeLessThanOrEqual(
          tolerance,
        );
        expect(difference(wrong[site]!.data, alone[1]!.activations[site]!.data)).toBeLessThanOrEqual(
          tolerance,
        );
      }
    }
    const count = (some: readonly PairActivations[]) => {
      const counter = createMomentumCounter({ sites: SITES });
      for (const pair of some) counter.add(pair);
      return counter.counts();
    };
    const [first, ...rest] = captured;
    expect(mergeCounts([count(rest.reverse()), count([first!])])).toEqual(count(captured));
  },

  async '6. baking is steering'({ model, drawn, file, prompts }) {
    // Rules and the gains of the residual stream have no place in weights.
    const always = { ...drawn.plans[0], positions: 'all', schedule: 'constant' } as const;
    const plan = planOf(always, model, ['attention', 'ffn', 'ffnInner']);
    if (plan === undefined || drawn.decoder.precision !== 'fp32') return;
    const steering = compilePlan(plan, model.identity);
    const baked = `${file}.baked.gguf`;
    await bakeGguf({ file: await openGguf(file), steering, path: baked, columnType: 'F32' });
    const steered = (await scores(model, prompts, steering)).flat();
    const plain = (await scores(model, prompts)).flat();
    const copy = await loadModel({ model: baked, threads: 1, cacheDirectory: `${file}.cache` });
    const given = (await scores(copy, prompts)).flat();
    await copy.dispose();
    // Scales of blocks are 16-bit floats: eleven bits each.
    const rounding = drawn.decoder.type === 'F32' ? ROUNDING : 3e-3 + 0.01 * difference(steered, plain);
    expect(difference(given, steered)).toBeLessThanOrEqual(rounding);
  },

  async '9. nothing that was passed is changed'({ model, prompts, steering }) {
    const seen = () =>
      JSON.stringify([prompts, steering], (_, value) =>
        value instanceof Float32Array ? Array.from(value) : value,
      );
    const before = seen();
    await model.generate(prompts, { maxNewTokens: 2, steering });
    await scores(model, prompts, steering);
    expect(seen()).toBe(before);
  },

  async '10. a plan comes back from its file, and refuses another model'({ model, plans, compiled }) {
    const read = planFromSafetensors(planToSafetensors(plans[0]!));
    const again = compilePlan(read, model.identity, { tokenStrength: true });
    expect(again.fingerprint).toBe(compiled[0]!.fingerprint);
    const { layers, widths } = model.identity;
    const others = [
      { ...model.identity, layers: layers + 1 },
      { ...model.identity, architecture: 'other' },
      ...read.edits.map(({ site }) => {
        return { ...model.identity, widths: { ...widths, [site]: widths[site]! + 1 } };
      }),
    ];
    for (const other of others) {
      expect(() => compilePlan(read, other, { tokenStrength: true })).toThrow(ModelMismatchError);
    }
  },
};

function strengthsOf(model: LoadedModel, values: SteeringValues | undefined, prompt: readonly number[]) {
  if (values?.tokenStrength === undefined) return Float32Array.from(prompt, () => 1);
  const promptText = readPromptText(prompt, model.tokenizer!);
  return resolveStrengths(values.tokenStrength, { prompt, promptText });
}

it(`random models keep every invariant of the design (${runs} of them)`, async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      const file = join(folder, `${made++}.gguf`);
      const opened = await open(drawn, file);
      try {
        for (const [name, holds] of Object.entries(invariants)) {
          try {
            await holds(opened);
          } catch (cause) {
            throw new Error(`${name}: ${(cause as Error).message}`, { cause });
          }
        }
      } finally {
        await opened.model.dispose();
        for (const end of ['', '.cache', '.baked.gguf'])
          rmSync(`${file}${end}`, { recursive: true, force: true });
      }
    }),
    {
      numRuns: Number(runs),
      // A smaller model that fails is not easier to read than its seed.
      endOnFailure: true,
      ...(seed !== undefined && { seed: Number(seed) }),
      ...(path !== undefined && { path }),
    },
  );
}, 900_000);
