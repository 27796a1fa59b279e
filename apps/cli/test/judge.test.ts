import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WinRateSummary } from '@austeer/evaluators';
import type { AnswerLine } from '@austeer/experiments';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type JudgeServer,
  type JudgeServerOptions,
  startJudgeServer,
} from '../../../packages/evaluators/test/judge-server.ts';
import { runCli, runJson } from './run-cli.ts';

const KEY = 'sk-test-5b0e77d1';
let folder: string;
let server: JudgeServer | undefined;
const at = (name: string): string => join(folder, name);
const lines = (name: string, rows: readonly unknown[]): string => {
  writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return at(name);
};
const serve = async (options?: JudgeServerOptions): Promise<JudgeServer> => {
  server = await startJudgeServer(options);
  return server;
};

interface Judged {
  readonly summary: WinRateSummary;
  readonly account: { readonly requests: number; readonly cost?: number };
}

beforeAll(() => {
  // Two tests start the built command.
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: root });
  folder = mkdtempSync(join(tmpdir(), 'austeer-judge-'));
  const items = Array.from({ length: 12 }, (_, index) => index);
  lines(
    'first.jsonl',
    items.map((index) => ({ id: `${index}`, instruction: `Ask ${index}`, answer: '!'.repeat(index % 3) })),
  );
  lines(
    'second.jsonl',
    items.map((index) => ({ id: `${index}`, instruction: `Ask ${index}`, answer: `Answer ${index}!` })),
  );
}, 300_000);
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

const files = (): string[] => ['--first', at('first.jsonl'), '--second', at('second.jsonl')];
const service = (url: string, cache: string): string[] => [
  ...files(),
  '--base-url',
  url,
  '--judge-model',
  'small',
  '--cache',
  at(cache),
];

/** The command as a process, with the key in its environment. */
function start(...argv: string[]) {
  const command = fileURLToPath(new URL('../bin/austeer.js', import.meta.url));
  const child = spawn(process.execPath, [command, 'judge', ...argv], {
    cwd: folder,
    env: { ...process.env, OPENAI_API_KEY: KEY, OPENAI_LOG: 'debug' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      output += part;
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
  return { child, ended };
}

function everyFile(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(at(name)).isFile(),
  );
}

describe('austeer judge', () => {
  it('says beforehand what it takes, judges, and pays for nothing twice', async () => {
    const { url, log } = await serve();
    const flags = [...service(url, 'once'), '--price', '2,10'];
    const dry = await runJson<{ estimate: { requests: number; mostCost: number }; remembered: number }>(
      'judge',
      ...flags,
      '--dry-run',
    );
    expect(dry).toMatchObject({ estimate: { requests: 24 }, remembered: 0 });
    expect(log).toHaveLength(0);
    const first = await runJson<Judged>('judge', ...flags, '--out', at('judged.json'));
    expect(first.summary).toMatchObject({ wins: 4, ties: 4, losses: 4, scored: 12, missing: {} });
    expect(first.account).toMatchObject({ requests: 24 });
    expect(first.account.cost).toBeLessThan(dry.estimate.mostCost);
    expect(JSON.parse(readFileSync(at('judged.json'), 'utf8'))).toMatchObject({
      items: { length: 12 },
      ...first,
    });
    const second = await runJson<Judged>('judge', ...flags);
    expect(second).toMatchObject({ summary: first.summary, account: { requests: 0, cost: 0 } });
    expect(log).toHaveLength(24);
    const { stdout } = await runCli('judge', ...flags, '--dry-run');
    expect(stdout).toContain('24 replies are remembered');
  });

  it('writes lines for people', async () => {
    const { url } = await serve();
    const { stdout } = await runCli(
      'judge',
      ...service(url, 'lines'),
      '--protocol',
      'bpo-single',
      '--seed',
      '4',
    );
    expect(stdout).toMatch(/^win 0\.333 \[0\.\d+, 0\.\d+\] · tie /);
    expect(stdout).toContain('as released: win 33.3 %');
    expect(stdout).toMatch(/12 requests \(0 sent again\), [\d,]+ tokens read, 108 written\n/);
  });

  it('goes on after a kill where it was: nothing lost, nothing asked twice', async () => {
    // After ten answers the server falls silent, so that nothing is on its way when the process is killed.
    let silent = true;
    const { url, log } = await serve({ respond: () => silent && (server?.log.length ?? 0) > 10 });
    const flags = [...service(url, 'killed'), '--concurrency', '2'];
    const { child, ended } = start(...flags);
    const kept = (): number =>
      everyFile().filter((name) => name.startsWith('killed') && name.endsWith('.json')).length;
    for (let wait = 0; wait < 400 && (log.length < 12 || kept() < 10); wait++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    child.kill('SIGKILL');
    await ended;
    expect(kept()).toBe(10);
    expect(everyFile().filter((name) => name.endsWith('.tmp'))).toEqual([]);
    silent = false;
    const resumed = await runJson<Judged>('judge', ...flags);
    expect(resumed.account.requests).toBe(14);
    const delivered = new Map<string, number>();
    for (const { key, delivered: whole } of log)
      delivered.set(key, (delivered.get(key) ?? 0) + Number(whole));
    expect([...delivered.values()]).toEqual(Array(24).fill(1));
    const other = await runJson<Judged>('judge', ...service(url, 'fresh'));
    expect(resumed.summary).toEqual(other.summary);
  });

  it('keeps the key out of every output and file, also when the service repeats it', async () => {
    const { url } = await serve({
      respond: (logged, response) => {
        if ((server?.log.length ?? 0) <= 6) return false;
        logged.status = 401;
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { message: `Wrong key ${logged.headers.authorization}` } }));
        return true;
      },
    });
    const { code, output } = await start(...service(url, 'secret'), '--out', at('secret.json')).ended;
    expect(server!.log[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(code).toBe(1);
    expect(output).toContain('refused with status 401: 401 Wrong key Bearer [key]. Check the API key.');
    expect(output).not.toContain(KEY);
    for (const name of everyFile()) expect(readFileSync(at(name), 'utf8'), name).not.toContain(KEY);
  });

  it('stops at the limit of its cost', async () => {
    const { url } = await serve();
    const { stdout, exitCode } = await runCli(
      'judge',
      ...service(url, 'limit'),
      '--price',
      '2,10',
      '--max-cost',
      '0.008',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/missing \d+ of 12: cost limit \d+/);
  });

  it('lets a local model judge, the same every time', async () => {
    writeFileSync(at('tiny.gguf'), tinyLlama());
    const flags = [...files(), '--judge', 'local', '--judge-model', at('tiny.gguf'), '--threads', '1'];
    const first = await runJson<Judged>('judge', ...flags, '--cache', at('local-1'));
    const second = await runJson<Judged>('judge', ...flags, '--cache', at('local-2'));
    expect(first).toEqual(second);
    expect(first.summary.items).toBe(12);
  });

  it('reads the test answers of a run log, and the question without its template', async () => {
    const line = (condition: string, id: string, answer: string): AnswerLine => ({
      phase: 'test',
      condition,
      id,
      prompt: `<user>${id}<assistant>`,
      question: `Question ${id}`,
      gold: '',
      answer,
      correct: undefined,
      valid: true,
    });
    const run = at('run');
    mkdirSync(run);
    writeFileSync(join(run, 'run.json'), JSON.stringify({ format: 'austeer-run', version: 1 }));
    lines('run/answers.jsonl', [
      { ...line('vanilla', 'a', 'calm'), phase: 'validation' },
      line('vanilla', 'a', 'calm'),
      line('steered', 'a', 'loud!'),
    ]);
    const { url, log } = await serve();
    const flags = ['--run', run, '--base-url', url, '--judge-model', 'small', '--cache', at('from-run')];
    expect(await runJson<Judged>('judge', ...flags)).toMatchObject({ summary: { items: 1, wins: 1 } });
    expect(log[0]!.body.messages[1]!.content).toContain('\nQuestion a\n');
    const { stderr } = await runCli('judge', ...flags, '--candidate', 'baked');
    expect(stderr).toContain('one that');
    expect(stderr).toContain('vanilla, steered');
  });

  it.each([
    [[], 'expected --run, or --first and --second'],
    [['--first', 'x'], 'expected --run, or --first and --second'],
    [['FILES', '--judge', 'local', '--dry-run'], 'a --judge service'],
    [['FILES'], 'the name of a model of the service'],
    [['FILES', '--judge-model', 'm', '--max-cost', '1'], 'a price beside it'],
    [['FILES', '--judge-model', 'm', '--price', '1'], 'is not two prices'],
    [['FILES', '--judge-model', 'm', '--parameters', '[1]'], 'is not a JSON object'],
  ])('refuses %j', async (flags, problem) => {
    const argv = flags.flatMap((flag) => (flag === 'FILES' ? files() : [flag]));
    const { stderr, exitCode } = await runCli('judge', ...argv);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(problem);
  });

  it.each([
    [[{ id: '1', instruction: 'a', answer: 'b' }], 'it has no answer to "2"'],
    [
      [
        { id: '1', instruction: 'a', answer: 'b' },
        { id: '2', instruction: 'other', answer: 'b' },
      ],
      'asks something else',
    ],
    [
      [
        { id: '1', instruction: 'a', answer: 'b' },
        { id: '1', instruction: 'a', answer: 'b' },
      ],
      'it has "1" twice',
    ],
    [[{ id: '1', instruction: 'a' }], 'line 1 is not a usable answers file'],
  ])('refuses answers that cannot be paired: %j', async (rows, problem) => {
    const one = lines('one.jsonl', [
      { id: '1', instruction: 'a', answer: 'x' },
      { id: '2', instruction: 'b', answer: 'y' },
    ]);
    const { stderr } = await runCli(
      'judge',
      '--first',
      one,
      '--second',
      lines('other.jsonl', rows),
      '--judge-model',
      'm',
    );
    expect(stderr).toContain(problem);
  });
});
