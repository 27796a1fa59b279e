import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunHeader } from '@austeer/experiments';
import { tinyLlama } from '@austeer/onnx/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

let folder: string;
let common: string[];
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-sweep-'));
  writeFileSync(at('tiny.gguf'), tinyLlama());
  mkdirSync(at('data/winogrande'), { recursive: true });
  const rows = (from: number, count: number): string =>
    Array.from({ length: count }, (_, index) =>
      JSON.stringify({
        sentence: `The cup ${from + index} fell on the mat and the _ broke.`,
        option1: 'cup',
        option2: 'mat',
        answer: String(1 + (index % 2)),
      }),
    ).join('\n');
  writeFileSync(at('data/winogrande/train_subset.jsonl'), rows(0, 10));
  writeFileSync(at('data/winogrande/dev.jsonl'), rows(100, 20));
  const config = {
    model: at('tiny.gguf'),
    cache: at('cache'),
    threads: 1,
    sweep: { task: 'winogrande', data: at('data'), validation: 6, limit: 8, sites: ['ffn'] },
  };
  writeFileSync(at('mine.json'), JSON.stringify(config));
  common = ['sweep', '--config', at('mine.json'), '--k', '2,4', '--alpha', '1,20'];
});
afterAll(() => rmSync(folder, { recursive: true }));

it('shows every cell as the log has it, marks the chosen one, and tests once', async () => {
  const { stdout, exitCode } = await runCli(...common, '--out', at('run'));
  expect(exitCode).toBe(0);
  const { selection, test } = JSON.parse(readFileSync(at('run/run.json'), 'utf8')) as RunHeader;
  const lines = stdout.split('\n');
  expect(lines[0]).toBe('accuracy on 6 validation items; * is the chosen one');
  expect(lines[1]!.trim().split(/ {2,}/)).toEqual(['α 1', 'α 20']);
  const shown = ['ffn k 2', 'ffn k 4'].map((label) =>
    lines
      .find((line) => line.startsWith(`${label} `))!
      .slice(label.length)
      .trim()
      .split(/ +/),
  );
  expect(shown.flat().map(Number.parseFloat)).toEqual(
    selection!.cells.map(({ summary }) => Number(summary.accuracy.value.toFixed(3))),
  );
  const { site, k, alpha } = selection!.chosen;
  const marked = lines.filter((line) => /\d\*/.test(line));
  expect(marked).toHaveLength(1);
  expect(marked[0]).toContain(`${site} k ${k} `);
  expect(marked[0]!.endsWith('*')).toBe(alpha === 20);
  expect(test.steered!.items).toBe(8);
});
