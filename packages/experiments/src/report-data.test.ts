import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AusteerError } from '@austeer/core';
import { countsToSafetensors } from '@austeer/localize';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ComparisonHeader } from './compare-methods.ts';
import { collectSamples, type ReportData, readReportData } from './report-data.ts';
import { embedReportData } from './report-page.ts';
import { type AnswerLine, type RunHeader, writeRunLog } from './run-log.ts';

const tool = { name: 'test', version: '1' };
const line = (condition: string, id: string, answer: string, more: Partial<AnswerLine> = {}): AnswerLine => ({
  phase: 'test',
  condition,
  id,
  prompt: `Prompt of ${id}`,
  gold: 'yes',
  answer,
  correct: answer === 'yes',
  valid: true,
  ...more,
});

const estimate = { value: 0, low: 0, high: 1 };

describe('collectSamples', () => {
  it('puts conditions beside each other, item by item, whatever the order of the lines', () => {
    const lines = [
      line('vanilla', 'a', 'no', { label: 'yes', prediction: 'no', margin: { value: -1, towards: 'yes' } }),
      line('steered', 'b', 'yes'),
      line('steered', 'a', 'yes'),
      line('ffn k 4 α 5', 'v', 'yes', { phase: 'validation' }),
    ];
    expect(collectSamples(lines)).toEqual([
      {
        phase: 'test',
        ids: ['a', 'b'],
        prompts: ['Prompt of a', 'Prompt of b'],
        golds: ['yes', 'yes'],
        labels: ['yes', null],
        conditions: [
          {
            name: 'vanilla',
            answers: ['no', null],
            correct: [false, null],
            valid: [true, null],
            predictions: ['no', null],
            margins: [{ value: -1, towards: 'yes' }, null],
          },
          {
            name: 'steered',
            answers: ['yes', 'yes'],
            correct: [true, true],
            valid: [true, true],
            predictions: [null, null],
            margins: [null, null],
          },
        ],
      },
      expect.objectContaining({ phase: 'validation', ids: ['v'] }),
    ]);
  });

  it('keeps both answers of an id that comes twice', () => {
    const [set] = collectSamples([
      line('vanilla', 'a', 'no'),
      line('vanilla', 'a', 'yes'),
      line('steered', 'a', 'yes'),
    ]);
    expect(set?.ids).toEqual(['a', 'a (again)']);
    expect(set?.conditions.map(({ answers }) => answers)).toEqual([
      ['no', 'yes'],
      ['yes', null],
    ]);
  });

  it('keeps what could not be judged apart from what is wrong', () => {
    const [set] = collectSamples([line('vanilla', 'a', 'x', { correct: undefined })]);
    expect(set?.conditions[0]?.correct).toEqual([null]);
  });
});

describe('readReportData', () => {
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'austeer-report-'));
    const header = { format: 'austeer-run', version: 1 } as RunHeader;
    const answers = [line('vanilla', 'a', 'no')];
    const sites = {
      ffn: {
        width: 3,
        promoted: Int32Array.of(3, 0, 1, 2, 2, 2),
        suppressed: Int32Array.of(0, 3, 1, 1, 0, 2),
      },
    };
    const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 3 } };
    const counts = countsToSafetensors({
      counts: { layers: 2, pairs: 4, sites },
      byLabel: {},
      model,
      provenance: {},
    });
    await writeRunLog(at('runs', 'one'), { header, answers, files: { 'counts.safetensors': counts } });
    await writeRunLog(at('runs', 'two'), { header, answers, files: {} });
    await writeRunLog(at('other', 'one'), { header, answers, files: {} });
    mkdirSync(at('figures'));
    for (const id of ['fig10', 'fig2', 'table1']) {
      const content = { kind: 'histogram', x: { label: 'x' }, series: [] };
      writeFileSync(
        at('figures', `${id}.json`),
        JSON.stringify({ id, title: id, caption: '', notes: [], command: '', content }),
      );
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads runs, folders of runs and figures; names stay apart', async () => {
    const data = await readReportData({
      runs: [at('runs'), at('other', 'one')],
      figures: at('figures'),
      tool,
    });
    expect(data.runs.map(({ name }) => name)).toEqual(['one', 'two', 'one-2']);
    expect(data.figures.map(({ id }) => id)).toEqual(['fig2', 'fig10', 'table1']);
    expect(data.runs[0]?.samples[0]?.ids).toEqual(['a']);
  });

  it('reads comparisons beside runs', async () => {
    const summary = {
      items: 1,
      scored: 1,
      accuracy: estimate,
      validAnswers: estimate,
      answerShares: [],
      otherAnswers: 0,
    };
    const header = {
      format: 'austeer-comparison',
      version: 1,
      task: { name: 'copa', source: { notes: [] } },
      model: { name: 'tiny' },
      vanilla: { summary, secondsPerItem: 1 },
      methods: [],
    } as unknown as ComparisonHeader;
    await writeRunLog(at('compared', 'copa'), { header, answers: [line('vanilla', 'a', 'no')], files: {} });
    const { comparisons } = await readReportData({ runs: [at('compared')], tool });
    expect(comparisons).toEqual([
      {
        name: 'copa',
        figure: expect.objectContaining({ id: 'comparison' }),
        samples: [expect.objectContaining({ ids: ['a'] })],
      },
    ]);
  });

  it('makes maps of the scores out of counts', async () => {
    const { runs } = await readReportData({ runs: [at('runs')], tool });
    expect(runs[0]?.scoreMaps).toEqual([
      {
        kind: 'score-map',
        site: 'ffn',
        valueLabel: 'score s = max(n⁺, n⁻) / N',
        dimensionsPerColumn: 1,
        values: [
          [0.75, 0.75, 0.25],
          [0.5, 0.5, 0.5],
        ],
      },
    ]);
    expect(runs[1]?.scoreMaps).toEqual([]);
  });

  it.each([
    ['nothing at all', () => ({}), 'at least one run folder'],
    ['a folder that is not there', () => ({ runs: [at('none')] }), 'not found'],
    ['a folder without runs', () => ({ runs: [at('figures')] }), 'run.json'],
    ['a folder without figures', () => ({ figures: at('runs') }), 'Figures not found'],
  ])('refuses %s', async (_, options, message) => {
    const failed = await readReportData({ ...options(), tool }).catch((error: unknown) => error);
    expect(AusteerError.isInstance(failed)).toBe(true);
    expect(String(failed)).toContain(message);
  });

  it.each([
    ['no JSON', '{', 'not JSON'],
    ['no figure', '[1]', 'no id'],
    ['an unknown kind', '{"id":"x","title":"x","content":{"kind":"pie"}}', '"pie"'],
  ])('refuses a figure that is %s', async (_, text, message) => {
    mkdirSync(at('broken'), { recursive: true });
    writeFileSync(at('broken', 'x.json'), text);
    await expect(readReportData({ figures: at('broken'), tool })).rejects.toThrow(message);
  });

  it('refuses two figures of one id', async () => {
    mkdirSync(at('twice'));
    for (const name of ['a.json', 'b.json']) copyFileSync(at('figures', 'fig2.json'), at('twice', name));
    await expect(readReportData({ figures: at('twice'), tool })).rejects.toThrow('two files hold fig2');
  });
});

describe('embedReportData', () => {
  const open = '<script type="application/json" id="report-data">';
  const template = `<html>${open}</script><script>page()</script></html>`;
  const embed = (text: string): string =>
    embedReportData(template, {
      format: 'austeer-report',
      version: 1,
      tool: { name: text, version: '1' },
      runs: [],
      comparisons: [],
      figures: [],
    });

  it('lets no text end the element that holds it, and gives every text back', () => {
    const hostile = fc
      .array(
        fc.oneof(
          fc.string(),
          fc.constantFrom(
            '</script>',
            '<!--',
            '<script',
            '-->',
            ']]>',
            '$&',
            "$'",
            '\u2028',
            '\u0000',
            '\ud800',
            '\\u003c',
          ),
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, (text) => {
        const page = embed(text);
        const from = page.indexOf(open) + open.length;
        // As a browser reads it: up to the first sign that could begin a tag.
        const json = page.slice(from, page.indexOf('<', from));
        expect(page.slice(from + json.length)).toBe('</script><script>page()</script></html>');
        expect((JSON.parse(json) as ReportData).tool.name).toBe(text);
      }),
    );
  });

  it('refuses a page without one place for the data', () => {
    const data = {
      format: 'austeer-report',
      version: 1,
      tool,
      runs: [],
      comparisons: [],
      figures: [],
    } as const;
    expect(() => embedReportData('<html></html>', data, { path: 'x.html' })).toThrow('x.html');
    expect(() => embedReportData(template + template, data)).toThrow('once');
  });
});
