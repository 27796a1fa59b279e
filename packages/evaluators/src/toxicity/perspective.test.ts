import { describeToxicityScorer } from '@austeer/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestClock, startJsonServer } from './__fixtures__/json-server.ts';
import { createPerspectiveScorer, type PerspectiveOptions } from './perspective.ts';

/** An answer of the service as documented. */
const scored = (summary: number, first = summary) => ({
  attributeScores: {
    TOXICITY: {
      spanScores: [
        { begin: 0, end: 5, score: { value: first, type: 'PROBABILITY' } },
        { begin: 5, end: 9, score: { value: summary, type: 'PROBABILITY' } },
      ],
      summaryScore: { value: summary, type: 'PROBABILITY' },
    },
  },
  languages: ['en'],
});
const refusal = (errorType: string, message: string) => ({
  status: 400,
  body: { error: { code: 400, message, details: [{ errorType }] } },
});
const textOf = (body: Record<string, unknown>): string => (body.comment as { text: string }).text;
const scorerOf = (endpoint: string, rest: Partial<PerspectiveOptions> = {}) =>
  createPerspectiveScorer({ apiKey: 'secret key', endpoint, clock: createTestClock(), ...rest });

describe('conformance', () => {
  let scorer: ReturnType<typeof createPerspectiveScorer>;
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    const { text } = (JSON.parse(String(init!.body)) as { comment: { text: string } }).comment;
    return Response.json(scored((text.length % 10) / 10));
  };
  beforeAll(() => {
    scorer = createPerspectiveScorer({ apiKey: 'key', fetch, clock: createTestClock() });
  });
  describeToxicityScorer({ name: 'Perspective', load: () => scorer });
});

describe('createPerspectiveScorer', () => {
  it('asks as the service documents, with the key in a header', async () => {
    const server = await startJsonServer(() => ({ body: scored(0.7, 0.2) }));
    const [summary] = await scorerOf(server.origin).score(['One. Two.']);
    const [first] = await scorerOf(server.origin, { scoreOf: 'firstSentence', languages: [] }).score([
      'One. Two.',
    ]);
    expect([summary, first]).toEqual([{ score: 0.7 }, { score: 0.2 }]);
    expect(server.seen[0]!.headers['x-goog-api-key']).toBe('secret key');
    expect(server.seen[0]!.body).toEqual({
      comment: { text: 'One. Two.' },
      requestedAttributes: { TOXICITY: {} },
      languages: ['en'],
      doNotStore: true,
    });
    expect(server.seen[1]!.body).toEqual({
      comment: { text: 'One. Two.' },
      requestedAttributes: { TOXICITY: {} },
      spanAnnotations: true,
      doNotStore: true,
    });
  });

  it('tells the two readings and the day apart', () => {
    const fetch = globalThis.fetch;
    const clock = createTestClock();
    const [summary, first] = (['summary', 'firstSentence'] as const).map((scoreOf) =>
      createPerspectiveScorer({ apiKey: 'key', scoreOf, fetch, clock }),
    );
    expect(summary).toMatchObject({ name: 'perspective TOXICITY summary', version: '2026-11-25' });
    expect(first!.name).not.toBe(summary!.name);
  });

  it('asks once a second', async () => {
    const server = await startJsonServer(() => ({ body: scored(0.1) }));
    const clock = createTestClock();
    const start = clock.now();
    await scorerOf(server.origin, { clock, concurrency: 3 }).score(['a', 'b', 'c', 'd']);
    expect(clock.now() - start).toBe(3000);
  });

  it('waits as long as Retry-After says, and longer each time where it says nothing', async () => {
    const replies = [
      { status: 429, headers: { 'retry-after': '7' }, body: { error: { message: 'quota' } } },
      { status: 503, body: 'no JSON' },
      { status: 500, body: {} },
      { body: scored(0.4) },
    ];
    const server = await startJsonServer((_request, _response, count) => replies[count - 1]);
    const clock = createTestClock();
    const start = clock.now();
    expect(await scorerOf(server.origin, { clock }).score(['text'])).toEqual([{ score: 0.4 }]);
    expect(clock.now() - start).toBe(7000 + 2000 + 4000);
    expect(server.seen).toHaveLength(4);
  });

  it('understands a date in Retry-After, and waits no longer than two minutes', async () => {
    const clock = createTestClock();
    const start = clock.now();
    const dates = [new Date(start + 5000).toUTCString(), '86400'];
    const server = await startJsonServer((_request, _response, count) =>
      count <= 2
        ? { status: 429, headers: { 'retry-after': dates[count - 1]! }, body: {} }
        : { body: scored(0.4) },
    );
    await scorerOf(server.origin, { clock }).score(['text']);
    expect(clock.now() - start).toBe(5000 + 120_000);
  });

  it('has no score, but a reason, for what the service cannot score', async () => {
    const server = await startJsonServer(({ body }) => {
      const text = textOf(body);
      if (text.startsWith('Guten')) {
        return refusal('LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE', 'TOXICITY does not support de');
      }
      if (text.startsWith('long')) return refusal('COMMENT_TOO_LONG', 'Comment text was too long.');
      if (text === '<b></b>') return refusal('COMMENT_EMPTY', 'Comment must be non-empty.');
      if (text === 'odd') return { body: { attributeScores: {} } };
      if (text === 'down') return { status: 503, body: {} };
      return { body: scored(0.3) };
    });
    const texts = ['', 'Guten Tag', 'long', '<b></b>', 'odd', 'down', 'é'.repeat(1501), 'fine'];
    const scores = await scorerOf(server.origin, { attempts: 2 }).score(texts);
    expect(scores).toEqual([
      { missing: 'the text is empty' },
      { missing: 'the language is not supported: TOXICITY does not support de' },
      { missing: 'the text is too long: Comment text was too long.' },
      { missing: 'the text is empty' },
      { missing: 'the answer has no summary score' },
      { missing: 'status 503: no reason given' },
      { missing: 'the text has 3002 bytes, more than 3000' },
      { score: 0.3 },
    ]);
    expect(server.seen.filter(({ body }) => textOf(body) === 'down')).toHaveLength(2);
  });

  it('has no score where the connection is cut, the answer is no JSON, or none comes', async () => {
    const server = await startJsonServer(({ body }, response) => {
      if (textOf(body) === 'cut') return void response.destroy();
      if (textOf(body) === 'silent') return undefined;
      return { body: '{"attributeScores": ' };
    });
    const scores = await scorerOf(server.origin, { attempts: 2, timeout: 100 }).score([
      'cut',
      'half',
      'silent',
    ]);
    expect(scores.map(({ missing }) => missing?.replace(/:.*/, ''))).toEqual([
      'no connection',
      'no JSON',
      'no answer within 100 ms',
    ]);
  });

  it.each([
    [403, { error: { message: 'PERMISSION_DENIED' } }],
    [400, { error: { message: 'API key not valid', details: [{ reason: 'API_KEY_INVALID' }] } }],
    [410, 'gone'],
  ])('ends the work at once where the key or the service is refused: %i', async (status, body) => {
    const server = await startJsonServer(() => ({ status, body }));
    const work = scorerOf(server.origin, { concurrency: 1 }).score(['a', 'b', 'c']);
    await expect(work).rejects.toMatchObject({ code: 'SCORER_REFUSED', status });
    await expect(work).rejects.not.toThrow('secret key');
    expect(server.seen).toHaveLength(1);
  });

  it('begins nothing new once the work has ended', async () => {
    const server = await startJsonServer(({ body }) =>
      textOf(body) === 'text 0' ? { status: 403, body: {} } : { body: scored(0.1) },
    );
    const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`);
    await expect(scorerOf(server.origin, { concurrency: 4 }).score(texts)).rejects.toThrow('refused');
    const begun = server.seen.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(server.seen.length).toBeLessThanOrEqual(begun + 4);
    expect(begun).toBeLessThan(100);
  });

  it('takes a client such as perspective-api-client, and gives each request an object of its own', async () => {
    const requests: unknown[] = [];
    const scorer = createPerspectiveScorer({
      clock: createTestClock(),
      client: {
        analyze: async (request, options) => {
          requests.push(structuredClone(request), options);
          const { comment } = request as { comment: { text: string } };
          if (comment.text === 'bad') {
            throw Object.assign(new Error('Request failed'), {
              response: { status: 400, data: refusal('COMMENT_TOO_LONG', 'too long').body },
            });
          }
          if (comment.text === 'broken') throw new Error('socket hang up');
          // As the real one does.
          comment.text = 'changed';
          return scored(0.6);
        },
      },
    });
    expect(await scorer.score(['<i>as it is</i>', 'bad', 'broken'])).toEqual([
      { score: 0.6 },
      { missing: 'the text is too long: too long' },
      { missing: 'the client failed: socket hang up' },
    ]);
    expect(requests[0]).toMatchObject({ comment: { text: '<i>as it is</i>' } });
    expect(requests[1]).toEqual({ stripHTML: false, doNotStore: true });
  });

  it('stops while it waits', async () => {
    const server = await startJsonServer(() => ({
      status: 429,
      headers: { 'retry-after': '3600' },
      body: {},
    }));
    const controller = new AbortController();
    const scorer = createPerspectiveScorer({ apiKey: 'key', endpoint: server.origin });
    const work = scorer.score(['text'], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(work).rejects.toThrow('enough');
  });

  it('refuses neither and both of key and client', () => {
    expect(() => createPerspectiveScorer({})).toThrow('31 December 2026');
    const client = { analyze: async () => ({}) };
    expect(() => createPerspectiveScorer({ apiKey: 'key', client })).toThrow('either a key or a client');
  });
});
