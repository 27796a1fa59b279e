/**
 * The invariants of the design under random plans, batches and lengths. A failure names its seed; `AUSTEER_SEED`
 * replays it, and `AUSTEER_RUNS` tries more than the few of every test run.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelMismatchError, type SteeringValues } from '@austeer/core';
import { tinyLlama } from '@austeer/onnx/testing';
import { type LoadedModel, loadModel } from '@austeer/runtime';
import { compilePlan, type PlanEdit, planFromEdits } from '@austeer/steering';
import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'austeer-invariants-'));
const { AUSTEER_SEED: seed, AUSTEER_RUNS: runs = '25' } = process.env;
const parameters = { numRuns: Number(runs), ...(seed !== undefined && { seed: Number(seed) }) };
/** Of log-probabilities that differ by rounding alone, in fp32. */
const ROUNDING = 1e-4;

let model: LoadedModel;
beforeAll(async () => {
  const path = join(folder, 'tiny.gguf');
  writeFileSync(path, tinyLlama());
  model = await loadModel({ model: path, threads: 1, cacheDirectory: join(folder, 'cache') });
});
afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true });
});

const SITES = ['attention', 'ffn', 'residual'] as const;
const number = fc.double({ min: -2, max: 2, noNaN: true });
const editsOf = (...sites: Draw[number]['site'][]) =>
  fc.array(fc.record({ site: fc.constantFrom(...sites), place: fc.nat(), gain: number, bias: number }), {
    minLength: 1,
    maxLength: 12,
  });
const edits = editsOf(...SITES);
const prompt = fc.array(fc.integer({ min: 3, max: 23 }), { minLength: 1, maxLength: 9 });
const rows = fc.array(fc.record({ prompt, edits: fc.option(edits) }), { minLength: 1, maxLength: 4 });
type Draw = readonly { site: (typeof SITES)[number]; place: number; gain: number; bias: number }[];

/** Compiled edits of a draw, each unit once. */
function steeringOf(draw: Draw): SteeringValues {
  const { layers, widths } = model.identity;
  const byUnit = new Map<string, PlanEdit>();
  for (const { site, place, gain, bias } of draw) {
    const width = widths[site]!;
    const [layer, index] = [place % layers, Math.floor(place / layers) % width];
    byUnit.set(`${site} ${layer} ${index}`, { site, layer, index, gain, bias });
  }
  return compilePlan(planFromEdits({ edits: [...byUnit.values()], model: model.identity }), model.identity);
}
const candidates = [[7], [11, 4], [20]];
const scores = async (prompts: readonly (readonly number[])[], steering: (SteeringValues | undefined)[]) =>
  (
    await model.score(
      prompts.map((prompt) => ({ prompt, candidates })),
      { steering },
    )
  ).map(({ logProbabilities }) => logProbabilities);
const near = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, at) => Math.abs(value - b[at]!) <= ROUNDING * Math.max(1, Math.abs(value)));

const nothing = (draw: Draw): SteeringValues =>
  steeringOf(draw.map((edit) => ({ ...edit, gain: 0, bias: 0 })));

it('1. edits of nothing leave every bit as it is', () =>
  fc.assert(
    fc.asyncProperty(prompt, edits, async (tokens, draw) => {
      const [[plain], [steered]] = [
        await scores([tokens], [undefined]),
        await scores([tokens], [nothing(draw)]),
      ];
      return plain!.every((value, at) => Object.is(value, steered![at]));
    }),
    parameters,
  ));

it('1. at the residual stream they leave all but the rounding: the sum and the norm that follow are two operators there', () =>
  fc.assert(
    fc.asyncProperty(prompt, editsOf('residual'), async (tokens, draw) => {
      const [[plain], [steered]] = [
        await scores([tokens], [undefined]),
        await scores([tokens], [nothing(draw)]),
      ];
      return near(plain!, steered!);
    }),
    parameters,
  ));

it('2. decoding with a cache gives the tokens of whole forward passes', () =>
  fc.assert(
    fc.asyncProperty(prompt, edits, async (tokens, draw) => {
      const steering = steeringOf(draw);
      const [answer] = await model.generate([tokens], { maxNewTokens: 4, steering });
      const whole = [...tokens];
      for (const token of answer!.tokens) {
        const [next] = await model.score([{ prompt: whole, candidates: [[token]] }], { steering });
        const [best] = await model.score([{ prompt: whole, candidates: [[next!.topToken]] }], { steering });
        // Two tokens within rounding may change places.
        if (best!.logProbabilities[0]! - next!.logProbabilities[0]! > ROUNDING) return false;
        whole.push(token);
      }
      return true;
    }),
    parameters,
  ));

it('3. a row of a batch is the row alone, whatever steers the others and however long they are', () =>
  fc.assert(
    fc.asyncProperty(rows, async (batch) => {
      const prompts = batch.map(({ prompt: tokens }) => tokens);
      const steering = batch.map((row) => (row.edits === null ? undefined : steeringOf(row.edits)));
      const together = await scores(prompts, steering);
      for (const [at, tokens] of prompts.entries()) {
        const [alone] = await scores([tokens], [steering[at]]);
        if (!near(together[at]!, alone!)) return false;
      }
      return true;
    }),
    parameters,
  ));

it('9. nothing that was passed is changed', () =>
  fc.assert(
    fc.asyncProperty(prompt, edits, async (tokens, draw) => {
      const steering = steeringOf(draw);
      const before = JSON.stringify([
        tokens,
        steering,
        Object.values(steering.sites).map((site) => [...site!.gain, ...site!.bias]),
      ]);
      await model.generate([tokens], { maxNewTokens: 2, steering });
      const after = JSON.stringify([
        tokens,
        steering,
        Object.values(steering.sites).map((site) => [...site!.gain, ...site!.bias]),
      ]);
      return before === after;
    }),
    parameters,
  ));

it('10. a plan refuses a model that it was not made for', () =>
  fc.assert(
    fc.property(
      fc.constantFrom('layers', 'width', 'architecture'),
      fc.integer({ min: 1, max: 9 }),
      (what, more) => {
        const { identity } = model;
        const plan = planFromEdits({
          edits: [{ site: 'ffn', layer: 0, index: 0, gain: 1, bias: 0 }],
          model: identity,
        });
        const other = {
          ...identity,
          ...(what === 'layers' && { layers: identity.layers + more }),
          ...(what === 'width' && { widths: { ...identity.widths, ffn: identity.widths.ffn! + more } }),
          ...(what === 'architecture' && { architecture: `other${more}` }),
        };
        try {
          compilePlan(plan, other);
          return false;
        } catch (error) {
          return ModelMismatchError.isInstance(error);
        }
      },
    ),
    parameters,
  ));
