import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSentenceEncoder } from '@austeer/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createToyEncoder } from '../__fixtures__/toy-encoder.ts';
import { cacheSentenceEncoder } from './cache-sentence-encoder.ts';
import { createEmbeddingsEncoder, type EmbeddingsEncoderOptions } from './embeddings-service.ts';

type Answer = (response: ServerResponse, body: { input: string[]; dimensions?: number }) => void;
interface Seen {
  readonly input: string[];
  readonly authorization: string | undefined;
}

/** What a real service answers; vectors are not of length 1, and come out of order. */
const good: Answer = async (response, { input }) => {
  const encoder = createToyEncoder();
  const data = await Promise.all(
    input.map(async (text, index) => {
      const { data: vector } = await encoder.encode([text]);
      return { object: 'embedding', index, embedding: Array.from(vector, (value) => value * 3) };
    }),
  );
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ object: 'list', data: data.reverse() }));
};

let origin: string;
let close: () => Promise<void>;
/** Answers in turn; the last one goes on. */
let answers: Answer[] = [good];
let seen: Seen[] = [];
beforeAll(async () => {
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as { input: string[] };
    seen.push({ input: body.input, authorization: request.headers.authorization });
    if (request.url !== '/v1/embeddings' || body.input.includes('')) {
      response.writeHead(400).end('{"error": {"message": "no such thing"}}');
      return;
    }
    (answers.length > 1 ? answers.shift()! : answers[0]!)(response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterAll(() => close());
beforeEach(() => {
  answers = [good];
  seen = [];
});
const make = (options: Partial<EmbeddingsEncoderOptions> = {}) =>
  createEmbeddingsEncoder({ model: 'toy', baseUrl: `${origin}/v1/`, retryDelay: 1, ...options });

describeSentenceEncoder({ name: 'An embeddings service', load: async () => make() });

describe('an embeddings service', () => {
  it('is told the model, the texts in batches, and the key', async () => {
    const encoder = make({ apiKey: 'secret', batchSize: 2 });
    expect(encoder.name).toBe(`toy at ${new URL(origin).host}`);
    await encoder.encode(['a', 'bb', 'ccc', 'a']);
    expect(seen).toEqual([
      { input: ['ccc', 'bb'], authorization: 'Bearer secret' },
      { input: ['a'], authorization: 'Bearer secret' },
    ]);
  });

  it('is given the time it asks for after 429, and is asked again', async () => {
    answers = [
      (response) => void response.writeHead(429, { 'retry-after-ms': '120' }).end('slow down'),
      (response) => void response.writeHead(503, { 'retry-after': '0' }).end(),
      good,
    ];
    const started = performance.now();
    const vectors = await make().encode(['x']);
    expect(vectors.shape).toEqual([1, 32]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(110);
    expect(seen).toHaveLength(3);
  });

  it('survives cut connections', async () => {
    answers = [
      (response) => void response.destroy(),
      (response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{"data": [');
        setTimeout(() => response.destroy(), 5);
      },
      good,
    ];
    expect((await make().encode(['x'])).shape).toEqual([1, 32]);
    expect(seen).toHaveLength(3);
  });

  it.each<[string, Answer, number, RegExp]>([
    ['a wrong key', (response) => void response.writeHead(401).end('bad key'), 1, /status 401, bad key/],
    [
      'too many requests for ever',
      (response) => void response.writeHead(429).end(),
      3,
      /in 3 tries: status 429/,
    ],
    [
      'a pause of hours',
      (response) => void response.writeHead(429, { 'retry-after': '7200' }).end(),
      1,
      /status 429/,
    ],
    ['what is not JSON', (response) => void response.end('<html>'), 1, /not JSON \(<html>\)/],
    ['JSON without vectors', (response) => void response.end('{"error": 1}'), 1, /no list "data"/],
    ['too few vectors', (response) => void response.end('{"data": []}'), 1, /0 vectors; expected 1/],
    ['texts for numbers', (response) => void response.end('{"data":[{"embedding":["1"]}]}'), 1, /entry 0/],
    [
      'a wrong index',
      (response) => void response.end('{"data":[{"index":1,"embedding":[1]}]}'),
      1,
      /entry 0/,
    ],
  ])('fails on %s, and says so', async (_, answer, tries, message) => {
    answers = [answer];
    const work = make({ maxRetries: 2, apiKey: 'secret' }).encode(['x']);
    await expect(work).rejects.toMatchObject({ code: 'EMBEDDINGS_SERVICE', url: `${origin}/v1/embeddings` });
    await expect(work).rejects.toThrow(message);
    await expect(work).rejects.not.toThrow(/secret/);
    expect(seen).toHaveLength(tries);
  });

  it('is not waited for without end', async () => {
    answers = [() => undefined];
    const work = make({ timeout: 30, maxRetries: 1 }).encode(['x']);
    await expect(work).rejects.toThrow(/in 2 tries: no reply within 0.03 s/);
  });

  it('is left at once when the call is stopped, also within a pause', async () => {
    const controller = new AbortController();
    answers = [(response) => void response.writeHead(429, { 'retry-after': '60' }).end()];
    const work = make().encode(['x'], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 30);
    await expect(work).rejects.toThrow('enough');
  });

  it('uses the fetch that it is given, and names a server that is not there', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const refused = make({ baseUrl: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
    await expect(refused.encode(['x'])).rejects.toThrow(/ECONNREFUSED/);
    const fetch = async () => new Response('{"data": [{"embedding": [3, 4]}]}');
    const { data } = await make({ fetch }).encode(['x']);
    expect(Array.from(data, (value) => value.toFixed(1))).toEqual(['0.6', '0.8']);
    expect(() => make({ baseUrl: 'here' })).toThrow(/baseUrl is "here"/);
    expect(() => make({ timeout: 0 })).toThrow(/timeout is 0/);
  });
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-sentences-'));
});
afterEach(() => rm(folder, { recursive: true }));

describeSentenceEncoder({
  name: 'A cache',
  load: async () =>
    cacheSentenceEncoder({
      encoder: createToyEncoder(),
      directory: await mkdtemp(join(tmpdir(), 'austeer-')),
    }),
});

describe('a cache of sentences', () => {
  const open = () => {
    const encoder = createToyEncoder();
    return { encoder, cached: cacheSentenceEncoder({ encoder, directory: folder }) };
  };
  const files = async (): Promise<string[]> => {
    const [inner] = await readdir(folder);
    return (await readdir(join(folder, inner!))).map((name) => join(folder, inner!, name));
  };

  it('encodes each text once, also in the next process', async () => {
    const first = open();
    const plain = await createToyEncoder().encode(['b', 'a', 'c']);
    await first.cached.encode(['a', 'b']);
    expect(await first.cached.encode(['b', 'a', 'c'])).toEqual(plain);
    expect(first.encoder.asked).toEqual(['a', 'b', 'c']);
    const second = open();
    expect(await second.cached.encode(['b', 'a', 'c'])).toEqual(plain);
    expect(second.encoder.asked).toEqual([]);
  });

  it('keeps the vectors of encoders with different names apart', async () => {
    await open().cached.encode(['a']);
    const other = createToyEncoder('other');
    await cacheSentenceEncoder({ encoder: other, directory: folder }).encode(['a']);
    expect(other.asked).toEqual(['a']);
  });

  it('passes damaged files over, and leaves nothing half written when the encoder fails', async () => {
    await open().cached.encode(['a', 'b']);
    const [path] = await files();
    await writeFile(path!, 'damaged');
    const again = open();
    await again.cached.encode(['a', 'b']);
    expect(again.encoder.asked).toEqual(['a', 'b']);

    const broken = { ...createToyEncoder(), encode: () => Promise.reject(new Error('no power')) };
    await expect(cacheSentenceEncoder({ encoder: broken, directory: folder }).encode(['z'])).rejects.toThrow(
      'no power',
    );
    expect(await files()).toEqual([path]);
  });

  it('holds more texts than one file', async () => {
    const texts = Array.from({ length: 1500 }, (_, index) => `text ${index}`);
    const first = await open().cached.encode(texts);
    expect(await files()).toHaveLength(2);
    const second = open();
    expect(await second.cached.encode(texts.toReversed().slice(0, 700))).toEqual({
      data: (await createToyEncoder().encode(texts.toReversed().slice(0, 700))).data,
      shape: [700, 32],
    });
    expect(first.shape).toEqual([1500, 32]);
    expect(second.encoder.asked).toEqual([]);
  });
});
