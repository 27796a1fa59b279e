import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HashMismatchError, type Progress, SourceUnavailableError, sha256 } from '@austeer/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sendContent, startServer } from './__fixtures__/file-server.ts';
import { temporaryDirectory } from './__fixtures__/temporary-directory.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { resolveEntry } from './resolve-catalogue.ts';
import type { ResolveContext } from './resolve-context.ts';

const contents: Record<string, Buffer> = {
  'config.json': Buffer.from('{}'),
  'sub/weights.bin': randomBytes(100_000),
};
const entry: CatalogueEntry = {
  name: 'toy',
  kind: 'encoder',
  description: 'made in the test',
  licence: 'Apache-2.0',
  files: Object.entries(contents).map(([name, content]) => ({
    name,
    bytes: content.length,
    sha256: sha256(content),
  })),
  sources: [
    { kind: 'hub', repository: 'owner/toy', revision: 'abc', folder: '' },
    { kind: 'package-index', requirement: 'austeer-test-toy==1.0.0', folder: 'toy' },
  ],
};

async function contextWith(options: Partial<ResolveContext> = {}): Promise<ResolveContext> {
  // No Python on the PATH: these tests are about the hub and the cache.
  const cacheDirectory = await temporaryDirectory();
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('PATH', cacheDirectory);
  return {
    cacheDirectory,
    offline: false,
    endpoint: 'http://127.0.0.1:9',
    fetch: globalThis.fetch,
    token: undefined,
    signal: undefined,
    onProgress: undefined,
    ...options,
  };
}

const hubServer = (files = contents) =>
  startServer((request, response) => {
    const content = files[(request.url ?? '').replace('/owner/toy/resolve/abc/', '')];
    if (content === undefined) response.writeHead(404).end();
    else sendContent(request, response, content);
  });

describe('resolveEntry', () => {
  it('fetches from the hub, then uses the cache without asking again', async () => {
    const server = await hubServer();
    const events: Progress[] = [];
    const context = await contextWith({
      endpoint: server.origin,
      onProgress: (event) => events.push(event),
    });
    const first = await resolveEntry({ entry, context });
    expect(first).toMatchObject({ name: 'toy', source: 'hub', entry: { name: 'toy' } });
    expect(await readFile(first.files['sub/weights.bin']!)).toEqual(contents['sub/weights.bin']);
    expect(events.at(-1)).toEqual({ stage: 'download', done: 100_002, total: 100_002 });
    const second = await resolveEntry({ entry, context: { ...context, offline: true } });
    expect(second).toEqual({ ...first, source: 'cache' });
    expect(server.seen).toHaveLength(2);
  });

  it('fetches a damaged file again, and that one only', async () => {
    const server = await hubServer();
    const context = await contextWith({ endpoint: server.origin });
    const { files } = await resolveEntry({ entry, context });
    await writeFile(files['sub/weights.bin']!, Buffer.alloc(100_000));
    expect((await resolveEntry({ entry, context })).source).toBe('hub');
    expect(await readFile(files['sub/weights.bin']!)).toEqual(contents['sub/weights.bin']);
    expect(server.seen.filter(({ url }) => url.endsWith('config.json'))).toHaveLength(1);
  });

  it('names a damaged file offline, and leaves it', async () => {
    const server = await hubServer();
    const context = await contextWith({ endpoint: server.origin });
    const { files } = await resolveEntry({ entry, context });
    const path = files['sub/weights.bin']!;
    await writeFile(path, Buffer.alloc(100_000));
    const error = await resolveEntry({ entry, context: { ...context, offline: true } }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(HashMismatchError);
    expect(error).toMatchObject({ path, given: sha256(Buffer.alloc(100_000)) });
    expect(await readFile(path)).toEqual(Buffer.alloc(100_000));
  });

  it('takes files that somebody put into the cache by hand', async () => {
    const context = await contextWith({ offline: true });
    const stages: string[] = [];
    for (const [name, content] of Object.entries(contents)) {
      const path = join(context.cacheDirectory, 'models', 'toy', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    const onProgress = ({ stage }: Progress) => stages.push(stage);
    expect((await resolveEntry({ entry, context: { ...context, onProgress } })).source).toBe('cache');
    expect(stages).toEqual(['verify', 'verify']);
  });

  it('says offline which files are missing, and touches no network', async () => {
    const server = await hubServer();
    const context = await contextWith({ endpoint: server.origin, offline: true });
    const error = await resolveEntry({ entry, context }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SourceUnavailableError);
    expect(String(error)).toContain('sub/weights.bin');
    expect(String(error)).toContain('AUSTEER_OFFLINE');
    expect(server.seen).toEqual([]);
  });

  it('lists every source tried, and what to do', async () => {
    const context = await contextWith();
    const error = await resolveEntry({ entry, context }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SourceUnavailableError);
    const { tried } = error as SourceUnavailableError;
    expect(tried).toHaveLength(2);
    expect(tried[0]?.source).toBe('http://127.0.0.1:9/owner/toy/resolve/abc/config.json');
    expect(tried[1]).toMatchObject({
      source: 'package index, austeer-test-toy==1.0.0',
      reason: expect.stringContaining('python3'),
    });
    for (const word of ['--model PATH', 'AUSTEER_CACHE', 'HF_ENDPOINT', join('models', 'toy')]) {
      expect(String(error)).toContain(word);
    }
  });

  it('goes on to the next source when a file is wrong, and keeps the right ones', async () => {
    const server = await hubServer({ ...contents, 'sub/weights.bin': Buffer.alloc(100_000) });
    const context = await contextWith({ endpoint: server.origin });
    const error = await resolveEntry({ entry, context }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SourceUnavailableError);
    expect((error as SourceUnavailableError).tried[0]?.reason).toContain('SHA-256');
    const directory = join(context.cacheDirectory, 'models', 'toy');
    expect((await readdir(directory)).sort()).toEqual(['config.json', 'config.json.sha256', 'sub']);
    expect(await readdir(join(directory, 'sub'))).toEqual([]);
  });

  it('asks the next source only for what is still missing', async () => {
    const server = await startServer((request, response) => {
      const url = request.url ?? '';
      const content = contents[url.replace(/^\/owner\/(bad|good)\/resolve\/abc\//, '')]!;
      const broken = url.includes('/bad/') && url.endsWith('.bin');
      sendContent(request, response, broken ? Buffer.alloc(content.length) : content);
    });
    const hub = { kind: 'hub', revision: 'abc', folder: '' } as const;
    const sources = ['owner/bad', 'owner/good'].map((repository) => ({ ...hub, repository }));
    const context = await contextWith({ endpoint: server.origin });
    await resolveEntry({ entry: { ...entry, sources }, context });
    expect(server.seen.map(({ url }) => url.replace('/resolve/abc', ''))).toEqual([
      '/owner/bad/config.json',
      '/owner/bad/sub/weights.bin',
      '/owner/good/sub/weights.bin',
    ]);
  });

  it('reports a wrong hash as such when every source delivers wrong files', async () => {
    const server = await hubServer({ ...contents, 'config.json': Buffer.from('[]') });
    const context = await contextWith({ endpoint: server.origin });
    const onlyHub = { ...entry, sources: entry.sources.slice(0, 1) };
    const failed = resolveEntry({ entry: onlyHub, context });
    await expect(failed).rejects.toBeInstanceOf(HashMismatchError);
  });

  it('stops at once when aborted, without trying the next source', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the user');
    const server = await startServer(() => controller.abort(reason));
    const context = await contextWith({ endpoint: server.origin, signal: controller.signal });
    await expect(resolveEntry({ entry, context })).rejects.toBe(reason);
    expect(await readdir(join(context.cacheDirectory, 'models', 'toy'))).toEqual([]);
  });
});
