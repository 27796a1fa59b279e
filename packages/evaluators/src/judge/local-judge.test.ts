import type { LanguageModel, ScoreItem } from '@austeer/core';
import { describeJudge } from '@austeer/core/testing';
import { describe, expect, it } from 'vitest';
import { createLocalJudge } from './local-judge.ts';

const KNOWN = { ' A': 1, ' B': 2, ' tie': 3 };

/** A model whose tokens are characters, that answers as it is told. */
function modelOf(
  answer: (prompt: string) => readonly number[],
  options: { template?: boolean; contextLength?: number } = {},
) {
  const { template = true, contextLength = 10_000 } = options;
  const runs: ScoreItem[][] = [];
  const decode = (tokens: readonly number[]): string => String.fromCodePoint(...tokens);
  const model = {
    identity: { name: 'toy', architecture: 'toy', layers: 1, widths: {}, weightsSha256: 'abcdef0123456789' },
    contextLength,
    tokenizer: {
      encode: (text: string) =>
        text in KNOWN ? [KNOWN[text as keyof typeof KNOWN]] : [...text].map((sign) => sign.codePointAt(0)!),
      decode,
      endTokens: [],
      applyChatTemplate(messages: readonly { role: string; content: string }[]) {
        if (!template) throw new Error('no template');
        return `${messages.map(({ role, content }) => `<${role}>${content}`).join('')}<assistant>`;
      },
    },
    score: async (items: readonly ScoreItem[]) => {
      runs.push([...items]);
      return items.map(({ prompt }) => ({ logProbabilities: answer(decode(prompt)), topToken: 0 }));
    },
  } as unknown as LanguageModel;
  return { model, runs };
}
const question = (first: string, second = 'b') => ({ id: '1', instruction: 'Speak.', first, second });

describe('createLocalJudge', () => {
  describeJudge({
    name: 'createLocalJudge',
    create: () => createLocalJudge({ model: modelOf((prompt) => [-(prompt.length % 7), -3, -4]).model }),
  });

  it.each([
    [[-1, -2, -3], 'first'],
    [[-2, -1, -3], 'second'],
    [[-3, -2, -1], 'tie'],
  ])('the likeliest word of %j is the verdict', async (logProbabilities, verdict) => {
    const { model, runs } = modelOf(() => logProbabilities);
    const judge = createLocalJudge({ model, calibrate: false });
    const [reply] = await judge.compare([question('a')]);
    expect(reply).toMatchObject({ verdict, tokens: { completion: 0 } });
    expect(runs[0]![0]!.candidates).toEqual([[1], [2], [3]]);
    const prompt = String.fromCodePoint(...runs[0]![0]!.prompt);
    expect(prompt).toMatch(/^<system>[\s\S]*<user>[\s\S]*<assistant>Verdict:$/);
    expect(judge).toMatchObject({ name: 'toy', version: 'pairwise-1/words/abcdef012345' });
  });

  it('takes what a word gets without replies for no verdict', async () => {
    const empty = /--- reply A \w{8} ---\n\n---/;
    // It likes A by 2, whatever it reads; replies move it by 1.
    const { model, runs } = modelOf((prompt) => (empty.test(prompt) ? [-1, -3, -3] : [-1.5, -2.5, -3]));
    const plain = createLocalJudge({ model, calibrate: false });
    const calibrated = createLocalJudge({ model });
    expect(await plain.compare([question('a')])).toMatchObject([{ verdict: 'first' }]);
    runs.length = 0;
    expect(await calibrated.compare([question('a'), question('b', 'a')])).toMatchObject([
      { verdict: 'second' },
      { verdict: 'second' },
    ]);
    expect(runs.map(({ length }) => length)).toEqual([2, 1]);
    // What it makes of nothing is known for this instruction from now on.
    runs.length = 0;
    expect(await calibrated.compare([question('a')])).toMatchObject([{ verdict: 'second' }]);
    expect(runs.flat()).toHaveLength(1);
    expect(calibrated.version).not.toBe(plain.version);
  });

  it('reads plain text where there is no template', async () => {
    const { model, runs } = modelOf(() => [0, -1, -1], { template: false });
    await createLocalJudge({ model, calibrate: false }).compare([question('a')]);
    const prompt = String.fromCodePoint(...runs[0]![0]!.prompt);
    expect(prompt).toMatch(/^Two assistants[\s\S]*--- end of reply B \w{8} ---\n\nVerdict:$/);
  });

  it('leaves out what the model cannot read, in its place', async () => {
    const { model, runs } = modelOf(() => [0, -1, -1], { contextLength: 1500 });
    const replies = await createLocalJudge({ model, calibrate: false }).compare([
      question('a'),
      question('a'.repeat(1500)),
      question('c'),
    ]);
    expect(replies.map(({ verdict, missing }) => verdict ?? missing)).toEqual(['first', 'too long', 'first']);
    expect(replies[1]!.detail).toContain('the model takes 1500');
    expect(runs.flat()).toHaveLength(2);
  });

  it('refuses a model without a tokenizer', () => {
    const model = { ...modelOf(() => []).model, tokenizer: undefined } as unknown as LanguageModel;
    expect(() => createLocalJudge({ model })).toThrow('a model with a tokenizer');
  });
});
