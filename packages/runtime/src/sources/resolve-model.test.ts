import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FileMissingError,
  InvalidArgumentError,
  SourceUnavailableError,
  sha256,
  UnknownNameError,
  UnsupportedModelError,
} from '@austeer/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sendContent, startServer } from './__fixtures__/file-server.ts';
import { temporaryDirectory } from './__fixtures__/temporary-directory.ts';
import { resolveModel } from './resolve-model.ts';

const commit = 'a'.repeat(40);
const weights = randomBytes(50_000);
const repository: Record<string, Buffer> = {
  'config.json': Buffer.from('{"model_type":"llama"}'),
  'tokenizer.json': Buffer.from('{}'),
  'README.md': Buffer.from('not needed'),
  'onnx/model.onnx': Buffer.from('graph'),
  'onnx/model.onnx_data': weights,
  'onnx/model_q4.onnx': Buffer.from('not needed'),
};

function listing(files: Record<string, Buffer>): string {
  const siblings = Object.entries(files).map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    ...(rfilename.includes('onnx') && { lfs: { sha256: sha256(content), size: content.length } }),
  }));
  return JSON.stringify({ id: 'owner/model', sha: commit, siblings });
}

const hubServer = (files = repository) =>
  startServer((request, response) => {
    const url = request.url ?? '';
    if (url.startsWith('/api/models/owner/model')) return response.end(listing(files));
    const content = files[url.replace(`/owner/model/resolve/${commit}/`, '')];
    if (content === undefined) return response.writeHead(404).end();
    sendContent(request, response, content);
  });

function stubEnvironment(values: Record<string, string>): void {
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
}

describe('resolveModel with a hub id', () => {
  it('fetches graph, data and tokenizer of the listed commit, then needs no network', async () => {
    const server = await hubServer();
    const cacheDirectory = await temporaryDirectory();
    const call = { model: 'owner/model', cacheDirectory, hubEndpoint: server.origin };
    const first = await resolveModel(call);
    expect(first.source).toBe('hub');
    expect(Object.keys(first.files).sort()).toEqual([
      'config.json',
      'onnx/model.onnx',
      'onnx/model.onnx_data',
      'tokenizer.json',
    ]);
    expect(await readFile(first.files['onnx/model.onnx_data']!)).toEqual(weights);
    expect(first.sha256['config.json']).toBe(sha256(repository['config.json']!));
    expect(first.directory).toBe(join(cacheDirectory, 'hub', 'owner', 'model', commit));
    const requests = server.seen.length;
    expect(await resolveModel({ ...call, offline: true })).toEqual({ ...first, source: 'cache' });
    expect(server.seen).toHaveLength(requests);
  });

  it('asks for the revision given and keeps it apart from main', async () => {
    const server = await hubServer();
    const cacheDirectory = await temporaryDirectory();
    const call = { model: 'owner/model', cacheDirectory, hubEndpoint: server.origin };
    await resolveModel({ ...call, revision: 'refs/pr/1' });
    expect(server.seen[0]?.url).toBe('/api/models/owner/model/revision/refs%2Fpr%2F1?blobs=true');
    await expect(resolveModel({ ...call, offline: true })).rejects.toBeInstanceOf(SourceUnavailableError);
  });

  it('fetches only the damaged file again', async () => {
    const server = await hubServer();
    const cacheDirectory = await temporaryDirectory();
    const call = { model: 'owner/model', cacheDirectory, hubEndpoint: server.origin };
    const { files } = await resolveModel(call);
    await writeFile(files['onnx/model.onnx']!, 'grabh');
    const before = server.seen.length;
    await resolveModel(call);
    expect(server.seen.slice(before).map(({ url }) => url)).toEqual([
      '/api/models/owner/model?blobs=true',
      `/owner/model/resolve/${commit}/onnx/model.onnx`,
    ]);
    expect(await readFile(files['onnx/model.onnx']!, 'utf8')).toBe('graph');
  });

  it('takes a single GGUF file where there is no graph', async () => {
    const server = await hubServer({ 'a.Q4_1.gguf': weights, 'README.md': Buffer.from('x') });
    const cacheDirectory = await temporaryDirectory();
    const found = await resolveModel({ model: 'owner/model', cacheDirectory, hubEndpoint: server.origin });
    expect(Object.keys(found.files)).toEqual(['a.Q4_1.gguf']);
  });

  it.each([
    [{ 'a.gguf': weights, 'b.gguf': weights }, 'It has 2 .gguf files'],
    [{ 'model.safetensors': weights }, 'Export the model to ONNX'],
    [{ '../a.gguf': weights }, 'Export the model to ONNX'],
  ])('refuses a repository without a choice: %#', async (files, words) => {
    const server = await hubServer(files as Record<string, Buffer>);
    const cacheDirectory = await temporaryDirectory();
    const failed = resolveModel({ model: 'owner/model', cacheDirectory, hubEndpoint: server.origin });
    await expect(failed).rejects.toBeInstanceOf(UnsupportedModelError);
    await expect(failed).rejects.toThrow(words);
  });

  it('honours HF_ENDPOINT, sends HF_TOKEN there only, and shows it nowhere', async () => {
    const store = await startServer((_request, response) => response.writeHead(403).end());
    const hub = await startServer((request, response) => {
      if (request.url?.startsWith('/mirror/api/')) return response.end(listing(repository));
      response.writeHead(302, { location: `${store.origin}/signed?secret=1` }).end();
    });
    stubEnvironment({ HF_ENDPOINT: `${hub.origin}/mirror/`, HF_TOKEN: 'hf_secret' });
    const cacheDirectory = await temporaryDirectory();
    const error = await resolveModel({ model: 'owner/model', cacheDirectory }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SourceUnavailableError);
    expect(hub.seen.every(({ authorization }) => authorization === 'Bearer hf_secret')).toBe(true);
    expect(store.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
    const shown = `${String(error)} ${JSON.stringify(error)}`;
    expect(shown).not.toContain('hf_secret');
    expect(shown).not.toContain('secret=1');
    expect(shown).toContain('answers 403');
  });

  it.each([
    ['not a listing', '{"error":"x"}', 'no listing of a model'],
    ['a commit that is a path', '{"sha":"../../x","siblings":[]}', 'no listing of a model'],
    ['no JSON', '<html>', 'JSON'],
  ])('refuses %s', async (_name, answer, words) => {
    const server = await startServer((_request, response) => response.end(answer));
    const cacheDirectory = await temporaryDirectory();
    const failed = resolveModel({ model: 'owner/model', cacheDirectory, hubEndpoint: server.origin });
    await expect(failed).rejects.toBeInstanceOf(SourceUnavailableError);
    await expect(failed).rejects.toThrow(words);
  });

  it('says so when the hub knows no such model', async () => {
    const server = await startServer((_request, response) => response.writeHead(404).end());
    const cacheDirectory = await temporaryDirectory();
    const failed = resolveModel({ model: 'owner/model', cacheDirectory, hubEndpoint: server.origin });
    await expect(failed).rejects.toThrow('no such model or revision there');
  });
});

describe('resolveModel with a path', () => {
  it('returns a file as it is', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'my.gguf');
    await writeFile(path, 'x');
    expect(await resolveModel({ model: path })).toEqual({
      name: 'my.gguf',
      directory,
      files: { 'my.gguf': path },
      sha256: {},
      source: 'path',
    });
  });

  it('returns a folder with its files and those of onnx/', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'onnx', 'deeper'), { recursive: true });
    await writeFile(join(directory, 'config.json'), '{}');
    await writeFile(join(directory, 'onnx', 'model.onnx'), 'x');
    const { files, source } = await resolveModel({ model: directory });
    expect(source).toBe('path');
    expect(files).toEqual({
      'config.json': join(directory, 'config.json'),
      'onnx/model.onnx': join(directory, 'onnx', 'model.onnx'),
    });
  });

  it.each(['./nowhere', '/nowhere/at/all', 'nowhere.gguf', 'owner/nowhere.onnx', 'C:\\nowhere'])(
    'says that %s is not there, without asking a hub',
    async (model) => {
      await expect(resolveModel({ model })).rejects.toBeInstanceOf(FileMissingError);
    },
  );

  it('refuses a file that is no model', async () => {
    const path = join(await temporaryDirectory(), 'notes.txt');
    await writeFile(path, 'x');
    await expect(resolveModel({ model: path })).rejects.toThrow('ends in .gguf or .onnx');
  });
});

describe('resolveModel with other names and settings', () => {
  it('suggests the nearest name', async () => {
    const failed = resolveModel({ model: 'smollm2-135' });
    await expect(failed).rejects.toBeInstanceOf(UnknownNameError);
    await expect(failed).rejects.toThrow('Did you mean "smollm2-135m"?');
    await expect(resolveModel({ model: 'constructor' })).rejects.toBeInstanceOf(UnknownNameError);
    await expect(resolveModel({ model: '' })).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  it('reads AUSTEER_OFFLINE and AUSTEER_CACHE', async () => {
    const cacheDirectory = await temporaryDirectory();
    stubEnvironment({ AUSTEER_OFFLINE: '1', AUSTEER_CACHE: cacheDirectory });
    const failed = resolveModel({ model: 'smollm2-135m' });
    await expect(failed).rejects.toBeInstanceOf(SourceUnavailableError);
    await expect(failed).rejects.toThrow(join(cacheDirectory, 'models', 'smollm2-135m'));
  });

  it.each([
    [{ HF_ENDPOINT: 'ftp://hub.example.org' }, 'HF_ENDPOINT'],
    [{ HF_ENDPOINT: 'https://me:hf_secret@hub.example.org' }, 'HF_ENDPOINT'],
    [{ HF_TOKEN: 'hf_secret\nx' }, 'HF_TOKEN'],
  ])('refuses settings that cannot be right, without showing secrets: %#', async (values, name) => {
    stubEnvironment(values);
    const failed = resolveModel({ model: 'owner/model', cacheDirectory: await temporaryDirectory() });
    const error = await failed.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(String(error)).toContain(name);
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('hf_secret');
  });

  it('does nothing for a signal already aborted', async () => {
    const reason = new Error('stopped');
    const failed = resolveModel({ model: 'minilm', signal: AbortSignal.abort(reason) });
    await expect(failed).rejects.toBe(reason);
  });
});
