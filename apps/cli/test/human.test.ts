import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@austeer/core';
import type { RatingKey, RatingSummary } from '@austeer/evaluators';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runJson } from './run-cli.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-human-'));
  for (const name of ['first', 'second']) {
    const rows = Array.from({ length: 30 }, (_, index) => ({
      id: `${index}`,
      instruction: `Ask ${index}`,
      answer: `${name === 'first' ? 'One' : 'Two'}, ${index}`,
    }));
    writeFileSync(at(`${name}.jsonl`), rows.map((row) => JSON.stringify(row)).join('\n'));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));
const files = (): string[] => ['--first', at('first.jsonl'), '--second', at('second.jsonl')];

/** Fills a sheet in as a simulated rater, not a person, would: answers that begin with Two are better. */
function fillIn(path: string, seed: number): void {
  const random = createRandom(seed);
  const [header, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
  const filled = rows.map((row) => {
    const score = Math.min(5, Math.max(1, Math.round((row.includes('Two') ? 4 : 3) + 0.6 * random.normal())));
    return row.replace(/,,$/, `,${score},${score}`);
  });
  writeFileSync(path, [header, ...filled].join('\n'));
}

describe('austeer human', () => {
  it('makes sheets, and scores what comes back', async () => {
    const flags = [...files(), '--items', '20', '--seed', '5', '--out', at('sheets')];
    const { stdout } = await runCli('human', 'sheet', ...flags);
    expect(stdout).toContain('40 answers (20 items) for 3 raters');
    expect(readdirSync(at('sheets')).sort()).toEqual([
      'rater-1.csv',
      'rater-2.csv',
      'rater-3.csv',
      'rating-page.html',
    ]);
    const key: RatingKey = JSON.parse(readFileSync(at('sheets.key.json'), 'utf8'));
    expect(key).toMatchObject({ conditions: ['first', 'second'], entries: { length: 40 }, seed: 5 });
    const sheets = ['1', '2', '3'].map((rater) => at(`sheets/rater-${rater}.csv`));
    for (const [index, path] of sheets.entries()) fillIn(path, index);
    const scored = ['human', 'score', ...sheets, '--key', at('sheets.key.json')];
    const summary = await runJson<RatingSummary>(...scored);
    expect(summary.scales.quality.differences[0]!.mean!.low).toBeGreaterThan(0.4);
    expect(summary).toMatchObject({
      items: 20,
      absentRaters: [],
      scales: { quality: { conditions: { length: 2 } } },
    });
    const lines = (await runCli(...scored)).stdout;
    expect(lines).toMatch(/second minus first [\d.]+ \[[\d.]+, [\d.]+\]: higher \(20 items\)/);
    const two = (await runCli('human', 'score', ...sheets.slice(1), '--key', at('sheets.key.json'))).stdout;
    expect(two).toContain('no sheet of rater 1');
  });

  it('never overwrites a key, and leaves nothing behind when it fails', async () => {
    writeFileSync(at('old.json'), 'precious');
    const refused = await runCli('human', 'sheet', ...files(), '--out', at('again'), '--key', at('old.json'));
    expect(refused.stderr).toContain('a file that does not exist yet');
    expect(readFileSync(at('old.json'), 'utf8')).toBe('precious');
    const inside = await runCli(
      'human',
      'sheet',
      ...files(),
      '--out',
      at('again'),
      '--key',
      at('again/key.json'),
    );
    expect(inside.stderr).toContain('outside the folder');
    const none = await runCli('human', 'sheet', ...files(), '--out', at('again'), '--raters', '0');
    expect(none.stderr).toContain('raters is 0');
    expect(existsSync(at('again'))).toBe(false);
    expect(existsSync(at('again.key.json'))).toBe(false);
  });

  it('names file and line of a rating that is none', async () => {
    await runJson('human', 'sheet', ...files(), '--out', at('bad'));
    const path = at('bad/rater-2.csv');
    writeFileSync(path, readFileSync(path, 'utf8').replace(',,\r\n', ',7,\r\n'));
    const { stderr, exitCode } = await runCli('human', 'score', path, '--key', at('bad.key.json'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${path}, line 2`);
    expect(stderr).toContain('quality is "7"');
  });
});
