import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  HashMismatchError,
  InvalidArgumentError,
  type Progress,
  SourceUnavailableError,
} from '@austeer/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMIT, serveHub } from './__fixtures__/hub-server.ts';
import { type FetchHubFilesOptions, fetchHubFiles } from './hub-files.ts';

let cacheDirectory: string;
beforeEach(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'austeer-hub-'));
  // What the person who runs the tests has set must not reach them.
  for (const name of ['HF_TOKEN', 'HF_ENDPOINT', 'AUSTEER_OFFLINE', 'AUSTEER_CACHE'])
    vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cacheDirectory, { recursive: true, force: true });
});

const bytes = (length: number, start = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index + start) % 251);
const CONTENT = {
  'default/train/0000.parquet': bytes(3000),
  'default/train/0001.parquet': bytes(2000, 7),
  'default/train/0002.parquet': bytes(10, 9),
  'default/test/0000.parquet': bytes(500, 3),
};
const serve = () => serveHub('owner/data', CONTENT);
const ask = (hubEndpoint: string, more: Partial<FetchHubFilesOptions> = {}) =>
  fetchHubFiles({ repository: 'owner/data', folder: 'default/train', cacheDirectory, hubEndpoint, ...more });

describe('fetchHubFiles', () => {
  it('brings the files of one folder, all pages of its listing, and then asks no more', async () => {
    const hub = await serve();
    const reports: Progress[] = [];
    const fetched = await ask(hub.endpoint, { onProgress: (progress) => reports.push(progress) });
    expect(fetched).toMatchObject({ repository: 'owner/data', commit: COMMIT, source: 'hub' });
    expect(fetched.files.map(({ name }) => name)).toEqual(Object.keys(CONTENT).slice(0, 3));
    for (const { name, path } of fetched.files) {
      expect(new Uint8Array(await readFile(path))).toEqual(CONTENT[name as keyof typeof CONTENT]);
    }
    expect(hub.requests[0]).toBe('/api/datasets/owner/data/revision/refs%2Fconvert%2Fparquet');
    expect(reports.at(-1)).toEqual({ stage: 'download', done: 5010, total: 5010 });
    expect(reports.map(({ done }) => done)).toEqual(
      reports.map(({ done }) => done).toSorted((a, b) => a - b),
    );

    const asked = hub.requests.length;
    const again = await ask(hub.endpoint);
    expect(again).toEqual({ ...fetched, source: 'cache' });
    expect(await ask(hub.endpoint, { offline: true })).toEqual(again);
    expect(hub.requests).toHaveLength(asked);
  });

  it('checks small files by the hash that Git knows them by', async () => {
    const hub = await serve();
    hub.behaviour.small = true;
    const { files } = await ask(hub.endpoint);
    expect(new Uint8Array(await readFile(files[0]!.path))).toEqual(CONTENT['default/train/0000.parquet']);
    await rm(cacheDirectory, { recursive: true });
    hub.behaviour.sends = bytes(3000, 1);
    await expect(ask(hub.endpoint)).rejects.toThrow(HashMismatchError);
  });

  it('finds a changed file in the cache and fetches it anew', async () => {
    const hub = await serve();
    const { files } = await ask(hub.endpoint);
    await writeFile(files[1]!.path, bytes(2000, 8));
    await expect(ask(hub.endpoint, { offline: true })).rejects.toThrow(/AUSTEER_OFFLINE/);
    const reports: Progress[] = [];
    await ask(hub.endpoint, { onProgress: (progress) => reports.push(progress) });
    expect(reports.some(({ stage }) => stage === 'verify')).toBe(true);
    expect(new Uint8Array(await readFile(files[1]!.path))).toEqual(CONTENT['default/train/0001.parquet']);
    expect(hub.requests.filter((path) => path.startsWith('files: /default/train/0000'))).toHaveLength(2);
  });

  it('goes on where a cut download stopped', async () => {
    const hub = await serve();
    hub.behaviour.cutAfter = 1000;
    await expect(ask(hub.endpoint)).rejects.toThrow(SourceUnavailableError);
    hub.behaviour.cutAfter = undefined;
    const first: number[] = [];
    const { files } = await ask(hub.endpoint, { onProgress: ({ done }) => first.push(done) });
    expect(first[0]).toBeGreaterThan(1000);
    expect(hub.requests).toContain('files: /default/train/0000.parquet bytes=1000-2999');
    expect(new Uint8Array(await readFile(files[0]!.path))).toEqual(CONTENT['default/train/0000.parquet']);
    expect((await readdir(dirname(files[0]!.path))).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it.each([
    [
      'a server that knows no ranges',
      (hub: Awaited<ReturnType<typeof serve>>) => {
        hub.behaviour.ignoreRanges = true;
        hub.behaviour.small = true;
      },
    ],
    ['an old part that is wrong', () => undefined],
  ])('starts over for %s', async (_, change) => {
    const hub = await serve();
    hub.behaviour.cutAfter = 1000;
    hub.behaviour.small = true;
    await expect(ask(hub.endpoint)).rejects.toThrow(SourceUnavailableError);
    const folder = join(cacheDirectory, 'data', 'owner--data', COMMIT, 'default/train');
    await writeFile(join(folder, '0000.parquet.partial'), bytes(1000, 5));
    hub.behaviour.cutAfter = undefined;
    change(hub);
    const { files } = await ask(hub.endpoint);
    expect(new Uint8Array(await readFile(files[0]!.path))).toEqual(CONTENT['default/train/0000.parquet']);
  });

  it('throws away what has another hash or is longer than listed', async () => {
    const hub = await serve();
    hub.behaviour.sends = bytes(3000, 1);
    const failure = ask(hub.endpoint);
    await expect(failure).rejects.toThrow(HashMismatchError);
    hub.behaviour.sends = bytes(4000);
    await expect(ask(hub.endpoint)).rejects.toThrow(/sends more than the 3000 bytes/);
    expect(await readdir(join(cacheDirectory, 'data', 'owner--data', COMMIT, 'default/train'))).toEqual([]);
  });

  it('sends HF_TOKEN to the hub only, and shows it nowhere', async () => {
    const hub = await serve();
    vi.stubEnv('HF_TOKEN', 'hf_secret');
    vi.stubEnv('HF_ENDPOINT', hub.endpoint);
    await fetchHubFiles({ repository: 'owner/data', folder: 'default/train', cacheDirectory });
    expect(new Set(hub.tokens.hub)).toEqual(new Set(['Bearer hf_secret']));
    expect(new Set(hub.tokens.files)).toEqual(new Set([undefined]));
    hub.behaviour.status = 401;
    await rm(cacheDirectory, { recursive: true });
    const error = await ask(hub.endpoint).catch((cause: unknown) => cause);
    expect(String(error)).toContain('set HF_TOKEN');
    expect(JSON.stringify(error) + String(error)).not.toContain('hf_secret');
  });

  it.each([
    [404, 'no such data set'],
    [500, 'answers 500'],
  ])('says what an answer of %i means', async (status, reason) => {
    const hub = await serve();
    hub.behaviour.status = status;
    await expect(ask(hub.endpoint)).rejects.toThrow(reason);
  });

  it('refuses names that lead out of the cache, and listings without Parquet', async () => {
    const hub = await serve();
    const outside = { type: 'file', size: 3, oid: '0', path: 'default/train/../../../../outside.parquet' };
    hub.behaviour.entries = [outside, { ...outside, path: 'default/train/README.md' }];
    expect((await ask(hub.endpoint)).files).toHaveLength(3);
    await expect(ask(hub.endpoint, { folder: 'other' })).rejects.toThrow('no Parquet file in other');
    hub.behaviour.commit = '../../outside';
    await expect(ask(hub.endpoint, { folder: 'default/test' })).rejects.toThrow('names no commit');
    for (const repository of ['data', '../data', 'a/b/c']) {
      await expect(ask(hub.endpoint, { repository })).rejects.toThrow(InvalidArgumentError);
    }
  });

  it('honours offline and AUSTEER_OFFLINE before anything is asked', async () => {
    const hub = await serve();
    await expect(ask(hub.endpoint, { offline: true })).rejects.toThrow(SourceUnavailableError);
    vi.stubEnv('AUSTEER_OFFLINE', '1');
    await expect(ask(hub.endpoint)).rejects.toThrow(/AUSTEER_OFFLINE/);
    expect(hub.requests).toEqual([]);
  });

  it('stops when told to, keeps what has come, and says so with the reason', async () => {
    const hub = await serve();
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('enough'));
    await expect(ask(hub.endpoint, { signal: stop.signal, onProgress })).rejects.toThrow('enough');
    await expect(ask(hub.endpoint, { signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow(
      'early',
    );
    expect((await ask(hub.endpoint)).files).toHaveLength(3);
  });

  it('names a hub that cannot be reached', async () => {
    const failure = ask('http://127.0.0.1:9');
    await expect(failure).rejects.toThrow(SourceUnavailableError);
    await expect(failure).rejects.toThrow('http://127.0.0.1:9/datasets/owner/data');
  });
});
