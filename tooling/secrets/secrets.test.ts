/**
 * Keys and tokens are sent where they belong and come back nowhere: not in results, not in errors with their causes.
 * Needs a build.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createOpenAiJudge,
  createOpenAiModerationScorer,
  createPerspectiveScorer,
} from '../../packages/evaluators/dist/index.js';
import { createEmbeddingsEncoder, fetchHubFiles } from '../../packages/pairs/dist/index.js';
import { resolveModel } from '../../packages/runtime/dist/index.js';

const SECRET = 'sk-only-for-one-header-4711';
let server: Server;
let origin: string;
let status = 401;
let headers: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'austeer-secrets-'));

beforeAll(async () => {
  vi.stubEnv('HF_TOKEN', SECRET);
  server = createServer((request, response) => {
    headers.push(JSON.stringify(request.headers));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end('{"error": {"code": 401, "message": "That key is not known."}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  headers = [];
});

const question = { id: '1', instruction: 'Say hello', first: 'Hello', second: 'Hi' };
const hub = () => ({ cacheDirectory: join(folder, 'cache'), hubEndpoint: origin });
/** Everything that is sent with a key. */
const CLIENTS: Record<string, () => Promise<unknown>> = {
  perspective: () => createPerspectiveScorer({ apiKey: SECRET, endpoint: origin, attempts: 1 }).score(['a']),
  moderation: () =>
    createOpenAiModerationScorer({ apiKey: SECRET, baseURL: origin, attempts: 1 }).score(['a']),
  judge: () =>
    createOpenAiJudge({ model: 'm', apiKey: SECRET, baseURL: origin, retries: 0 }).compare([question]),
  embeddings: () =>
    createEmbeddingsEncoder({ model: 'm', apiKey: SECRET, baseUrl: origin, maxRetries: 0 }).encode(['a']),
  model: () => resolveModel({ model: 'some/model', ...hub() }),
  data: () => fetchHubFiles({ repository: 'some/data', folder: 'default/train', ...hub() }),
};

describe.each([401, 500])('an answer of %d', (given) => {
  it.each(Object.keys(CLIENTS))('%s', async (name) => {
    status = given;
    const outcome = await CLIENTS[name]!().catch((error: unknown) => error);
    expect(headers.length).toBeGreaterThan(0);
    expect(headers.join()).toContain(SECRET);
    expect(inspect(outcome, { depth: 20, showHidden: true })).not.toContain(SECRET);
  });
});

it('leaves no key in any file', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  for (const name of files) expect(readFileSync(join(folder, name), 'utf8')).not.toContain(SECRET);
});
