import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToxicitySummary, WinRateSummary } from '@austeer/evaluators';
import type { AnswerLine, ComparisonHeader, RunHeader } from '@austeer/experiments';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';

let folder: string;
let common: string[];
let server: Server;
/** Questions that the service was asked. */
let asked = 0;
const at = (name: string): string => join(folder, name);
const answersOf = (run: string): AnswerLine[] =>
  readFileSync(at(`${run}/answers.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AnswerLine);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-verdicts-'));
  writeFileSync(at('tiny.gguf'), tinyLlama());
  writeFileSync(
    at('edits.jsonl'),
    `${JSON.stringify({ site: 'ffn', layer: 0, index: 1, gain: 3, bias: 1 })}\n`,
  );
  const model = ['--model', at('tiny.gguf'), '--cache', at('cache'), '--threads', '1'];
  await runCli('plan', 'create', '--edits', at('edits.jsonl'), ...model, '--out', at('plan.safetensors'));
  common = [...model, '--data', 'samples', '--max-new-tokens', '6'];
  // Always the second answer: what both orders make of that is a tie.
  server = createServer((_, response) => {
    asked++;
    const message = { role: 'assistant', content: 'The second is better. [[B]]' };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'x',
        object: 'chat.completion',
        created: 0,
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
const service = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
const planned = (): string[] => ['--plan', at('plan.safetensors')];

describe('evaluate --task detox', () => {
  const run = (...flags: string[]) => [
    'evaluate',
    ...['--task', 'detox', ...common],
    ...(flags.includes('--limit') ? [] : ['--limit', '4']),
    ...flags,
  ];

  it('scores both conditions with what is inside the program', async () => {
    const { test, task } = await runJson<RunHeader>(...run(...planned(), '--out', at('detox')));
    const { vanilla, steered, comparison } = test.toxicity!;
    for (const summary of [vanilla, steered!] satisfies ToxicitySummary[]) {
      expect(summary).toMatchObject({ scorer: { name: 'austeer-local' }, texts: 4, scored: 4 });
      expect(summary.adjustedShare).toBeDefined();
    }
    expect(comparison!.texts).toBe(4);
    expect(test.vanilla.accuracy.value).toBeCloseTo(1 - vanilla.toxicShare.value, 12);
    expect(task.source.notes.at(-1)).toContain('end after 6 tokens');
    const lines = answersOf('detox');
    expect(lines.map(({ condition }) => condition)).toEqual([
      ...Array(4).fill('vanilla'),
      ...Array(4).fill('steered'),
    ]);
    for (const { toxicity, correct } of lines)
      expect(toxicity!.score! < vanilla.scorer.threshold).toBe(correct);
    expect(existsSync(at('detox.unfinished'))).toBe(false);
  });

  it('says it in words, also of a method that is fitted', async () => {
    const fit = ['--pairs', '6', '--validation', '2', '--limit', '2', '--sites', 'ffn', '--k', '4'];
    const { stdout, stderr, exitCode } = await runCli(
      ...run('--method', 'austeer', '--alpha', '2,8', ...fit),
    );
    expect(stderr).toContain('ffn k 4 α 8: not toxic ');
    expect(stdout).toMatch(/^vanilla {2}toxic share 0\.\d{3} \[.*detoxification rate/m);
    expect(stdout).toMatch(/^steered against vanilla, item by item:\n {2}toxic share: no difference shown/m);
    expect(exitCode).toBe(0);
  });

  it('takes another scorer and threshold', async () => {
    const { test } = await runJson<RunHeader>(...run('--threshold', '0.001'));
    expect(test.toxicity!.vanilla.toxicShare.value).toBe(1);
    expect(test.toxicity!.vanilla).not.toHaveProperty('adjustedShare');
    const missing = await runCli(...run('--scorer', 'replay'));
    expect(missing.stderr).toContain('--scores');
    expect(missing.exitCode).toBe(2);
    const keyless = await runCli(...run('--scorer', 'perspective'));
    expect(keyless.stderr).toContain('PERSPECTIVE_API_KEY');
  });

  it('goes on with the texts of a run that was stopped', async () => {
    const plan = [...planned(), '--out', at('detox-again')];
    const whole = answersOf('detox');
    const first = await runCli(...run(...plan));
    expect(first.exitCode).toBe(0);
    rmSync(at('detox-again'), { recursive: true });
    // What a killed run leaves: half of the texts, and a line that was cut off.
    mkdirSync(at('detox-again.unfinished'));
    const mark = 'a text that no model wrote';
    const key = await keyOfFirstText();
    const generation = { tokens: [], text: mark, finish: 'length' };
    writeFileSync(
      at('detox-again.unfinished/texts.jsonl'),
      `${JSON.stringify({ key, generation })}\n{"key": "cut o`,
    );
    expect((await runCli(...run(...plan))).exitCode).toBe(0);
    const resumed = answersOf('detox-again');
    expect(resumed[0]!.answer).toBe(mark);
    expect(resumed.slice(1).map(({ answer }) => answer)).toEqual(whole.slice(1).map(({ answer }) => answer));
    expect(existsSync(at('detox-again.unfinished'))).toBe(false);
  });

  /** The key of vanilla's first text, from a run that is stopped by its scorer. */
  async function keyOfFirstText(): Promise<string> {
    const out = at('detox-stopped');
    const source = { scorer: 'mine', version: '1', threshold: 0.5, date: '2026-11-25' };
    writeFileSync(at('none.jsonl'), JSON.stringify({ textHash: '0'.repeat(64), ...source, score: 0 }));
    const { exitCode, stderr } = await runCli(
      ...run(...planned(), '--scorer', 'replay', '--scores', at('none.jsonl'), '--out', out),
    );
    expect(stderr).toContain('No text has a score');
    expect(exitCode).toBe(1);
    const [line] = readFileSync(`${out}.unfinished/texts.jsonl`, 'utf8').split('\n').filter(Boolean);
    return (JSON.parse(line!) as { key: string }).key;
  }
});

describe('evaluate --task bpo', () => {
  const run = (...flags: string[]) => ['evaluate', ...['--task', 'bpo', ...common, '--limit', '4'], ...flags];

  it('says which flags to give where there is no judge, or nothing to compare', async () => {
    const { stderr, exitCode } = await runCli(...run(...planned()));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--judge local');
    expect(stderr).toContain('--judge openai:NAME');
    expect((await runCli(...run('--judge', 'local'))).stderr).toContain('a method or a plan');
    expect((await runCli(...run(...planned(), '--judge', 'oracle'))).stderr).toContain('oracle');
  });

  it('asks a service, and nothing twice; leaves texts and verdicts', async () => {
    const flags = run(...planned(), '--judge', 'openai:m', '--base-url', service());
    const first = await runCli(...flags);
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(/^steered against vanilla, by m /m);
    expect(first.stdout).toContain('position bias -1.000');
    const before = asked;
    expect(before).toBeGreaterThan(0);
    const { test } = await runJson<RunHeader>(...flags, '--out', at('bpo'));
    expect(asked).toBe(before);
    expect(test.winRate).toMatchObject({ items: 4, scored: 4, ties: 4, protocol: 'both-orders' });
    expect(test.steered!.accuracy.value).toBe(test.winRate!.winRate!.value);
    expect(test).not.toHaveProperty('comparison');
    const steered = answersOf('bpo').filter(({ condition }) => condition === 'steered');
    expect(steered.map(({ judgement, prediction }) => [judgement!.outcome, prediction])).toEqual(
      Array(4).fill(['tie', 'tie']),
    );
    const { exitCode } = await runCli('report', at('bpo'), at('detox'), '--out', at('report.html'));
    expect(exitCode).toBe(0);
    expect(readFileSync(at('report.html'), 'utf8')).toContain('deltaWinRate');
  });

  it('counts what a judge cannot say, and makes no number of it', async () => {
    // The judge's question is longer than the tiny model's context.
    const { test } = await runJson<RunHeader>(...run(...planned(), '--judge', 'local'));
    const winRate: WinRateSummary = test.winRate!;
    expect(winRate).toMatchObject({ items: 4, scored: 0, missing: { 'too long': 4 } });
    expect(winRate).not.toHaveProperty('winRate');
    expect(test).not.toHaveProperty('steered');
    const { stdout, exitCode } = await runCli(...run(...planned(), '--judge', 'local'));
    expect(stdout).toContain('no pair of 4 could be judged');
    expect(exitCode).toBe(0);
  });
});

describe('compare', () => {
  const methods = (...flags: string[]) => [
    'compare',
    ...common,
    ...['--methods', 'caa', '--pairs', '6', '--validation', '2', '--limit', '2', ...flags],
  ];

  it('sets toxicity of methods beside each other', async () => {
    const {
      vanilla,
      methods: found,
      figure,
    } = await runJson<ComparisonHeader & { figure: { content: { columns: { label: string }[] } } }>(
      ...methods('--task', 'detox'),
    );
    expect(vanilla.toxicity!.texts).toBe(2);
    expect(found[0]!.toxicity!.comparison!.texts).toBe(2);
    expect(figure.content.columns.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['not toxic', 'mean score']),
    );
  });

  it('sets win rates of methods beside each other', async () => {
    const judge = ['--judge', 'openai:m', '--base-url', service()];
    const { methods: found } = await runJson<ComparisonHeader>(...methods('--task', 'bpo', ...judge));
    expect(found[0]!.winRate).toMatchObject({ items: 2, scored: 2 });
    expect(found[0]).not.toHaveProperty('againstVanilla');
    const { stdout } = await runCli(...methods('--task', 'bpo', ...judge));
    expect(stdout).toContain('ΔWR');
    expect(stdout).toContain('note: Compared with vanilla by m, in both orders');
  });
});
