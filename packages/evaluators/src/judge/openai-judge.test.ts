import { createRandom } from '@austeer/core';
import { describeJudge } from '@austeer/core/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  exclaim,
  type Fault,
  type JudgeServer,
  type JudgeServerOptions,
  startJudgeServer,
} from '../../test/judge-server.ts';
import { createOpenAiJudge, type OpenAiJudgeOptions } from './openai-judge.ts';
import type { JudgedPair } from './protocol.ts';
import { judgeWinRate } from './win-rate.ts';

const KEY = 'sk-test-8f3a51c2';
const PRICE = { promptPerMillion: 2, completionPerMillion: 10 };
const QUESTION = { id: '1', instruction: 'Hello?', first: 'Hi!', second: 'Hi' };

let server: JudgeServer;
afterEach(() => server?.close());

async function judgeAt(serverOptions: JudgeServerOptions = {}, options: Partial<OpenAiJudgeOptions> = {}) {
  server = await startJudgeServer(serverOptions);
  return createOpenAiJudge({ model: 'small', baseURL: server.url, apiKey: KEY, retryDelay: 1, ...options });
}

const pairsOf = (count: number): JudgedPair[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${index}`,
    instruction: `Question ${index}`,
    baseline: '!'.repeat(index % 3),
    candidate: `Answer ${index}!`,
  }));
/** What the server's rule says of them. */
const EXPECTED = { wins: 20, ties: 20, losses: 20 };

describe('createOpenAiJudge', () => {
  let shared: JudgeServer;
  beforeAll(async () => {
    shared = await startJudgeServer();
  });
  describeJudge({
    name: 'createOpenAiJudge',
    create: () => createOpenAiJudge({ model: 'small', baseURL: shared.url }),
    close: () => shared.close(),
  });

  it('asks for a schema, at temperature 0, with the key in one header', async () => {
    const judge = await judgeAt();
    expect(await judge.compare([QUESTION])).toEqual([
      {
        verdict: 'first',
        text: '{"grounds":"It is louder.","verdict":"A"}',
        tokens: { prompt: server.log[0]!.charged.prompt, completion: 9 },
      },
    ]);
    const { body, headers } = server.log[0]!;
    expect(body).toMatchObject({
      model: 'small',
      temperature: 0,
      max_tokens: 400,
      response_format: { type: 'json_schema' },
    });
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(headers).not.toHaveProperty('openai-organization');
  });

  it.each([400, 500])(
    'falls back to letters where a schema is refused with %i, and stays there',
    async (status) => {
      const judge = await judgeAt({ refusesSchema: status }, { concurrency: 1 });
      const replies = await judge.compare([QUESTION, QUESTION, QUESTION]);
      expect(replies.map(({ verdict }) => verdict)).toEqual(['first', 'first', 'first']);
      expect(replies[0]!.text).toContain('[[A]]');
      expect(server.log.map(({ status }) => status)).toEqual([status, 200, 200, 200]);
      const strict = createOpenAiJudge({ model: 'small', baseURL: server.url, output: 'schema' });
      expect(await strict.compare([QUESTION])).toEqual([
        { missing: 'rejected', detail: `${status} response_format of type json_schema is not supported` },
      ]);
    },
  );

  it('takes further parameters, and takes parameters away', async () => {
    const judge = await judgeAt(
      {},
      { parameters: { max_tokens: undefined, max_completion_tokens: 50, seed: 4 } },
    );
    await judge.compare([QUESTION]);
    expect(server.log[0]!.body).toMatchObject({ max_completion_tokens: 50, seed: 4 });
    expect(server.log[0]!.body).not.toHaveProperty('max_tokens');
    expect((await judgeAt()).version).not.toBe(judge.version);
  });

  it('lets servers that have another structured output use theirs', async () => {
    const theirs = { type: 'json_object', schema: {} };
    const judge = await judgeAt({}, { parameters: { response_format: theirs } });
    await judge.compare([QUESTION]);
    expect(server.log[0]!.body.response_format).toEqual(theirs);
    expect(server.log[0]!.body.messages[0]!.content).toContain('Write a JSON object');
  });

  it.each<[string, unknown, Record<string, unknown>]>([
    ['unparsed', { content: 'Both are fine.' }, {}],
    ['cut', { content: '{"grounds": "A is' }, { finish_reason: 'length' }],
    ['filtered', { content: '' }, { finish_reason: 'content_filter' }],
    ['refused', { content: null, refusal: 'I cannot help with that.' }, {}],
  ])('%s: no verdict, what was said and what was paid', async (missing, message, rest) => {
    const usage = { prompt_tokens: 7, completion_tokens: 3 };
    const judge = await judgeAt({
      respond: (logged, response) => {
        logged.status = 200;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ choices: [{ message, finish_reason: 'stop', ...rest }], usage }));
        return true;
      },
    });
    const [reply] = await judge.compare([QUESTION]);
    expect(reply).toMatchObject({ missing, tokens: { prompt: 7, completion: 3 } });
    expect(reply).toHaveProperty('text');
    expect(judge.account()).toMatchObject({ requests: 1, tokens: { prompt: 7, completion: 3 } });
  });

  it.each<[Fault, string]>([
    ['rate limit', 'rate limit'],
    ['server error', 'server error'],
    ['cut before the answer', 'connection'],
    ['cut in the answer', 'connection'],
    ['slow', 'timeout'],
    ['not JSON', 'malformed'],
    ['another page', 'malformed'],
    ['no choices', 'malformed'],
  ])('%s for ever: given up after the retries, with its cause', async (fault, missing) => {
    const judge = await judgeAt({ fault: () => fault }, { retries: 2, timeout: 100 });
    const [reply] = await judge.compare([QUESTION]);
    expect(reply).toMatchObject({ missing });
    expect(reply!.detail).toMatch(/\S/);
    expect(server.log).toHaveLength(3);
    const charged = server.log.filter(({ charged }) => charged.prompt > 0).length;
    expect(judge.account()).toMatchObject({
      requests: 3,
      retries: 2,
      tokens: { prompt: 0, completion: 0 },
      unreported: { requests: charged },
    });
  });

  it('loses nothing and asks nothing twice, whatever goes wrong', async () => {
    const random = createRandom(11);
    const faults: Fault[] = [
      'rate limit',
      'server error',
      'cut before the answer',
      'cut in the answer',
      'slow',
      'not JSON',
      'another page',
      'no choices',
    ];
    // Up to four faults a question, one fewer than there are retries.
    const judge = await judgeAt(
      {
        fault: ({ earlier }) =>
          earlier < 4 && random.next() < 0.5 ? faults[random.integer(faults.length)] : undefined,
      },
      { timeout: 250, concurrency: 8 },
    );
    const { summary } = await judgeWinRate({ judge, pairs: pairsOf(60) });
    expect(summary).toMatchObject({ ...EXPECTED, scored: 60, missing: {} });
    const delivered = new Map<string, number>();
    for (const { key, delivered: whole } of server.log) {
      delivered.set(key, (delivered.get(key) ?? 0) + Number(whole));
    }
    const counts = [...delivered.values()];
    const figures = {
      questions: counts.length,
      requests: server.log.length,
      faults: server.log.filter(({ fault }) => fault !== undefined).length,
      lost: counts.filter((count) => count === 0).length,
      duplicated: counts.filter((count) => count > 1).length,
    };
    expect(figures).toMatchObject({ questions: 120, lost: 0, duplicated: 0 });
    expect(figures.faults).toBeGreaterThan(60);
    const { requests, retries, tokens } = judge.account();
    expect({ requests, retries }).toEqual({ requests: figures.requests, retries: figures.faults });
    const reported = server.log.filter(({ delivered }) => delivered);
    expect(tokens.prompt).toBe(reported.reduce((sum, { charged }) => sum + charged.prompt, 0));
    expect(summary.tokens).toEqual(tokens);
  });

  it('waits as long as it is asked to, with all requests', async () => {
    const started = Date.now();
    const judge = await judgeAt(
      {
        respond: (logged, response) => {
          if (Date.now() - started > 290 || server.log.length > 1) return false;
          logged.status = 429;
          response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '0.3' });
          response.end('{"error": {"message": "slow down"}}');
          return true;
        },
      },
      { concurrency: 1 },
    );
    await judge.compare([QUESTION, { ...QUESTION, id: '2' }]);
    expect(server.log).toHaveLength(3);
    expect(Date.now() - started).toBeGreaterThanOrEqual(290);
    const patient = await judgeAt(
      {
        respond: (_, response) => {
          response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '3600' });
          response.end('{"error": {"message": "enough for today"}}');
          return true;
        },
      },
      {},
    );
    expect(await patient.compare([QUESTION])).toEqual([
      { missing: 'rate limit', detail: '429 enough for today (asked to wait 3600 s)' },
    ]);
  });

  it.each([
    [401, 'invalid_api_key', 'Check the API key'],
    [404, 'model_not_found', 'name of the model'],
    [429, 'insufficient_quota', 'no credit left'],
  ])('%i %s: stops at once, and keeps the key to itself', async (status, code, advice) => {
    const judge = await judgeAt(
      {
        respond: (logged, response) => {
          logged.status = status;
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ error: { message: `No: ${logged.headers.authorization}`, code } }));
          return true;
        },
      },
      { concurrency: 2 },
    );
    const questions = Array.from({ length: 20 }, (_, index) => ({ ...QUESTION, id: `${index}` }));
    const error = await judge.compare(questions).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'JUDGE_SERVICE', status });
    expect((error as Error).message).toContain(advice);
    expect((error as Error).message).toContain('Bearer [key]');
    expect(server.log.length).toBeLessThanOrEqual(2);
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack, judge])).not.toContain(
      KEY,
    );
  });

  it('never spends above the limit, and stops cleanly below it', async () => {
    const judge = await judgeAt(
      { delay: () => 2 },
      { price: PRICE, maxCost: 0.01, concurrency: 6, maxTokens: 50 },
    );
    const { summary } = await judgeWinRate({ judge, pairs: pairsOf(60) });
    const spent =
      server.log.reduce((sum, { charged }) => sum + charged.prompt * 2 + charged.completion * 10, 0) / 1e6;
    expect(judge.account().cost).toBeCloseTo(spent, 12);
    expect(spent).toBeLessThanOrEqual(0.01);
    // A request reserves 0.003 at most: no more than that is left.
    expect(spent).toBeGreaterThan(0.007);
    expect(summary.missing).toEqual({ 'cost limit': 60 - summary.scored });
    expect(summary.scored).toBeGreaterThan(20);
  });

  it('counts what may have been charged against the limit', async () => {
    const judge = await judgeAt(
      { fault: () => 'cut in the answer' },
      { price: PRICE, maxCost: 0.005, retries: 100, retryDelay: 0, maxTokens: 50 },
    );
    expect(await judge.compare([QUESTION])).toEqual([{ missing: 'cost limit' }]);
    const { cost, unreported } = judge.account();
    expect(cost).toBe(0);
    expect(unreported.cost).toBeLessThanOrEqual(0.005);
    expect(unreported.requests).toBe(server.log.length);
  });

  it('says beforehand what it will take', async () => {
    const judge = await judgeAt({}, { price: PRICE });
    const questions = Array.from({ length: 10 }, (_, index) => ({
      ...QUESTION,
      first: `Hi ${'!'.repeat(index)}`,
    }));
    const estimate = judge.estimate(questions);
    expect(server.log).toHaveLength(0);
    await judge.compare(questions);
    const { tokens, cost } = judge.account();
    expect(estimate.requests).toBe(10);
    expect(estimate.mostTokens.prompt).toBeGreaterThan(tokens.prompt);
    expect(estimate.mostCost).toBeGreaterThan(cost!);
    expect(estimate.cost).toBeLessThan(estimate.mostCost!);
    const parameters = { max_tokens: undefined, max_completion_tokens: 1000, n: 2 };
    const longer = createOpenAiJudge({ model: 'm', parameters }).estimate(questions);
    expect(longer.mostTokens.completion).toBe(20_000);
  });

  it('stops in the middle of a slow answer', async () => {
    const judge = await judgeAt({ fault: () => 'slow' }, { timeout: 60_000 });
    const started = Date.now();
    const signal = AbortSignal.timeout(100);
    const error = await judge.compare([QUESTION], { signal }).catch((reason: unknown) => reason);
    expect(error).toBe(signal.reason);
    expect(Date.now() - started).toBeLessThan(5000);
    expect(judge.account()).toMatchObject({ requests: 1, unreported: { requests: 1 } });
  });

  it('has the same version for the same settings only, and no address in it', async () => {
    const judge = createOpenAiJudge({ model: 'm', baseURL: 'http://somewhere.internal/v1' });
    const same = createOpenAiJudge({
      model: 'm',
      baseURL: 'http://somewhere.internal/v1',
      apiKey: KEY,
      retries: 1,
    });
    expect(same.version).toBe(judge.version);
    expect(judge.version).not.toContain('somewhere');
    for (const other of [
      { temperature: 1 },
      { output: 'text' as const },
      { maxTokens: 9 },
      { baseURL: undefined },
    ]) {
      const changed = createOpenAiJudge({ model: 'm', baseURL: 'http://somewhere.internal/v1', ...other });
      expect(changed.version).not.toBe(judge.version);
    }
  });

  it.each([
    [{ maxCost: 1 }, 'a price beside it'],
    [{ maxCost: 1, price: PRICE, parameters: { max_tokens: undefined } }, 'which maxCost is reckoned with'],
    [{ concurrency: 0 }, 'concurrency is 0'],
    [{ retries: -1 }, 'retries is -1'],
  ])('refuses %o', (options, problem) => {
    expect(() => createOpenAiJudge({ model: 'm', ...options })).toThrow(problem);
  });

  it('works over an injected fetch', async () => {
    const seen: string[] = [];
    const judge = createOpenAiJudge({
      model: 'm',
      fetch: async (input) => {
        seen.push(String(input));
        const content = exclaim({ a: '', b: '!', schema: true });
        return Response.json({ choices: [{ message: { content } }] });
      },
    });
    expect(await judge.compare([QUESTION])).toMatchObject([{ verdict: 'second' }]);
    expect(seen).toEqual(['https://api.openai.com/v1/chat/completions']);
  });
});
