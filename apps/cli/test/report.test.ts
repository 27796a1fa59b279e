import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ReportData, type RunHeader, writeRunLog } from '@austeer/experiments';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReportPage } from '../../../tooling/bootstrap/report-page.mjs';
import { runCli, runJson } from './run-cli.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  await buildReportPage(fileURLToPath(new URL('../../..', import.meta.url)));
  folder = mkdtempSync(join(tmpdir(), 'austeer-report-'));
  await writeRunLog(at('run'), {
    header: { format: 'austeer-run', version: 1 } as RunHeader,
    answers: [
      {
        phase: 'test',
        condition: 'vanilla',
        id: 'a:1',
        prompt: '</script><script>alert(1)</script>',
        gold: 'yes',
        answer: 'no',
        correct: false,
        valid: true,
      },
    ],
    files: {},
  });
  mkdirSync(at('figures'));
  const content = { kind: 'histogram', x: { label: 'x' }, series: [] };
  writeFileSync(
    at('figures/fig1.json'),
    JSON.stringify({ id: 'fig1', title: 'One', caption: '', notes: [], command: '', content }),
  );
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('report', () => {
  it('writes one page that holds its data and names no other file or host', async () => {
    const out = at('out/report.html');
    const written = await runJson<Record<string, unknown>>(
      'report',
      at('run'),
      '--figures',
      at('figures'),
      '--out',
      out,
    );
    const page = readFileSync(out, 'utf8');
    expect(written).toEqual({
      out,
      runs: 1,
      comparisons: 0,
      figures: 1,
      samples: 1,
      bytes: Buffer.byteLength(page),
    });
    expect(readdirSync(at('out'))).toEqual(['report.html']);
    expect(page).not.toMatch(/<(script|img|iframe)[^>]*\ssrc=|<link[^>]*href="(?!data:)/);
    const json = /<script type="application\/json" id="report-data">([^<]*)<\/script>/.exec(page)?.[1];
    const data = JSON.parse(json ?? '') as ReportData;
    expect(data.runs[0]?.samples[0]?.prompts).toEqual(['</script><script>alert(1)</script>']);
    expect(data.tool.name).toBe('austeer');
  });

  it('says what it wrote', async () => {
    const { stdout, exitCode } = await runCli('report', at('run'), '--out', at('said.html'));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^1 run, 1 sample, \d\.\d MB → .*said\.html\n$/);
  });

  it('leaves an older page as it is when a run cannot be read', async () => {
    writeFileSync(at('old.html'), 'old');
    const { exitCode, stderr } = await runCli('report', at('none'), '--out', at('old.html'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('not found');
    expect(readFileSync(at('old.html'), 'utf8')).toBe('old');
  });

  it('asks for something to show', async () => {
    const { exitCode, stderr } = await runCli('report');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('at least one run folder');
  });
});
