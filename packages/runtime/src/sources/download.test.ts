import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { HashMismatchError, SourceUnavailableError, sha256 } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { sendContent, sendPart, startServer } from './__fixtures__/file-server.ts';
import { temporaryDirectory } from './__fixtures__/temporary-directory.ts';
import { downloadFile } from './download.ts';

const content = randomBytes(300_000);
const expected = { bytes: content.length, sha256: sha256(content) };
const access = { fetch: globalThis.fetch, answerTimeout: 2_000, stallTimeout: 2_000 };

async function target(): Promise<{ directory: string; path: string }> {
  const directory = await temporaryDirectory();
  return { directory, path: join(directory, 'model.gguf') };
}

describe('downloadFile', () => {
  it('downloads, checks, stamps and reports bytes', async () => {
    const { directory, path } = await target();
    const server = await startServer((request, response) => sendContent(request, response, content));
    const reports: [number, number | undefined][] = [];
    const onBytes = (done: number, total: number | undefined) => reports.push([done, total]);
    expect(await downloadFile({ url: server.origin, path, ...expected, access, onBytes })).toEqual(expected);
    expect(await readFile(path)).toEqual(content);
    expect((await readdir(directory)).sort()).toEqual(['model.gguf', 'model.gguf.sha256']);
    expect(reports.at(-1)).toEqual([content.length, content.length]);
    expect(reports.every(([done], index) => index === 0 || done >= reports[index - 1]![0])).toBe(true);
  });

  it('tells size and hash where neither was known', async () => {
    const { path } = await target();
    const server = await startServer((_request, response) => {
      response.write(content.subarray(0, 1000));
      response.end(content.subarray(1000));
    });
    expect(await downloadFile({ url: server.origin, path, access })).toEqual(expected);
  });

  it('asks for the rest after a cut connection', async () => {
    const { path } = await target();
    const server = await startServer((request, response) => {
      if (request.headers.range === undefined) {
        sendPart({ request, response, content, count: 100_000, ending: 'cut' });
      } else sendContent(request, response, content);
    });
    await downloadFile({ url: server.origin, path, ...expected, access });
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-']);
    expect(await readFile(path)).toEqual(content);
  });

  it('leaves the partial file when a source fades, and goes on from it in the next call', async () => {
    const { directory, path } = await target();
    let attempts = 0;
    const fading = await startServer((request, response) => {
      if (attempts++ === 0) sendPart({ request, response, content, count: 50_000, ending: 'cut' });
      else response.writeHead(404).end();
    });
    const failed = downloadFile({ url: fading.origin, path, ...expected, access });
    await expect(failed).rejects.toBeInstanceOf(SourceUnavailableError);
    expect(await readdir(directory)).toEqual(['model.gguf.partial']);
    const good = await startServer((request, response) => sendContent(request, response, content));
    await downloadFile({ url: good.origin, path, ...expected, access });
    expect(good.seen.map(({ range }) => range)).toEqual(['bytes=50000-']);
    expect(await readFile(path)).toEqual(content);
  });

  it('starts over when the server ignores the range', async () => {
    const { directory, path } = await target();
    await writeFile(join(directory, 'model.gguf.partial'), content.subarray(0, 1234));
    const server = await startServer((_request, response) => response.end(content));
    await downloadFile({ url: server.origin, path, ...expected, access });
    expect(server.seen).toHaveLength(1);
    expect(await readFile(path)).toEqual(content);
  });

  it('starts over when the server sends another range', async () => {
    const { directory, path } = await target();
    await writeFile(join(directory, 'model.gguf.partial'), content.subarray(0, 1234));
    const server = await startServer((request, response) => {
      if (request.headers.range === undefined) sendContent(request, response, content);
      else {
        const range = `bytes 0-${content.length - 1}/${content.length}`;
        response.writeHead(206, { 'content-range': range }).end(content);
      }
    });
    await downloadFile({ url: server.origin, path, ...expected, access });
    expect(server.seen.map(({ range }) => range)).toEqual(['bytes=1234-', undefined]);
    expect(await readFile(path)).toEqual(content);
  });

  it('starts over when the partial file is longer than the file (416)', async () => {
    const { directory, path } = await target();
    await writeFile(join(directory, 'model.gguf.partial'), Buffer.alloc(content.length + 5));
    const server = await startServer((request, response) => sendContent(request, response, content));
    await downloadFile({ url: server.origin, path, access });
    expect(server.seen.map(({ range }) => range)).toEqual([`bytes=${content.length + 5}-`, undefined]);
    expect(await readFile(path)).toEqual(content);
  });

  it('does not ask at all for a partial file that is whole', async () => {
    const { directory, path } = await target();
    await writeFile(join(directory, 'model.gguf.partial'), content);
    await downloadFile({ url: 'http://127.0.0.1:9/', path, ...expected, access });
    expect(await readFile(path)).toEqual(content);
  });

  it('blames an old partial file before it blames the server', async () => {
    const { directory, path } = await target();
    await writeFile(join(directory, 'model.gguf.partial'), Buffer.alloc(1000));
    const server = await startServer((request, response) => sendContent(request, response, content));
    await downloadFile({ url: server.origin, path, ...expected, access });
    expect(server.seen.map(({ range }) => range)).toEqual(['bytes=1000-', undefined]);
    expect(await readFile(path)).toEqual(content);
  });

  it('throws a wrong file away', async () => {
    const { directory, path } = await target();
    const wrong = Buffer.alloc(content.length);
    const server = await startServer((request, response) => sendContent(request, response, wrong));
    const error = await downloadFile({ url: server.origin, path, ...expected, access }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(HashMismatchError);
    expect(error).toMatchObject({ given: sha256(wrong), expected: expected.sha256, path: server.origin });
    expect(await readdir(directory)).toEqual([]);
  });

  it('refuses a file of another announced size before reading it', async () => {
    const { directory, path } = await target();
    const server = await startServer((_request, response) => response.end(content.subarray(1)));
    const failed = downloadFile({ url: server.origin, path, ...expected, access });
    await expect(failed).rejects.toThrow(`announces ${content.length - 1} bytes; expected ${content.length}`);
    expect(await readdir(directory)).toEqual([]);
  });

  it('stops a server that sends more than the size expected', async () => {
    const { directory, path } = await target();
    const server = await startServer((_request, response) => {
      response.write(content);
      response.end(content);
    });
    const failed = downloadFile({ url: server.origin, path, ...expected, access });
    await expect(failed).rejects.toThrow('sends more than');
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    [404, 'answers 404: no such file there'],
    [401, 'set HF_TOKEN'],
    [503, 'answers 503'],
  ])('names the refusal %i', async (status, words) => {
    const { directory, path } = await target();
    const server = await startServer((_request, response) => response.writeHead(status).end('no'));
    const failed = downloadFile({ url: server.origin, path, ...expected, access });
    await expect(failed).rejects.toThrow(words);
    expect(server.seen).toHaveLength(1);
    expect(await readdir(directory)).toEqual([]);
  });

  it('follows a redirect to another host and resumes there', async () => {
    const { path } = await target();
    const store = await startServer((request, response) => {
      if (request.headers.range === undefined) {
        sendPart({ request, response, content, count: 10_000, ending: 'cut' });
      } else sendContent(request, response, content);
    });
    const hub = await startServer((_request, response) =>
      response.writeHead(302, { location: `${store.origin}/blob` }).end(),
    );
    await downloadFile({ url: hub.origin, path, ...expected, access });
    expect(store.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=10000-']);
    expect(await readFile(path)).toEqual(content);
  });

  it('takes silence for a cut connection', async () => {
    const { path } = await target();
    const server = await startServer((request, response) => {
      if (request.headers.range === undefined) {
        sendPart({ request, response, content, count: 20_000, ending: 'silence' });
      } else sendContent(request, response, content);
    });
    await downloadFile({ url: server.origin, path, ...expected, access: { ...access, stallTimeout: 100 } });
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=20000-']);
    expect(await readFile(path)).toEqual(content);
  });

  it('keeps a slow download alive for longer than the stall time', async () => {
    const { path } = await target();
    const small = content.subarray(0, 8);
    const server = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': small.length });
      let sent = 0;
      const timer = setInterval(() => {
        response.write(small.subarray(sent, sent + 1));
        if (++sent === small.length) clearInterval(timer);
      }, 50);
    });
    await downloadFile({ url: server.origin, path, access: { ...access, stallTimeout: 300 } });
    expect(await readFile(path)).toEqual(small);
    expect(server.seen).toHaveLength(1);
  });

  it('stops when aborted, and goes on from there', async () => {
    const { directory, path } = await target();
    const silent = await startServer((request, response) =>
      sendPart({ request, response, content, count: 30_000, ending: 'silence' }),
    );
    const controller = new AbortController();
    const reason = new Error('stopped by the user');
    const aborted = downloadFile({
      url: silent.origin,
      path,
      ...expected,
      access: { ...access, signal: controller.signal },
      onBytes: (done) => done >= 30_000 && controller.abort(reason),
    });
    await expect(aborted).rejects.toBe(reason);
    expect(await readdir(directory)).toEqual(['model.gguf.partial']);
    const good = await startServer((request, response) => sendContent(request, response, content));
    await downloadFile({ url: good.origin, path, ...expected, access });
    expect(good.seen.map(({ range }) => range)).toEqual(['bytes=30000-']);
    expect(await readFile(path)).toEqual(content);
  });

  it('lets several downloads of one file run side by side', async () => {
    const { directory, path } = await target();
    const server = await startServer((request, response) => {
      // Each connection pauses in the middle, so that all are under way at once.
      const from = Number(/\d+/.exec(request.headers.range ?? '0')![0]);
      if (from > 0) return sendContent(request, response, content);
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 150_000));
      setTimeout(() => response.end(content.subarray(150_000)), 100);
    });
    await Promise.all(
      Array.from({ length: 4 }, () => downloadFile({ url: server.origin, path, ...expected, access })),
    );
    expect(await readFile(path)).toEqual(content);
    expect((await readdir(directory)).sort()).toEqual(['model.gguf', 'model.gguf.sha256']);
  });

  it('takes over what a killed process left, and leaves a living one alone', async () => {
    const { directory, path } = await target();
    const { pid } = spawnSync(process.execPath, ['--version']);
    const host = hostname().replaceAll(/[^\w-]/g, '_');
    await writeFile(join(directory, `model.gguf.partial.${host}.${pid}.aaaa`), content.subarray(0, 7000));
    const living = `model.gguf.partial.${host}.${process.pid}.bbbb`;
    await writeFile(join(directory, living), content.subarray(0, 9000));
    const server = await startServer((request, response) => sendContent(request, response, content));
    await downloadFile({ url: server.origin, path, ...expected, access });
    expect(server.seen.map(({ range }) => range)).toEqual(['bytes=7000-']);
    expect((await readdir(directory)).sort()).toEqual(['model.gguf', living, 'model.gguf.sha256'].sort());
  });
});
