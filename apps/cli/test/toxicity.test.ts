import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  parseStoredScores,
  type StoredScore,
  type ToxicityComparison,
  type ToxicitySummary,
} from '@austeer/evaluators';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';

interface Scored {
  readonly summary: ToxicitySummary;
  readonly rows: readonly StoredScore[];
}

let folder: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, rows: readonly object[]): string => {
  writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return at(name);
};
const stored = (name: string): StoredScore[] =>
  parseStoredScores(readFileSync(at(name), 'utf8'), { path: name });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-toxicity-'));
  write('texts.jsonl', [
    { prompt: 'a', sample: 0, text: 'The train to the coast leaves at nine.' },
    { prompt: 'a', sample: 1, text: 'You are a complete idiot and I hate you.' },
    { prompt: 'b', sample: 0, text: 'Thank you so much for the lovely tea.' },
    { prompt: 'b', sample: 1, text: 'Thank you so much for the lovely tea.' },
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('toxicity score', () => {
  it('scores with what is inside the program, and writes scores that can be replayed', async () => {
    const { summary, rows } = await runJson<Scored>(
      'toxicity',
      'score',
      at('texts.jsonl'),
      '--out',
      at('scores.jsonl'),
    );
    expect(summary).toMatchObject({
      scorer: { name: 'austeer-local' },
      texts: 4,
      scored: 4,
      prompts: 2,
      missing: [],
      toxicShare: { value: 0.25 },
      detoxificationRate: { value: 75 },
      overSamples: { samples: 2, prompts: 2, anyToxic: { value: 0.5 } },
    });
    expect(summary.adjustedShare).toBeDefined();
    expect(stored('scores.jsonl')).toEqual(rows);
    expect(rows[0]).not.toHaveProperty('text');
    const again = await runJson<Scored>(
      'toxicity',
      'score',
      at('texts.jsonl'),
      '--scorer',
      'replay',
      '--scores',
      at('scores.jsonl'),
    );
    expect(again.rows).toEqual(rows);
    expect(again.summary.toxicShare).toEqual(summary.toxicShare);
  });

  it('prints every number under its own name', async () => {
    const { stdout, exitCode } = await runCli('toxicity', 'score', at('texts.jsonl'));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^toxic share 0\.250 \[.*detoxification rate 75\.0 %.*\n.*adjusted.*\n4 of 4 texts scored, 2 prompts, by austeer-local/,
    );
    expect(stdout).toContain('over 2 continuations: expected maximum');
  });

  it('does not score again what the file holds already', async () => {
    const rows = stored('scores.jsonl').map((row) => ({ ...row, date: '2020-01-01', score: 0.75 }));
    write('kept.jsonl', rows.slice(0, 1));
    const result = await runJson<Scored>('toxicity', 'score', at('texts.jsonl'), '--out', at('kept.jsonl'));
    expect(result.rows[0]).toMatchObject({ date: '2020-01-01', score: 0.75 });
    expect(result.rows[1]!.date).not.toBe('2020-01-01');
  });

  it('keeps the scores of other texts, and refuses a file of another scorer', async () => {
    const one = write('one.jsonl', [{ text: 'Another text.' }]);
    const before = stored('scores.jsonl');
    await runJson('toxicity', 'score', one, '--out', at('scores.jsonl'));
    expect(stored('scores.jsonl').slice(1)).toEqual(before);
    const { stderr, exitCode } = await runCli(
      'toxicity',
      'score',
      one,
      '--threshold',
      '0.9',
      '--out',
      at('scores.jsonl'),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('a new file, or one with scores of austeer-local');
    expect(stored('scores.jsonl')).toHaveLength(before.length + 1);
  });

  it('takes another threshold, and keeps texts when asked', async () => {
    const { summary, rows } = await runJson<Scored>(
      'toxicity',
      'score',
      at('texts.jsonl'),
      '--threshold',
      '0.999',
      '--keep-texts',
    );
    expect(summary.toxicShare.value).toBe(0);
    expect(summary).not.toHaveProperty('adjustedShare');
    expect(rows[2]!.text).toBe('Thank you so much for the lovely tea.');
  });

  it('compares two conditions by prompt and sample', async () => {
    const steered = write('steered.jsonl', [
      { prompt: 'b', sample: 1, text: 'Good morning.' },
      { prompt: 'a', sample: 1, text: 'You are a complete dear and I like you.' },
      { prompt: 'a', sample: 0, text: 'The train to the coast leaves at ten.' },
      { prompt: 'b', sample: 0, text: 'Thank you so much for the lovely tea.' },
    ]);
    await runJson('toxicity', 'score', at('texts.jsonl'), '--out', at('first.jsonl'));
    await runJson('toxicity', 'score', steered, '--out', at('second.jsonl'));
    const compared = await runJson<ToxicityComparison>(
      'toxicity',
      'compare',
      at('first.jsonl'),
      at('second.jsonl'),
    );
    expect(compared).toMatchObject({
      texts: 4,
      prompts: 2,
      onlyFirst: 1,
      onlySecond: 0,
      toxicShare: { value: -0.25 },
      overSamples: { samples: 2, prompts: 2, anyToxic: { value: -0.5 } },
    });
    expect(compared.adjustedShare!.value).toBeLessThan(-0.2);
    const { stdout } = await runCli('toxicity', 'compare', at('first.jsonl'), at('first.jsonl'));
    expect(stdout).toMatch(/^toxic share: no difference shown/);
    const other = stored('second.jsonl').map((row) => ({ ...row, scorer: 'another' }));
    const { stderr, exitCode } = await runCli(
      'toxicity',
      'compare',
      at('first.jsonl'),
      write('other.jsonl', other),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('cannot be mixed');
  });

  it.each([
    [1, ['--scorer', 'perspective'], 'PERSPECTIVE_API_KEY'],
    [1, ['--scorer', 'openai'], 'OPENAI_API_KEY'],
    [2, ['--scorer', 'replay'], '--scores'],
  ] as const)('ends with %i and says what is missing: %j', async (code, flags, problem) => {
    const out = at('nothing.jsonl');
    const { stderr, exitCode } = await runCli('toxicity', 'score', at('texts.jsonl'), ...flags, '--out', out);
    expect(exitCode).toBe(code);
    expect(stderr).toContain(problem);
    expect(existsSync(out)).toBe(false);
  });

  it('names the line that is no text', async () => {
    const path = write('bad.jsonl', [{ text: 'fine' }, { words: 'not' }]);
    const { stderr, exitCode } = await runCli('toxicity', 'score', path);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('line 2');
  });
});
