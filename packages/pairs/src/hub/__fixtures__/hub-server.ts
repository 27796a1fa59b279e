/**
 * A hub on this machine: the paths that `@huggingface/hub` asks for data sets, and a second origin that delivers large
 * files, as the real one does.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface HubServer {
  /** Address of the hub. */
  readonly endpoint: string;
  /** Path of each request; those of the second origin begin with `files: ` and end with the range asked for. */
  readonly requests: string[];
  /** Authorization headers by origin. */
  readonly tokens: { readonly hub: (string | undefined)[]; readonly files: (string | undefined)[] };
  /** Behaviour that a test changes. */
  readonly behaviour: {
    status?: number;
    /** Ends the connection after so many bytes of a file. */
    cutAfter?: number | undefined;
    ignoreRanges?: boolean;
    /** What is sent instead of the listed content. */
    sends?: Uint8Array | undefined;
    commit: string;
    /** Adds entries to every listing. */
    entries?: object[];
    small?: boolean;
  };
}

export const COMMIT = '1f'.repeat(20);

/** Serves one data set: its files by name, all at one commit that any revision names. */
export async function serveHub(repository: string, files: Readonly<Record<string, Uint8Array>>): Promise<HubServer> {
  const requests: string[] = [];
  const tokens = { hub: [] as (string | undefined)[], files: [] as (string | undefined)[] };
  const behaviour: HubServer['behaviour'] = { commit: COMMIT };

  const sendFile = (request: IncomingMessage, response: ServerResponse, name: string): void => {
    const content = behaviour.sends ?? files[name];
    if (content === undefined) return void response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    const range = behaviour.ignoreRanges ? undefined : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const from = Number(range?.[1] ?? 0);
    const end = range?.[2] ? Number(range[2]) + 1 : content.length;
    const part = content.subarray(from, end);
    response.writeHead(range ? 206 : 200, {
      etag: '"etag"',
      'content-length': part.length,
      'content-range': `bytes ${from}-${end - 1}/${content.length}`,
    });
    const { cutAfter } = behaviour;
    if (cutAfter !== undefined && part.length > cutAfter) {
      response.write(part.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 20));
    } else response.end(part);
  };
  const second = await listen((request, response) => {
    requests.push(`files: ${request.url} ${request.headers.range ?? ''}`);
    tokens.files.push(request.headers.authorization);
    sendFile(request, response, decodeURIComponent(request.url!.slice(1)));
  });
  const hub = await listen((request, response) => {
    const url = new URL(request.url!, 'http://hub');
    requests.push(url.pathname);
    tokens.hub.push(request.headers.authorization);
    if (behaviour.status !== undefined) {
      return void response.writeHead(behaviour.status, { 'content-type': 'application/json' }).end('{"error":"no"}');
    }
    const json = (value: unknown, headers = {}): void =>
      void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    if (url.pathname.startsWith(`/api/datasets/${repository}/revision/`)) {
      return json({ _id: '1', id: repository, private: false, sha: behaviour.commit, lastModified: '2026-01-01' });
    }
    const tree = `/api/datasets/${repository}/tree/${behaviour.commit}/`;
    if (url.pathname.startsWith(tree)) {
      const folder = url.pathname.slice(tree.length);
      const names = Object.keys(files).filter((name) => name.startsWith(`${folder}/`));
      // Two entries a page, so that reading on is tested too.
      const start = Number(url.searchParams.get('cursor') ?? 0);
      const next = start + 2 < names.length ? { link: `<${linkTo(url, start + 2)}>; rel="next"` } : {};
      const entries = names.slice(start, start + 2).map((name) => entryOf(name, files[name]!));
      return json([...entries, ...(behaviour.entries ?? [])], next);
    }
    const resolve = `/datasets/${repository}/resolve/${behaviour.commit}/`;
    if (url.pathname.startsWith(resolve)) {
      const name = decodeURIComponent(url.pathname.slice(resolve.length));
      if (behaviour.small) return sendFile(request, response, name);
      return void response.writeHead(302, { location: `${addressOf(second)}/${name}`, etag: '"etag"' }).end();
    }
    response.writeHead(404).end();
  });
  const linkTo = (url: URL, cursor: number): string => {
    const next = new URL(url.pathname + url.search, addressOf(hub));
    next.searchParams.set('cursor', String(cursor));
    return next.href;
  };
  const entryOf = (path: string, content: Uint8Array): object => {
    const size = content.length;
    const git = createHash('sha1').update(`blob ${size}\0`).update(content).digest('hex');
    const oid = createHash('sha256').update(content).digest('hex');
    return { type: 'file', path, size, oid: git, ...(behaviour.small ? {} : { lfs: { oid, size, pointerSize: 130 } }) };
  };
  return { endpoint: addressOf(hub), requests, tokens, behaviour };
}

async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
