/**
 * A server on this machine that answers JSON and remembers what it was asked, and a clock that does not wait.
 */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import type { Clock } from '../clock.ts';

export interface SeenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Answers what `answer` gives: a status and a body, or what it does with the response itself. */
export async function startJsonServer(
  answer: (
    request: SeenRequest,
    response: ServerResponse,
    count: number,
  ) => { status?: number; headers?: Record<string, string>; body: unknown } | undefined,
): Promise<{ origin: string; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const request = { headers: message.headers, body: JSON.parse(Buffer.concat(chunks).toString()) };
      seen.push(request);
      const given = answer(request, response, seen.length);
      if (given === undefined) return;
      const { status = 200, headers = {}, body } = given;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** A clock that jumps instead of sleeping, and remembers the jumps. */
export function createTestClock(): Clock & { readonly slept: number[] } {
  let time = Date.UTC(2026, 10, 25);
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      time += milliseconds;
    },
  };
}
