import type { GenerateOptions, LanguageModel, SteeringValues, Tokenizer, TokenSequence } from '@austeer/core';
import { planFromEdits } from '@austeer/steering';
import { expect, it } from 'vitest';
import { atStrength, createConversation } from './conversation.ts';

const identity = { name: 'tiny', architecture: 'none', layers: 1, widths: { ffn: 4 } };
const plan = planFromEdits({
  edits: [0, 1, 2].map((index) => ({ site: 'ffn', layer: 0, index, gain: 1, bias: 0 }) as const),
  model: identity,
  strength: 2,
});
const tokenizer: Tokenizer = {
  encode: (text) => [...text].map((letter) => letter.codePointAt(0)!),
  decode: (tokens) => String.fromCodePoint(...tokens),
  endTokens: [],
  applyChatTemplate: (messages) => messages.map(({ role, content }) => `${role[0]}:${content};`).join(''),
};

/** Answers with a count of its calls, and notes what it was asked. */
function createModel() {
  const calls: { prompts: string[]; options: GenerateOptions }[] = [];
  const model = {
    identity,
    tokenizer,
    async generate(prompts: readonly TokenSequence[], options: GenerateOptions) {
      calls.push({ prompts: prompts.map((tokens) => tokenizer.decode(tokens)), options });
      if (options.signal?.aborted) throw options.signal.reason;
      return prompts.map((_, row) => {
        const text = `${row === 0 ? 'plain' : 'bent'}${calls.length}`;
        options.onToken?.({ row, token: 0, text });
        return { tokens: [0], text, finish: 'end' as const };
      });
    },
  };
  return { calls, model: model as unknown as LanguageModel & { tokenizer: Tokenizer } };
}

const quiet = { signal: new AbortController().signal, onText: () => undefined };
const generation = { maxNewTokens: 8 };

it('each side remembers its own answers', async () => {
  const { calls, model } = createModel();
  const conversation = createConversation({
    model,
    generation,
    steering: { plan, k: 3, on: true },
    system: 'be',
  });
  const heard: string[] = [];
  await conversation.ask('one', { ...quiet, onText: (side, text) => heard.push(`${side} ${text}`) });
  await conversation.ask('two', quiet);
  expect(heard).toEqual(['vanilla plain1', 'steered bent1']);
  expect(calls[1]?.prompts).toEqual(['s:be;u:one;a:plain1;u:two;', 's:be;u:one;a:bent1;u:two;']);
  conversation.reset();
  await conversation.ask('three', quiet);
  expect(calls[2]?.prompts).toEqual(['s:be;u:three;', 's:be;u:three;']);
});

it('steers the second side only, as it is told from turn to turn', async () => {
  const { calls, model } = createModel();
  const conversation = createConversation({ model, generation, steering: { plan, k: 3, on: true } });
  const gains = async () => {
    await conversation.ask('x', quiet);
    const steering = calls.at(-1)?.options.steering;
    if (steering === undefined) return undefined;
    const [vanilla, steered] = steering as readonly (SteeringValues | undefined)[];
    expect(vanilla).toBeUndefined();
    return Array.from(steered!.sites.ffn!.gain);
  };
  expect(await gains()).toEqual([2, 2, 2, 0]);
  conversation.steer({ ...conversation.steering!, k: 1 });
  expect(await gains()).toEqual([2, 0, 0, 0]);
  conversation.steer({ ...conversation.steering!, on: false });
  expect(await gains()).toBeUndefined();
  expect(calls.at(-1)?.prompts).toHaveLength(1);
  conversation.steer(atStrength(conversation.steering!, -1));
  expect(await gains()).toEqual([-1, 0, 0, 0]);
});

it('a turn that was stopped is forgotten', async () => {
  const { calls, model } = createModel();
  const conversation = createConversation({ model, generation });
  await expect(
    conversation.ask('one', { ...quiet, signal: AbortSignal.abort(new Error('stop')) }),
  ).rejects.toThrow('stop');
  await conversation.ask('two', quiet);
  expect(calls[1]?.prompts).toEqual(['u:two;']);
});
