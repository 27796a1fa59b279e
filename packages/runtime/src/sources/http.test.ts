import { describe, expect, it } from 'vitest';
import { startServer } from './__fixtures__/file-server.ts';
import { openUrl, reasonOf } from './http.ts';

const limits = { fetch: globalThis.fetch, answerTimeout: 2_000, stallTimeout: 2_000 };

async function text(opened: Awaited<ReturnType<typeof openUrl>>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of opened.body()) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('openUrl', () => {
  it('sends the token to its origin, also after a redirect there, and never elsewhere', async () => {
    const other = await startServer((_request, response) => response.end('file'));
    const hub = await startServer((request, response) => {
      const location = request.url === '/old' ? '/new' : `${other.origin}/cdn`;
      response.writeHead(302, { location }).end();
    });
    const access = { ...limits, token: { value: 'hf_secret', origin: hub.origin } };
    expect(await text(await openUrl({ url: `${hub.origin}/old`, access }))).toBe('file');
    expect(hub.seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer hf_secret',
      'Bearer hf_secret',
    ]);
    expect(other.seen).toEqual([{ url: '/cdn', range: undefined, authorization: undefined }]);
  });

  it('sends the token to no address but its own in the first place', async () => {
    const server = await startServer((_request, response) => response.end('file'));
    const access = { ...limits, token: { value: 'hf_secret', origin: 'https://hub.example.org' } };
    await text(await openUrl({ url: server.origin, access }));
    expect(server.seen[0]?.authorization).toBeUndefined();
  });

  it('gives up a loop of redirects', async () => {
    const server = await startServer((_request, response) =>
      response.writeHead(302, { location: '/again' }).end(),
    );
    await expect(openUrl({ url: server.origin, access: limits })).rejects.toThrow('redirects more than');
    expect(server.seen).toHaveLength(6);
  });

  it('refuses a redirect from https to http', async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      asked.push(String(url));
      return new Response(null, { status: 302, headers: { location: 'http://plain.example.org/' } });
    };
    const access = { ...limits, fetch };
    await expect(openUrl({ url: 'https://hub.example.org/', access })).rejects.toThrow('refused');
    expect(asked).toEqual(['https://hub.example.org/']);
  });

  it('does not wait longer for an answer than it should', async () => {
    const server = await startServer(() => undefined);
    const access = { ...limits, answerTimeout: 50 };
    await expect(openUrl({ url: server.origin, access })).rejects.toThrow('no answer within 0.05 s');
  });

  it('notices silence also where an injected fetch ignores the signal', async () => {
    const silent = new ReadableStream<Uint8Array>({ start: (stream) => stream.enqueue(new Uint8Array(3)) });
    const access = { ...limits, stallTimeout: 50, fetch: async () => new Response(silent) };
    const opened = await openUrl({ url: 'https://hub.example.org/', access });
    await expect(text(opened)).rejects.toThrow('nothing came for 0.05 s');
  });
});

describe('reasonOf', () => {
  it('names the network’s own word', async () => {
    const error = await openUrl({ url: 'http://127.0.0.1:1/', access: limits }).catch(
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(Error);
    expect(reasonOf(error)).toMatch(/fetch failed \(|bad port/);
    expect(reasonOf('text')).toBe('text');
  });
});
