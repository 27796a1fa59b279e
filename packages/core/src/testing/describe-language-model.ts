/**
 * What every {@link LanguageModel} must do, as a test suite (the design's invariants 1, 2, 3 and 9).
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PairActivations } from '../activations.ts';
import type { LanguageModel, TokenSequence } from '../language-model.ts';
import { createRandom } from '../random.ts';
import type { Site } from '../sites.ts';
import type { SteeringValues } from '../steering-values.ts';
import { randomSteering } from './random-steering.ts';

/** A model and how exact it is. */
export interface LanguageModelUnderTest {
  readonly name: string;
  load(): Promise<LanguageModel>;
  /** Tokens in [0, below) are used. */
  readonly tokensBelow: number;
  /** Largest difference of a log-probability between two ways of computing it. 1e-4 for 32-bit floats. */
  readonly tolerance: number;
  /**
   * Largest difference of activations between two ways of computing them, relative to their root mean
   * square. @default tolerance
   */
  readonly activationTolerance?: number;
  /** Sites to read and steer. */
  readonly sites: readonly Site[];
  /** Standard deviation of the gains that steer the tests. @default 0.3 */
  readonly spread?: number;
}

/**
 * Declares the suite.
 *
 * @example
 * ```ts
 * declare const loadMine: () => Promise<LanguageModel>;
 * describeLanguageModel({ name: 'mine', load: loadMine, tokensBelow: 1000, tolerance: 1e-4, sites: ['ffn'] });
 * ```
 */
export function describeLanguageModel(options: LanguageModelUnderTest): void {
  const {
    name,
    load,
    tokensBelow,
    tolerance,
    activationTolerance = tolerance,
    sites,
    spread = 0.3,
  } = options;
  const random = createRandom(77);
  const row = (length: number): TokenSequence =>
    Object.freeze(Array.from({ length }, () => random.integer(tokensBelow)));
  const rows = Object.freeze([row(5), row(17), row(1), row(9), row(17), row(12)]);

  describe(`${name} is a LanguageModel`, () => {
    let model: LanguageModel;
    let steering: SteeringValues;
    let other: SteeringValues;
    beforeAll(async () => {
      model = await load();
      steering = freezeSteering(randomSteering({ shape: model.identity, sites, seed: 5, spread }));
      other = freezeSteering(randomSteering({ shape: model.identity, sites, seed: 6, spread }));
    });
    afterAll(() => model.dispose());

    it('captures [layers, width] at the last token, rows in order', async () => {
      const captured = await collect(model.capture(rows, { sites }));
      expect(captured.map(({ row }) => row)).toEqual([...rows.keys()]);
      for (const site of sites) {
        expect(captured[0]!.activations[site]!.shape).toEqual([
          model.identity.layers,
          model.identity.widths[site],
        ]);
      }
    });

    it('captures every token, the last of them as alone', async () => {
      const last = await collect(model.capture(rows, { sites }));
      const all = await collect(model.capture(rows, { sites, positions: 'all' }));
      for (const [index, tokens] of rows.entries()) {
        for (const site of sites) {
          const whole = all[index]!.activations[site]!;
          expect(whole.shape[0]).toBe(tokens.length);
          const size = whole.data.length / tokens.length;
          expectClose(whole.data.subarray(-size), last[index]!.activations[site]!.data, activationTolerance);
        }
      }
    });

    it('captures the lowest layers alone as among all', async () => {
      const whole = await collect(model.capture(rows, { sites }));
      const lowest = await collect(model.capture(rows, { sites, layers: 1 }));
      for (const [index, { activations }] of lowest.entries()) {
        for (const site of sites) {
          const width = model.identity.widths[site]!;
          expect(activations[site]!.shape).toEqual([1, width]);
          const expected = whole[index]!.activations[site]!.data.subarray(0, width);
          expectClose(activations[site]!.data, expected, activationTolerance);
        }
      }
      for (const layers of [0, 0.5, model.identity.layers + 1]) {
        await expect(collect(model.capture(rows, { sites, layers }))).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
        });
      }
    });

    it('gives a row of a batch what it gives the row alone, whatever steers the others', async () => {
      const perRow = rows.map((_, index) => [undefined, steering, other][index % 3]);
      const together = await collect(model.capture(rows, { sites, steering: perRow }));
      for (const [index, tokens] of rows.entries()) {
        const [alone] = await collect(
          model.capture([tokens], { sites, ...(perRow[index] && { steering: perRow[index] }) }),
        );
        for (const site of sites) {
          expectClose(
            together[index]!.activations[site]!.data,
            alone!.activations[site]!.data,
            activationTolerance,
          );
        }
      }
    });

    it('captures pairs as it captures their texts', async () => {
      const prefix = row(11);
      const pairs = [
        { id: 'long prefix', positive: [...prefix, ...row(2)], negative: [...prefix, ...row(3)], label: 'a' },
        { id: 'no prefix', positive: row(6), negative: row(4) },
        { id: 'one begins the other', positive: prefix, negative: [...prefix, ...row(2)] },
      ];
      const captured: PairActivations[] = await collect(model.capturePairs(pairs, { sites }));
      expect(captured.map(({ id, label }) => [id, label])).toEqual(pairs.map(({ id, label }) => [id, label]));
      for (const [index, pair] of pairs.entries()) {
        const [positive, negative] = await collect(model.capture([pair.positive, pair.negative], { sites }));
        for (const site of sites) {
          const given = captured[index]!;
          expectClose(given.positive[site]!.data, positive!.activations[site]!.data, activationTolerance);
          expectClose(given.negative[site]!.data, negative!.activations[site]!.data, activationTolerance);
        }
      }
    });

    it('shows an edit in what it captures at the edited site', async () => {
      for (const site of sites) {
        const only: SteeringValues = { ...steering, sites: { [site]: steering.sites[site]! } };
        const [plain] = await collect(model.capture([rows[1]!], { sites: [site] }));
        const [edited] = await collect(model.capture([rows[1]!], { sites: [site], steering: only }));
        const width = model.identity.widths[site]!;
        const { gain, bias } = steering.sites[site]!;
        // The first layer's input is untouched, so its edit can be computed by hand.
        const expected = plain!.activations[site]!.data.slice(0, width).map(
          (x, i) => x * (1 + gain[i]!) + bias[i]!,
        );
        const given = edited!.activations[site]!.data.subarray(0, width);
        expectClose(given, expected, activationTolerance);
      }
    });

    it('steers the tokens that a rule selects, as strongly as its schedule says, row by row', async () => {
      const first = sites[0]!;
      const only = { ...steering, sites: { [first]: steering.sites[first]! } };
      const window: SteeringValues = {
        ...only,
        tokenStrength: { positions: { window: [1, 4], of: 'prompt' }, schedule: { warmUp: 2 } },
      };
      const strengths = [0, 0.5, 1, 1, 0];
      const [row, other] = [rows[1]!, rows[3]!];
      const plain = await collect(model.capture([row], { sites: [first], positions: 'all' }));
      const [edited, untouched] = await collect(
        model.capture([row, other], { sites: [first], positions: 'all', steering: [window, undefined] }),
      );
      const alone = await collect(model.capture([other], { sites: [first], positions: 'all' }));
      expectClose(
        untouched!.activations[first]!.data,
        alone[0]!.activations[first]!.data,
        activationTolerance,
      );
      const { layers } = model.identity;
      const width = model.identity.widths[first]!;
      const { gain, bias } = only.sites[first]!;
      for (const [token, strength] of strengths.entries()) {
        // The first layer reads nothing that was edited, so its edit can be computed by hand.
        const at = token * layers * width;
        const before = plain[0]!.activations[first]!.data.subarray(at, at + width);
        const expected = before.map((x, i) => x * (1 + strength * gain[i]!) + strength * bias[i]!);
        expectClose(edited!.activations[first]!.data.subarray(at, at + width), expected, activationTolerance);
      }
    });

    it('follows a rule through decoding as over the whole text, and tells where it steered', async () => {
      const rules = ['generated', 'prompt', { every: 2 }] as const;
      const steered = rules.map((positions): SteeringValues => {
        return { ...steering, tokenStrength: { positions, schedule: 'constant' } };
      });
      const prompts = [rows[0]!, rows[1]!, rows[3]!];
      const generated = await model.generate(prompts, {
        maxNewTokens: 4,
        steering: steered,
        ignoreEnd: true,
      });
      for (const [index, prompt] of prompts.entries()) {
        const { tokens, steeredPositions } = generated[index]!;
        const all = Array.from({ length: prompt.length + tokens.length - 1 }, (_, position) => position);
        const selected = [
          all.filter((position) => position >= prompt.length),
          all.filter((position) => position < prompt.length),
          all.filter((position) => position % 2 === 0),
        ][index];
        expect(steeredPositions).toEqual(selected);
        for (const [step, token] of tokens.entries()) {
          const before = tokens.slice(0, step);
          const rivals = [token, ...Array.from({ length: 8 }, () => random.integer(tokensBelow))];
          const [scored] = await model.score(
            [{ prompt, candidates: rivals.map((rival) => [...before, rival]) }],
            { steering: steered[index]! },
          );
          const [chosen, ...others] = scored!.logProbabilities;
          for (const rival of others) expect(chosen! - rival).toBeGreaterThan(-tolerance * 20);
        }
      }
      const plain = await model.generate(prompts, { maxNewTokens: 4, steering, ignoreEnd: true });
      const everywhere: SteeringValues = {
        ...steering,
        tokenStrength: { positions: 'all', schedule: 'constant' },
      };
      const same = await model.generate(prompts, { maxNewTokens: 4, steering: everywhere, ignoreEnd: true });
      expect(same.map(({ tokens }) => tokens)).toEqual(plain.map(({ tokens }) => tokens));
    });

    it('scores bit-identically under zero steering', async () => {
      const items = rows.map((prompt) => ({ prompt, candidates: [row(1), row(3)] }));
      const zero = freezeSteering(zeroSteering(steering));
      expect(await model.score(items, { steering: zero })).toEqual(await model.score(items));
    });

    it('scores an item of a batch as the item alone, whatever steers the others', async () => {
      const items = rows.map((prompt) => ({ prompt, candidates: [row(1), row(4), row(2)] }));
      const perRow = items.map((_, index) => [steering, undefined, other][index % 3]);
      const together = await model.score(items, { steering: perRow });
      for (const [index, item] of items.entries()) {
        const [alone] = await model.score([item], perRow[index] && { steering: perRow[index] });
        expectClose(together[index]!.logProbabilities, alone!.logProbabilities, tolerance);
      }
    });

    it('scores items that begin alike as each alone: what is computed once is computed right', async () => {
      const head = row(24);
      const items = [2, 5, 1, 3].map((own) => ({
        prompt: [...head, ...row(own)],
        candidates: [row(1), row(3), row(2)],
      }));
      for (const values of [undefined, steering]) {
        const together = await model.score(items, values && { steering: values });
        for (const [index, item] of items.entries()) {
          // Apart from the others, and each candidate apart: nothing is left to share.
          for (const [at, candidate] of item.candidates.entries()) {
            const apart = { ...item, candidates: [candidate] };
            const [alone] = await model.score([apart], values && { steering: values });
            expectClose([together[index]!.logProbabilities[at]!], alone!.logProbabilities, tolerance);
            expect(together[index]!.topToken).toBe(alone!.topToken);
          }
        }
      }
    });

    it('answers prompts that begin alike as each alone', async () => {
      const head = row(24);
      const prompts = [2, 4, 1].map((own) => [...head, ...row(own)]);
      const zero = freezeSteering(zeroSteering(steering));
      for (const perRow of [undefined, prompts.map(() => steering), [steering, undefined, zero]]) {
        const call = { maxNewTokens: 5, ignoreEnd: true };
        const together = await model.generate(prompts, { ...call, steering: perRow });
        for (const [index, prompt] of prompts.entries()) {
          const [alone] = await model.generate([prompt], { ...call, steering: perRow?.[index] });
          expect(together[index]!.tokens).toEqual(alone!.tokens);
        }
      }
    });

    it('gives probabilities: the chain rule holds', async () => {
      const [prompt, answer] = [rows[1]!, row(3)];
      const [whole] = await model.score([{ prompt, candidates: [answer] }]);
      let sum = 0;
      for (const [index, token] of answer.entries()) {
        const [step] = await model.score([
          { prompt: [...prompt, ...answer.slice(0, index)], candidates: [[token]] },
        ]);
        sum += step!.logProbabilities[0]!;
      }
      expectClose([sum], whole!.logProbabilities, tolerance * answer.length);
    });

    it('gives the probabilities of the whole vocabulary that scores are made of, where it gives any', async () => {
      if (model.logProbabilities === undefined) return;
      const perRow = rows.map((_, index) => [undefined, steering, other][index % 3]);
      const found = await collect(model.logProbabilities(rows, { steering: perRow }));
      expect(found.map(({ row: index }) => index)).toEqual([...rows.keys()]);
      for (const [index, tokens] of rows.entries()) {
        const { positions, logProbabilities } = found[index]!;
        expect(positions).toEqual([...tokens.keys()]);
        const [, vocabulary] = logProbabilities.shape;
        expect(logProbabilities.shape).toEqual([tokens.length, vocabulary]);
        const at = (position: number, token: number): number =>
          logProbabilities.data[position * vocabulary! + token]!;
        const last = logProbabilities.data.subarray((tokens.length - 1) * vocabulary!);
        expectClose([last.reduce((sum, x) => sum + Math.exp(x), 0)], [1], 1e-4);
        // Every token after the first, as the model alone scores it.
        if (tokens.length < 2) continue;
        const [scored] = await model.score(
          [{ prompt: tokens.slice(0, 1), candidates: [tokens.slice(1)] }],
          perRow[index] && { steering: perRow[index] },
        );
        const sum = tokens.slice(1).reduce((total, token, before) => total + at(before, token), 0);
        expectClose([sum], scored!.logProbabilities, tolerance * tokens.length);
      }
      const [chosen] = await collect(
        model.logProbabilities([rows[1]!], { positions: [[3, 0]], steering, batchSize: 1 }),
      );
      const width = chosen!.logProbabilities.shape[1]!;
      const whole = found[1]!.logProbabilities.data;
      expectClose(
        chosen!.logProbabilities.data.subarray(0, width),
        whole.subarray(3 * width, 4 * width),
        tolerance,
      );
      expectClose(chosen!.logProbabilities.data.subarray(width), whole.subarray(0, width), tolerance);
      const beyond = model.logProbabilities([rows[0]!], { positions: [[rows[0]!.length]] });
      await expect(collect(beyond)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    });

    it('decodes with a cache what a full forward of the same tokens gives, steered row by row', async () => {
      const perRow = rows.map((_, index) => [undefined, steering, other][index % 3]);
      const generated = await model.generate(rows, { maxNewTokens: 6, steering: perRow });
      for (const [index, prompt] of rows.entries()) {
        const { tokens } = generated[index]!;
        for (const [step, token] of tokens.entries()) {
          const [check] = await model.score(
            [{ prompt: [...prompt, ...tokens.slice(0, step)], candidates: [[token]] }],
            perRow[index] && { steering: perRow[index] },
          );
          if (check!.topToken === token) continue;
          // Another token may only win where the two are as good as equal.
          const [both] = await model.score(
            [{ prompt: [...prompt, ...tokens.slice(0, step)], candidates: [[token], [check!.topToken]] }],
            perRow[index] && { steering: perRow[index] },
          );
          expectClose([both!.logProbabilities[0]!], [both!.logProbabilities[1]!], tolerance);
        }
      }
    });

    it('generates the same rows alone and in batches of any size', async () => {
      const together = await model.generate(rows, { maxNewTokens: 4, temperature: 0.8, topK: 20, seed: 3 });
      const single = await model.generate(rows, {
        maxNewTokens: 4,
        temperature: 0.8,
        topK: 20,
        seed: 3,
        batchSize: 1,
      });
      expect(single).toEqual(together);
    });

    it('streams every token and every character it returns', async () => {
      const tokens = rows.map((): number[] => []);
      const texts = rows.map(() => '');
      const generated = await model.generate(rows, {
        maxNewTokens: 3,
        onToken: ({ row: index, token, text }) => {
          tokens[index]!.push(token);
          texts[index] += text;
        },
      });
      expect(tokens).toEqual(generated.map((row) => [...row.tokens]));
      expect(texts).toEqual(generated.map(({ text }) => text));
    });

    it('reports progress up to the last row', async () => {
      const counts: number[] = [];
      await model.score(
        rows.map((prompt) => ({ prompt, candidates: [row(1)] })),
        { batchSize: 2, onProgress: ({ done }) => counts.push(done) },
      );
      expect(counts.at(-1)).toBe(rows.length);
    });

    it('stops between runs when asked', async () => {
      const controller = new AbortController();
      const work = model.generate(rows, {
        maxNewTokens: 20,
        batchSize: 1,
        signal: controller.signal,
        onToken: () => controller.abort(new Error('enough')),
      });
      await expect(work).rejects.toThrow('enough');
      expect(await model.generate([rows[0]!], { maxNewTokens: 1 })).toHaveLength(1);
    });

    it.each([
      ['an empty row', [[]], 'EMPTY_INPUT'],
      ['a token beyond the vocabulary', [[1, 10 ** 9]], 'INVALID_ARGUMENT'],
      ['half a token', [[1.5]], 'INVALID_ARGUMENT'],
    ])('refuses %s', async (_, bad, code) => {
      await expect(model.generate(bad, { maxNewTokens: 1 })).rejects.toMatchObject({ code });
      await expect(collect(model.capture(bad, { sites }))).rejects.toMatchObject({ code });
    });

    it('refuses more tokens than fit, and says how many do', async () => {
      const work = model.generate([[1, 2]], { maxNewTokens: model.contextLength });
      await expect(work).rejects.toMatchObject({ code: 'CONTEXT_LENGTH', limit: model.contextLength });
    });

    it('refuses steering of another shape, and no sites', async () => {
      const wrong: SteeringValues = { ...steering, layers: model.identity.layers + 1 };
      await expect(model.generate([[1]], { maxNewTokens: 1, steering: wrong })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      await expect(collect(model.capture([[1]], { sites: [] }))).rejects.toMatchObject({
        code: 'EMPTY_INPUT',
      });
    });

    it('rejects calls after it was disposed', async () => {
      const second = await load();
      await second.dispose();
      await expect(second.generate([[1]], { maxNewTokens: 1 })).rejects.toMatchObject({
        code: 'MODEL_DISPOSED',
      });
    });
  });
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

function expectClose(given: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(given.length).toBe(expected.length);
  const numbers = Array.from(expected);
  const scale = Math.max(1, Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length));
  const worst = numbers.reduce((most, x, index) => Math.max(most, Math.abs(x - given[index]!)), 0);
  expect(worst).toBeLessThanOrEqual(tolerance * scale);
}

function zeroSteering(values: SteeringValues): SteeringValues {
  return {
    ...values,
    sites: Object.fromEntries(
      Object.entries(values.sites).map(([site, { gain, bias }]) => [
        site,
        { gain: new Float32Array(gain.length), bias: new Float32Array(bias.length) },
      ]),
    ),
  };
}

/** Typed arrays cannot be frozen; the objects around them can. */
function freezeSteering(values: SteeringValues): SteeringValues {
  for (const site of Object.values(values.sites)) Object.freeze(site);
  Object.freeze(values.sites);
  return Object.freeze(values);
}
