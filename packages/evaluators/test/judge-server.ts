/**
 * A server on loopback that behaves like a chat service: rate limits with pauses, errors, slow and cut answers, and
 * answers that are no JSON. It keeps a log, which tests are checked against.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a request. */
export type Fault =
  | 'rate limit'
  | 'server error'
  | 'cut before the answer'
  | 'cut in the answer'
  | 'slow'
  | 'not JSON'
  | 'another page'
  | 'no choices';

/** A request as the server saw it. */
export interface LoggedRequest {
  /** Hash of the conversation: equal questions have equal keys. */
  readonly key: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: { model: string; messages: { role: string; content: string }[]; response_format?: unknown };
  fault?: Fault | undefined;
  status: number;
  /** A whole answer with a message went out, and the caller was still there. */
  delivered: boolean;
  charged: { prompt: number; completion: number };
}

export interface JudgeServer {
  readonly url: string;
  readonly log: LoggedRequest[];
  close(): Promise<void>;
}

export interface JudgeServerOptions {
  /** @default none */
  readonly fault?:
    | ((request: { key: string; earlier: number; index: number }) => Fault | undefined)
    | undefined;
  /** What the judge says; the default likes replies with more exclamation marks. */
  readonly answer?: ((replies: { a: string; b: string; schema: boolean }) => string) | undefined;
  /** Status with which structured output is refused, as servers do that have none. @default none */
  readonly refusesSchema?: number | undefined;
  /** Other replies to everything, for tests of their own. */
  readonly respond?: ((request: LoggedRequest, response: ServerResponse) => boolean) | undefined;
  /** Milliseconds before an answer. @default 0 */
  readonly delay?: ((index: number) => number) | undefined;
}

/** The answer that the default judge gives. */
export function exclaim({ a, b, schema }: { a: string; b: string; schema: boolean }): string {
  const count = (text: string): number => text.split('!').length;
  const verdict = count(a) > count(b) ? 'A' : count(a) < count(b) ? 'B' : 'tie';
  if (schema) return JSON.stringify({ grounds: 'It is louder.', verdict });
  return `One is louder.\n\n[[${verdict === 'tie' ? 'C' : verdict}]]`;
}

export async function startJudgeServer(options: JudgeServerOptions = {}): Promise<JudgeServer> {
  const { fault, answer = exclaim, refusesSchema, respond, delay } = options;
  const log: LoggedRequest[] = [];
  const seen = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await readAll(request)) as LoggedRequest['body'];
    const key = createHash('sha256').update(body.messages[1]!.content).digest('hex');
    const earlier = seen.get(key) ?? 0;
    seen.set(key, earlier + 1);
    const index = log.length;
    const logged: LoggedRequest = {
      key,
      headers: request.headers,
      body,
      fault: fault?.({ key, earlier, index }),
      status: 0,
      delivered: false,
      charged: { prompt: 0, completion: 0 },
    };
    log.push(logged);
    const send = (status: number, content: string, headers: Record<string, string> = {}): void => {
      logged.status = status;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(content);
    };
    if (respond?.(logged, response)) return;
    if (delay !== undefined) await new Promise((resolve) => setTimeout(resolve, delay(index)));
    if (refusesSchema !== undefined && body.response_format !== undefined) {
      send(refusesSchema, errorBody('response_format of type json_schema is not supported'));
      return;
    }
    const usage = { prompt_tokens: Math.ceil(body.messages[1]!.content.length / 4), completion_tokens: 9 };
    const content = JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: answer({ ...repliesOf(body), schema: 'response_format' in body }),
          },
          finish_reason: 'stop',
        },
      ],
      usage,
    });
    // What a service has computed it charges, whether the caller still listens or not.
    const charge = (): void => {
      logged.charged = { prompt: usage.prompt_tokens, completion: usage.completion_tokens };
    };
    switch (logged.fault) {
      case 'rate limit':
        send(429, errorBody('Rate limit reached'), { 'retry-after-ms': '5' });
        return;
      case 'server error':
        send(index % 2 === 0 ? 500 : 503, errorBody('The server had an error'));
        return;
      case 'cut before the answer':
        charge();
        request.socket.destroy();
        return;
      case 'cut in the answer':
        charge();
        response.writeHead(200, {
          'content-type': 'application/json',
          'content-length': String(content.length),
        });
        response.write(content.slice(0, content.length / 2), () => request.socket.destroy());
        return;
      case 'slow':
        charge();
        drip(content, response);
        return;
      case 'not JSON':
        charge();
        send(200, content.slice(0, -3));
        return;
      case 'another page':
        charge();
        send(200, '<html>Sign in to the network</html>', { 'content-type': 'text/html' });
        return;
      case 'no choices':
        charge();
        send(200, JSON.stringify({ object: 'chat.completion', choices: [] }));
        return;
      case undefined:
        charge();
        response.on('finish', () => {
          logged.delivered = !request.socket.destroyed;
        });
        send(200, content);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function repliesOf(body: LoggedRequest['body']): { a: string; b: string } {
  const text = body.messages[1]!.content;
  const part = (name: string): string =>
    new RegExp(`--- reply ${name} (\\w{8}) ---\\n([\\s\\S]*)\\n--- end of reply ${name} \\1 ---`).exec(
      text,
    )![2]!;
  return { a: part('A'), b: part('B') };
}

/** One byte at a time, for longer than any test waits. */
function drip(content: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  let at = 0;
  const timer = setInterval(() => response.write(content[at++ % content.length]), 20);
  response.on('close', () => clearInterval(timer));
}

function errorBody(message: string): string {
  return JSON.stringify({ error: { message, type: 'error', code: null } });
}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
