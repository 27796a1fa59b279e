import { describeToxicityScorer } from '@austeer/core/testing';
import { describe, expect, it } from 'vitest';
import { createTestClock, startJsonServer } from './__fixtures__/json-server.ts';
import { createOpenAiModerationScorer, type OpenAiModerationOptions } from './openai-moderation.ts';

const result = (harassment: number, hate = 0) => ({
  flagged: harassment > 0.5,
  category_scores: {
    harassment,
    'harassment/threatening': 0.01,
    hate,
    'hate/threatening': 0,
    violence: 0.99,
  },
});
const inputOf = (body: Record<string, unknown>): string[] => body.input as string[];
const scorerOf = (origin: string, rest: Partial<OpenAiModerationOptions> = {}) =>
  createOpenAiModerationScorer({
    apiKey: 'secret key',
    baseURL: `${origin}/v1/`,
    clock: createTestClock(),
    ...rest,
  });

describeToxicityScorer({
  name: 'OpenAI moderation',
  load: () => {
    const fetch: typeof globalThis.fetch = async (_url, init) => {
      const { input } = JSON.parse(String(init!.body)) as { input: string[] };
      return Response.json({ results: input.map((text) => result((text.length % 10) / 10)) });
    };
    return createOpenAiModerationScorer({ apiKey: 'key', fetch, clock: createTestClock() });
  },
});

describe('createOpenAiModerationScorer', () => {
  it('asks as the service documents, several texts at a time', async () => {
    const server = await startJsonServer(({ body }) => ({
      body: { results: inputOf(body).map((_, index) => result(index / 10, 0.05)) },
    }));
    const scores = await scorerOf(server.origin, { batchSize: 2 }).score(['a', '', 'b', 'c']);
    expect(scores).toEqual([
      { score: 0.05 },
      { missing: 'the text is empty' },
      { score: 0.05 },
      { score: 0.1 },
    ]);
    expect(server.seen.map(({ body }) => body)).toEqual([
      { model: 'omni-moderation-latest', input: ['a'] },
      { model: 'omni-moderation-latest', input: ['b', 'c'] },
    ]);
    expect(server.seen[0]!.headers.authorization).toBe('Bearer secret key');
  });

  it('reads the categories asked for', async () => {
    const server = await startJsonServer(() => ({ body: { results: [result(0.2, 0.4)] } }));
    const [violence] = await scorerOf(server.origin, { categories: ['violence'] }).score(['text']);
    const [unknown] = await scorerOf(server.origin, { categories: ['rudeness'] }).score(['text']);
    expect(violence).toEqual({ score: 0.99 });
    expect(unknown).toEqual({ missing: 'the answer has no score for rudeness' });
  });

  it('asks for each text alone where the service refuses them together', async () => {
    const server = await startJsonServer(({ body }) =>
      inputOf(body).some((text) => text === 'too long')
        ? { status: 400, body: { error: { message: 'input is too long' } } }
        : { body: { results: inputOf(body).map(() => result(0.5)) } },
    );
    expect(await scorerOf(server.origin).score(['a', 'too long', 'b'])).toEqual([
      { score: 0.5 },
      { missing: 'status 400: input is too long' },
      { score: 0.5 },
    ]);
  });

  it('tries again where that can help, and gives no score to a batch with too few results', async () => {
    const server = await startJsonServer(({ body }, _response, count) => {
      if (count === 1) return { status: 429, headers: { 'retry-after': '2' }, body: {} };
      return { body: { results: inputOf(body)[0] === 'few' ? [] : [result(0.3)] } };
    });
    const clock = createTestClock();
    const scores = await scorerOf(server.origin, { clock, batchSize: 1 }).score(['a', 'few']);
    expect(scores).toEqual([{ score: 0.3 }, { missing: 'the answer has 0 results for 1 texts' }]);
    expect(clock.slept[0]).toBe(2000);
  });

  it('ends the work where the key is refused, without naming it', async () => {
    const server = await startJsonServer(() => ({
      status: 401,
      body: { error: { message: 'no such key' } },
    }));
    const work = scorerOf(server.origin).score(['a']);
    await expect(work).rejects.toMatchObject({ code: 'SCORER_REFUSED', status: 401 });
    await expect(work).rejects.not.toThrow('secret key');
  });

  it('refuses no key and no categories', () => {
    expect(() => createOpenAiModerationScorer({ apiKey: '' })).toThrow('apiKey');
    expect(() => createOpenAiModerationScorer({ apiKey: 'key', categories: [] })).toThrow('at least one');
  });
});
