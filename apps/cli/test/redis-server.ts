/**
 * A Redis server of the test's own, on a free port, that forgets everything when it ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A running server. */
export interface RedisServer {
  readonly url: string;
  /** Kills it and starts it again, empty, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server; tooling/redis/install.sh installs it. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  let server = await start(port);
  const end = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.kill('SIGKILL');
    await closed;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    restart: async () => {
      await end();
      server = await start(port);
    },
    stop: end,
  };
}

async function start(port: number): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', [...options, '--maxmemory-policy', 'noeviction']);
  await new Promise<void>((resolve, reject) => {
    server.on('error', (cause) =>
      reject(new Error('redis-server is missing: tooling/redis/install.sh', { cause })),
    );
    server.on('close', (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.stdout.on('data', (chunk) => {
      if (String(chunk).includes('Ready to accept connections')) resolve();
    });
  });
  return server;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
