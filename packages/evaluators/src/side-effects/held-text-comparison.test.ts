import { floatTensor, type LanguageModel, type SteeringValues } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { formatSideEffects } from './format-side-effects.ts';
import { compareHeldTexts } from './held-text-comparison.ts';
import { measureSideEffects } from './measure-side-effects.ts';

/** Next-token probabilities after each of the letters a, b, c; steering makes "c" likelier. */
const VANILLA = [
  [0.5, 0.25, 0.25],
  [0.1, 0.6, 0.3],
  [0.3, 0.3, 0.4],
];
const STEERED = VANILLA.map(([a, b, c]) => [a! / 2, b! / 2, c! + (a! + b!) / 2]);
const steering: SteeringValues = { layers: 1, sites: {}, fingerprint: 'more c' };

/** A model of three letters that knows one letter back. */
function letterModel(options: { distributions: boolean }): LanguageModel {
  const unused = (): never => {
    throw new Error('not asked for here');
  };
  const tableOf = (given: unknown): number[][] => (given === undefined ? VANILLA : STEERED);
  const stepsOf = (table: number[][], tokens: readonly number[]): number[] =>
    tokens.slice(1).map((token, index) => Math.log(table[tokens[index]!]![token]!));
  return {
    identity: {} as LanguageModel['identity'],
    contextLength: 100,
    tokenizer: {
      encode: (text) => [...text].map((letter) => 'abc'.indexOf(letter)),
      decode: (tokens) => tokens.map((token) => 'abc'[token]).join(''),
      endTokens: [],
      applyChatTemplate: unused,
    },
    capture: unused,
    capturePairs: unused,
    dispose: async () => undefined,
    generate: async (prompts, { maxNewTokens, steering: given }) =>
      prompts.map((_, row) => {
        const letter = given === undefined ? 'ab ba bc ' : 'cc cc cc ';
        return {
          tokens: [],
          text: letter.repeat(maxNewTokens),
          finish: given === undefined && row === 0 ? 'end' : 'length',
        } as const;
      }),
    score: async (items, { steering: given } = {}) =>
      items.map(({ prompt, candidates }) => ({
        topToken: 0,
        logProbabilities: candidates.map((tokens) =>
          stepsOf(tableOf(given), [prompt.at(-1)!, ...tokens]).reduce((sum, x) => sum + x, 0),
        ),
      })),
    ...(options.distributions && {
      async *logProbabilities(rows, { positions, steering: given } = {}) {
        let row = 0;
        for (const tokens of rows) {
          const table = tableOf((given as (SteeringValues | undefined)[])[row]);
          const places = positions![row]!;
          const data = Float32Array.from(places.flatMap((at) => table[tokens[at]!]!.map(Math.log)));
          yield { row, positions: places, logProbabilities: floatTensor(data, [places.length, 3]) };
          row++;
        }
      },
    }),
  };
}

const texts = ['abcab', 'cc', 'bbbbbbba', 'acab'];

describe('compareHeldTexts', () => {
  it('gives divergence and perplexity a token', async () => {
    const found = await compareHeldTexts({ model: letterModel({ distributions: true }), steering, texts });
    const steps = texts.flatMap((text) => [...text].slice(1).map((to, at) => [text[at]!, to] as const));
    const index = (letter: string): number => 'abc'.indexOf(letter);
    const meanOf = (of: (from: number, to: number) => number): number =>
      steps.reduce((sum, [from, to]) => sum + of(index(from), index(to)), 0) / steps.length;
    const divergence = meanOf((from) =>
      VANILLA[from]!.reduce((sum, p, token) => sum + p * Math.log(p / STEERED[from]![token]!), 0),
    );
    expect(found).toMatchObject({ texts: 4, tokens: steps.length });
    expect(found.divergence!.value).toBeCloseTo(divergence, 6);
    expect(found.divergence!.low).toBeGreaterThan(0);
    const loss = (table: number[][]): number => meanOf((from, to) => -Math.log(table[from]![to]!));
    expect(found.perplexity.vanilla.value).toBeCloseTo(Math.exp(loss(VANILLA)), 5);
    expect(found.perplexity.steered.value).toBeCloseTo(Math.exp(loss(STEERED)), 5);
    expect(found.perplexity.ratio.value).toBeCloseTo(Math.exp(loss(STEERED) - loss(VANILLA)), 5);
  });

  it('gives the same perplexity, and no divergence, where a model has no distributions', async () => {
    const whole = await compareHeldTexts({ model: letterModel({ distributions: true }), steering, texts });
    const scored = await compareHeldTexts({ model: letterModel({ distributions: false }), steering, texts });
    expect(scored).not.toHaveProperty('divergence');
    expect(scored.perplexity.ratio.value).toBeCloseTo(whole.perplexity.ratio.value, 5);
    expect(scored.perplexity.ratio.low).toBeCloseTo(whole.perplexity.ratio.low, 5);
  });

  it('refuses models without a tokenizer, no texts, and texts of one token', async () => {
    const model = letterModel({ distributions: true });
    const { tokenizer: _none, ...bare } = model;
    await expect(compareHeldTexts({ model: bare, steering, texts })).rejects.toThrow('tokenizer');
    await expect(compareHeldTexts({ model, steering, texts: [] })).rejects.toThrow('Held texts');
    await expect(compareHeldTexts({ model, steering, texts: ['ab', 'a'] })).rejects.toThrow('held text 1');
  });
});

describe('measureSideEffects', () => {
  it('puts both conditions beside each other, in lines too', async () => {
    const effects = await measureSideEffects({
      model: letterModel({ distributions: true }),
      steering,
      texts,
      maxNewTokens: 4,
    });
    expect(effects.ended).toMatchObject({ vanilla: { value: 0.25 }, steered: { value: 0 } });
    expect(effects.continuations.measures.distinct1!.difference.high).toBeLessThan(0);
    const lines = formatSideEffects(effects);
    expect(lines[0]).toBe('held text: 4 texts, 15 tokens');
    expect(lines.find((line) => line.includes('repeated runs'))).toContain('higher');
    const scored = await measureSideEffects({
      model: letterModel({ distributions: false }),
      steering,
      texts,
      prompts: ['a'],
      maxNewTokens: 1,
    });
    expect(formatSideEffects(scored)[1]).toContain('not measured');
    expect(scored.continuations.texts).toBe(1);
  });
});
