import { fileURLToPath } from 'node:url';
import type { ModelIdentity, Site } from '@austeer/core';
import { loadModel } from '@austeer/runtime';
import { steer } from '@austeer/runtime/transformers';
import { compilePlan, type PlanEdit, planFromEdits, withPositions } from '@austeer/steering';
import {
  AutoModelForCausalLM,
  AutoTokenizer,
  env,
  TextGenerationPipeline,
  TextStreamer,
} from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The real transformers.js over tiny exports of `tooling/fixtures`. */
const models = fileURLToPath(new URL('../../../tooling/fixtures/goldens/', import.meta.url));
const NEW_TOKENS = 8;

function planOf(identity: ModelIdentity, sites: readonly Site[], strength = 1) {
  const edits = sites.flatMap((site): PlanEdit[] =>
    Array.from({ length: identity.layers }, (_, layer) => ({
      site,
      layer,
      index: layer,
      gain: 2,
      bias: 0.5,
    })),
  );
  return planFromEdits({ edits, strength, model: identity });
}

describe.each(['llama-optimum', 'qwen3-genai', 'gemma3-optimum', 'llama-genai-fp16'])(
  'steer on %s',
  (name) => {
    let model: Awaited<ReturnType<typeof AutoModelForCausalLM.from_pretrained>>;
    let tokenizer: Awaited<ReturnType<typeof AutoTokenizer.from_pretrained>>;
    let own: Awaited<ReturnType<typeof loadModel>>;
    const path = `${models}${name}`;
    const text = 'steer me';

    beforeAll(async () => {
      env.allowRemoteModels = false;
      env.localModelPath = models;
      const atRoot = name.includes('genai');
      const options = { dtype: 'fp32', ...(atRoot && { subfolder: '' }) } as const;
      model = await AutoModelForCausalLM.from_pretrained(name, options);
      tokenizer = await AutoTokenizer.from_pretrained(name);
      own = await loadModel({ model: path, threads: 1 });
    });
    afterAll(async () => {
      await model.dispose();
      await own.dispose();
    });

    const generate = async (): Promise<number[]> => {
      const inputs = tokenizer(text, { add_special_tokens: false });
      const output = (await model.generate({ ...inputs, max_new_tokens: NEW_TOKENS, do_sample: false })) as {
        tolist(): bigint[][];
      };
      return output.tolist()[0]!.map(Number).slice(text.length);
    };
    const ownTokens = async (plan: ReturnType<typeof planOf> | undefined): Promise<readonly number[]> => {
      const prompt = own.tokenizer!.encode(text);
      const steering = plan && compilePlan(plan, own.identity);
      const options = { maxNewTokens: NEW_TOKENS, ignoreEnd: true, ...(steering && { steering }) };
      return (await own.generate([prompt], options))[0]!.tokens;
    };
    /** Until the end token, which transformers.js returns and ends at. */
    const ending = (tokens: readonly number[]): number[] => {
      const end = tokens.indexOf(95);
      return tokens.slice(0, end < 0 ? undefined : end + 1);
    };

    it('generates what this project’s own decoding does, plan after plan, and the plain text again in the end', async () => {
      const plain = await generate();
      expect(plain).toEqual(ending(await ownTokens(undefined)));
      const first = planOf(own.identity, ['attention', 'ffn']);
      const second = planOf(own.identity, ['residual'], 2);
      const steering = await steer({ model, path, plan: first, threads: 1 });
      expect(await generate()).toEqual(ending(await ownTokens(first)));
      await steering.setPlan(second);
      expect(await generate()).toEqual(ending(await ownTokens(second)));
      expect(await generate()).not.toEqual(plain);
      await steering.dispose();
      expect(await generate()).toEqual(plain);
    });

    it('leaves every logit bit-identical at strength 0', async () => {
      const inputs = tokenizer(text, { add_special_tokens: false });
      const logits = async (): Promise<Float32Array> =>
        ((await model(inputs)) as { logits: { to(type: string): { data: Float32Array } } }).logits.to(
          'float32',
        ).data;
      const plain = await logits();
      const steering = await steer({ model, path, plan: planOf(own.identity, ['attention', 'ffn'], 0) });
      const zero = await logits();
      await steering.dispose();
      // The plain float16 graph rounds its logits to eleven bits at the very end; ours come as float32.
      const rounding = name.endsWith('fp16') ? 2 ** -8 : 0;
      for (const [index, value] of plain.entries())
        expect(Math.abs(zero[index]! - value)).toBeLessThanOrEqual(rounding * (1 + Math.abs(value)));
    });

    it('streams and serves pipelines while steered', async () => {
      const plan = planOf(own.identity, ['ffn']);
      const steering = await steer({ model, path, plan });
      let streamed = '';
      const streamer = new TextStreamer(tokenizer, {
        skip_prompt: true,
        skip_special_tokens: true,
        callback_function: (piece: string) => {
          streamed += piece;
        },
      });
      const inputs = tokenizer(text, { add_special_tokens: false });
      await model.generate({ ...inputs, max_new_tokens: NEW_TOKENS, do_sample: false, streamer });
      const pipeline = new TextGenerationPipeline({ task: 'text-generation', model, tokenizer });
      const [answer] = (await pipeline(text, {
        max_new_tokens: NEW_TOKENS,
        do_sample: false,
        return_full_text: false,
      })) as {
        generated_text: string;
      }[];
      await steering.dispose();
      const expected = own.tokenizer!.decode(ending(await ownTokens(plan)));
      expect(streamed).toBe(expected);
      expect(answer!.generated_text).toBe(expected);
    });

    it('refuses what it cannot do, and leaves the model as it was', async () => {
      const plain = await generate();
      const plan = planOf(own.identity, ['ffn']);
      const other = { ...own.identity, architecture: 'other' };
      await expect(steer({ model, path, plan: planOf(other, ['ffn']) })).rejects.toMatchObject({
        code: expect.any(String),
      });
      await expect(steer({ model, path: `${models}gpt2-optimum`, plan })).rejects.toThrow();
      await expect(steer({ model, path, plan: withPositions(plan, 'generated') })).rejects.toThrow(
        'generated',
      );
      await expect(steer({ model: { sessions: {} }, path, plan })).rejects.toMatchObject({
        code: 'UNSUPPORTED_MODEL',
      });
      expect(await generate()).toEqual(plain);
      const steering = await steer({ model, path, plan });
      await expect(steer({ model, path, plan })).rejects.toThrow('steered already');
      const before = await generate();
      await expect(steering.setPlan(planOf(other, ['ffn']))).rejects.toThrow();
      expect(await generate()).toEqual(before);
      await steering.dispose();
      await steering.dispose();
    });
  },
);
