import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const pairsOf = (name: string): Record<string, string>[] =>
  readFileSync(at(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
const columns = ['--question', 'q', '--answer', 'a'];

interface Built {
  readonly pairs: number;
  readonly negatives: string;
  readonly pool: number;
  readonly leftOut: readonly string[];
  readonly badRows: number;
  readonly preview: readonly Record<string, string>[];
  readonly statistics?: { readonly tokens?: { readonly limit: number; readonly truncated: number } };
  readonly warnings?: readonly { readonly code: string }[];
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-pairs-'));
  writeFileSync(at('tiny.gguf'), tinyLlama());
  writeFileSync(
    at('quiz.csv'),
    ['q,a,b,n', 'Red?,yes,maybe,1', 'Blue?,no,,2', 'Green?,yes,YES,3', '', 'Pink?,perhaps not,surely,4'].join(
      '\n',
    ),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('pairs build', () => {
  it('writes pairs of random wrong answers that do not depend on anything but the seed', async () => {
    const build = (out: string, seed: string): Promise<Built> =>
      runJson(
        'pairs',
        'build',
        at('quiz.csv'),
        ...columns,
        '--negatives',
        'random',
        '--seed',
        seed,
        '--out',
        at(out),
      );
    const built = await build('one.jsonl', '1');
    await build('again.jsonl', '1');
    expect(built).toMatchObject({ pairs: 4, negatives: 'random, seed 1', pool: 3, leftOut: [], badRows: 0 });
    expect(built.warnings!.map(({ code }) => code)).toContain('few-pairs');
    expect(readFileSync(at('again.jsonl'))).toEqual(readFileSync(at('one.jsonl')));
    expect(pairsOf('one.jsonl').map(({ id, question, positive }) => [id, question, positive])).toEqual([
      ['2', 'Red?', ' yes'],
      ['3', 'Blue?', ' no'],
      ['4', 'Green?', ' yes'],
      ['6', 'Pink?', ' perhaps not'],
    ]);
    expect(pairsOf('one.jsonl').every(({ positive, negative }) => positive !== negative)).toBe(true);
  });

  it('takes wrong answers from a column, words the prompt, and says what it leaves out', async () => {
    const built = await runJson<Built>(
      'pairs',
      'build',
      at('quiz.csv'),
      ...columns,
      '--negatives',
      'column:b',
      '--id',
      'n',
      '--prompt',
      'Q{n}: {q}\\nA:\\n',
      '--out',
      at('given.jsonl'),
    );
    expect(built).toMatchObject({ pairs: 2, pool: 0, leftOut: ['2', '3'] });
    expect(pairsOf('given.jsonl')).toEqual([
      { id: '1', question: 'Q1: Red?\nA:\n', positive: 'yes', negative: 'maybe' },
      { id: '4', question: 'Q4: Pink?\nA:\n', positive: 'perhaps not', negative: 'surely' },
    ]);
    const blank = await runJson<Built>(
      'pairs',
      'build',
      at('quiz.csv'),
      ...columns,
      '--negatives',
      'column:b',
      '--when-none',
      'blank',
    );
    expect(blank.preview[1]).toMatchObject({ positive: ' no', negative: ' ' });
    expect(blank.warnings!.map(({ code }) => code)).toContain('blank-negatives');
  });

  it('shows a preview and writes nothing', async () => {
    const before = readdirSync(folder);
    const { stdout, exitCode } = await runCli(
      'pairs',
      'build',
      at('quiz.csv'),
      ...columns,
      '--negatives',
      'length',
      '--limit',
      '2',
      '--preview',
    );
    expect([exitCode, readdirSync(folder)]).toEqual([0, before]);
    expect(stdout).toContain('2  "Red?"\n  + " yes"\n  − " no"\n3  "Blue?"\n  + " no"\n  − " yes"\n');
    expect(stdout).toContain('length-matched within 10 %, seed 0, of 2');
  });

  it('finds hard negatives with the real encoder, once for each text', async () => {
    const table = at('animals.jsonl');
    const rows = ['a small dog', 'the stock exchange', 'a puppy', 'the bond market'];
    writeFileSync(
      table,
      rows.map((a, index) => `${JSON.stringify({ q: `Question ${index}`, a })}\n`).join(''),
    );
    const build = () =>
      runJson<Built>('pairs', 'build', table, ...columns, '--threads', '1', '--out', at('hard.jsonl'));
    const built = await build();
    expect(built.negatives).toMatch(/^hard: most similar by minilm@[0-9a-f]{12}$/);
    expect(pairsOf('hard.jsonl').map(({ negative }) => negative)).toEqual([
      ' a puppy',
      ' the bond market',
      ' a small dog',
      ' the stock exchange',
    ]);
    expect(await build()).toEqual(built);
  }, 300_000);

  it('leaves malformed rows out when told to, and names them otherwise', async () => {
    writeFileSync(at('bad.csv'), 'q,a\nRed?,yes\n,no\nBlue?,no\n');
    const command = ['pairs', 'build', at('bad.csv'), ...columns, '--negatives', 'random'];
    expect((await runJson<Built>(...command, '--skip-bad-rows')).badRows).toBe(1);
    const { stderr, exitCode } = await runCli(...command, '--out', at('never.jsonl'));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/bad\.csv.*line 3: "q" is a blank text/);
    expect(readdirSync(folder)).not.toContain('never.jsonl');
  });

  it.each([
    [2, ['--negatives', 'hardest'], /--negatives is "hardest"; expected hard, random, length or column:NAME/],
    [2, ['--chat'], /--chat is "without --model"/],
    [2, ['--negatives', 'random', '--system', 'x'], /--system is "without --chat"/],
    [2, ['--preview', '--out', 'x.jsonl'], /--preview is "with --out"/],
    [1, ['--negatives', 'random', '--label', 'colour'], /no column "colour".*Known: q, a, b, n/],
  ] as const)('ends with %i: %j', async (code, flags, message) => {
    const { stderr, exitCode } = await runCli('pairs', 'build', at('quiz.csv'), ...columns, ...flags);
    expect([exitCode, stderr]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('pairs check', () => {
  it('shows statistics, with those of tokens where a model is named', async () => {
    writeFileSync(
      at('pairs.jsonl'),
      `${JSON.stringify({ question: 'one and', positive: ' two', negative: ' too' })}\n{"positiveTokens": [1], "negativeTokens": [2]}\n`,
    );
    const checked = await runJson<{ tokenPairs: number; statistics: NonNullable<Built['statistics']> }>(
      'pairs',
      'check',
      at('pairs.jsonl'),
      '--model',
      at('tiny.gguf'),
      '--max-tokens',
      '2',
    );
    expect(checked).toMatchObject({ tokenPairs: 1, statistics: { pairs: 1 } });
    expect(checked.statistics.tokens).toMatchObject({ limit: 2, truncated: 1 });
    const { stdout } = await runCli('pairs', 'check', at('pairs.jsonl'));
    expect(stdout).toContain('right 3, wrong 3, gap 0 (medians)');
    expect(stdout).toContain('! few-pairs: 1 pairs are few');
  });

  it('has nothing to say about pairs of tokens alone', async () => {
    writeFileSync(at('tokens.jsonl'), '{"positiveTokens": [1], "negativeTokens": [2]}\n');
    const { stderr, exitCode } = await runCli('pairs', 'check', at('tokens.jsonl'));
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/Pairs of texts.*none given.*no words/)]);
  });
});

describe('pairs gallery and behaviour', () => {
  it('lists behaviours, and writes the pairs of one', async () => {
    const { behaviours } = await runJson<{ behaviours: { name: string; pairs: number }[] }>(
      'pairs',
      'gallery',
    );
    expect(behaviours.length).toBeGreaterThanOrEqual(12);
    expect(behaviours.every(({ pairs }) => pairs >= 60)).toBe(true);
    await runJson('pairs', 'gallery', 'formal', '--limit', '3', '--out', at('formal.jsonl'));
    const pairs = pairsOf('formal.jsonl');
    expect(pairs.map(({ id }) => id)).toEqual(['formal:1', 'formal:2', 'formal:3']);
    expect(pairs[0]!.question).toMatch(/\?\n$/);
    const { stderr, exitCode } = await runCli('pairs', 'gallery', 'fromal');
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/Did you mean "formal"/)]);
  });

  it('makes pairs of a table of one’s own', async () => {
    writeFileSync(at('own.csv'), 'prompt,positive,negative\nAhoy?,"Aye, aye!",Yes.\n,Arr.,Well.\n');
    const command = ['pairs', 'behaviour', at('own.csv'), '--system', 'Talk.'];
    expect(await runJson(...command)).toEqual({
      out: null,
      pairs: [
        { id: '2', question: 'Talk.\n\nAhoy?\n', positive: 'Aye, aye!', negative: 'Yes.' },
        { id: '3', question: '', positive: 'Arr.', negative: 'Well.' },
      ],
    });
  });
});

describe('tasks with hard negatives', () => {
  it('are localized on them', async () => {
    const flags = ['--task', 'svamp', '--data', 'samples', '--limit', '4', '--model', at('tiny.gguf')];
    const localize = (...more: string[]) =>
      runJson<{ pairs: number; units: unknown[] }>(
        'localize',
        ...flags,
        '--threads',
        '1',
        '--sites',
        'ffn',
        ...more,
      );
    const hard = await localize('--negatives', 'hard');
    expect(hard.pairs).toBe(4);
    expect(hard.units).not.toEqual((await localize()).units);
  }, 300_000);
});
