/**
 * `austeer chat` as a process: in a pipe, and in a pseudo-terminal.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const austeer = join(root, 'apps/cli/bin/austeer.js');
let folder: string;
const environment = () => ({ ...process.env, AUSTEER_CACHE: join(folder, 'cache'), NO_COLOR: '1' });

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: root });
  folder = mkdtempSync(join(tmpdir(), 'austeer-chat-'));
  writeFileSync(join(folder, 'tiny.gguf'), tinyLlama());
  const edits = [0, 1, 2, 3].map((index) =>
    JSON.stringify({ site: 'ffn', layer: 0, index, gain: 1, bias: 0 }),
  );
  writeFileSync(join(folder, 'edits.jsonl'), `${edits.join('\n')}\n`);
  execFileSync(
    process.execPath,
    [
      austeer,
      'plan',
      'create',
      '--edits',
      'edits.jsonl',
      '--model',
      'tiny.gguf',
      '--alpha',
      '40',
      '--out',
      'plan.safetensors',
    ],
    { cwd: folder, env: environment(), stdio: 'ignore' },
  );
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const chat = (...more: string[]) => [
  austeer,
  'chat',
  '--model',
  'tiny.gguf',
  '--plan',
  'plan.safetensors',
  '--threads',
  '1',
  ...(more.includes('--max-new-tokens') ? [] : ['--max-new-tokens', '12']),
  ...more,
];

describe('in a pipe', () => {
  const talk = (input: string, ...more: string[]) => {
    const child = spawn(process.execPath, chat(...more), { cwd: folder, env: environment() });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part) => {
      stdout += part;
    });
    child.stderr.on('data', (part) => {
      stderr += part;
    });
    child.stdin.end(input);
    return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
  };

  it('each line is a turn; mistakes are said and the talk goes on', async () => {
    const { code, stdout, stderr } = await talk('one\n/alpha x\n/nonsense\n/off\ntwo');
    expect(code).toBe(0);
    expect(stdout.match(/^vanilla {2}/gm)).toHaveLength(2);
    expect(stdout.match(/^steered {2}/gm)).toHaveLength(1);
    expect(stderr).toContain('/alpha is "x"');
    expect(stderr).toContain('/nonsense');
    expect(stderr).toContain('Not steered');
  });

  it('--json is one document of all turns', async () => {
    const { code, stdout } = await talk('one\n/alpha 3\n/k 2\ntwo\n', '--json');
    expect(code).toBe(0);
    const { turns } = JSON.parse(stdout) as {
      turns: { text: string; steering: object; answers: { side: string }[] }[];
    };
    expect(turns.map(({ text, steering }) => [text, steering])).toEqual([
      ['one', { alpha: 40, k: 4 }],
      ['two', { alpha: 3, k: 2 }],
    ]);
    expect(turns[1]?.answers.map(({ side }) => side)).toEqual(['vanilla', 'steered']);
  });
});

// util-linux’s `script` gives a command a terminal; other systems have none or another one.
const terminal = process.platform === 'linux' && existsSync('/usr/bin/script');

describe.runIf(terminal)('in a terminal', () => {
  const open = (columns: number, ...more: string[]) => {
    const line = [process.execPath, ...chat(...more)].map((word) => `'${word}'`).join(' ');
    const child = spawn(
      '/usr/bin/script',
      ['-qec', `stty cols ${columns} rows 30; exec ${line}`, '/dev/null'],
      {
        cwd: folder,
        env: { ...environment(), TERM: 'xterm' },
      },
    );
    let screen = '';
    child.stdout.on('data', (part) => {
      screen += part;
    });
    return {
      screen: () => screen,
      type: (text: string) => child.stdin.write(text),
      /** Types keys the moment a text is on the screen: an answer may be over before a poll looks again. */
      typeAt: (text: string, keys: string) => {
        const look = (): void => {
          if (!screen.includes(text)) return;
          child.stdout.off('data', look);
          child.stdin.write(keys);
        };
        child.stdout.on('data', look);
      },
      saw: (text: string | RegExp) => expect.poll(() => screen, { timeout: 20_000 }).toMatch(text),
      ended: new Promise<number | null>((resolve) => child.on('close', resolve)),
    };
  };

  it('answers stand side by side; Ctrl-D leaves', async () => {
    const { saw, type, ended } = open(100);
    await saw(/Steered: 4 of 4 units at strength 40/);
    await saw('› ');
    type('hello\r');
    await saw(/vanilla {2,}steered/);
    await saw('│');
    type('/k 2\r');
    await saw(/Steered: 2 of 4 units/);
    type('\u0004');
    expect(await ended).toBe(0);
  });

  it('in a narrow one they stand below each other', async () => {
    const { screen, saw, type, ended } = open(60);
    await saw('› ');
    type('hello\r');
    await saw(/\nsteered {2}/);
    expect(screen()).not.toContain('│');
    type('/quit\r');
    expect(await ended).toBe(0);
  });

  it('Ctrl-C stops an answer and the talk goes on; at the prompt it leaves with 130', async () => {
    const { saw, type, typeAt, ended } = open(100, '--max-new-tokens', '400');
    await saw('› ');
    typeAt('│', '\u0003');
    type('hello\r');
    await saw('│');
    await saw('Stopped; this turn is forgotten.');
    type('/reset\r');
    await saw('Forgotten.');
    type('\u0003');
    expect(await ended).toBe(130);
  });
});
