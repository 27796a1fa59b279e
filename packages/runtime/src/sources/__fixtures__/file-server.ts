/**
 * A real HTTP server on loopback for the tests of downloads.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  readonly url: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts a server that ends with the test; `seen` lists the requests in order. */
export async function startServer(handler: Handler): Promise<{ origin: string; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const { range, authorization } = request.headers;
    seen.push({ url: request.url ?? '', range, authorization });
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Sends content as a well-behaved server does, with ranges. */
export function sendContent(request: IncomingMessage, response: ServerResponse, content: Buffer): void {
  const from = rangeStart(request);
  if (from === undefined) {
    response.writeHead(200, { 'content-length': content.length }).end(content);
  } else if (from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
  } else {
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response
      .writeHead(206, { 'content-range': range, 'content-length': content.length - from })
      .end(content.subarray(from));
  }
}

/** Sends the head and the first bytes, then cuts the connection or goes silent. */
export function sendPart(options: {
  request: IncomingMessage;
  response: ServerResponse;
  content: Buffer;
  count: number;
  ending: 'cut' | 'silence';
}): void {
  const { request, response, content, count, ending } = options;
  const from = rangeStart(request) ?? 0;
  const head = { 'content-length': content.length - from };
  if (from > 0) {
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { ...head, 'content-range': range });
  } else response.writeHead(200, head);
  response.write(content.subarray(from, from + count), () => {
    // Time for the bytes to arrive before the reset overtakes them.
    if (ending === 'cut') setTimeout(() => response.destroy(), 50);
  });
}

function rangeStart(request: IncomingMessage): number | undefined {
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  return match === null ? undefined : Number(match[1]);
}
