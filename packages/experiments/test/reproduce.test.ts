import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Judge, ToxicityScorer } from '@austeer/core';
import {
  type Bench,
  type BenchOptions,
  type CellReport,
  createBench,
  createCellContext,
  designExperiments,
  drawFigures,
  EXPERIMENTS,
  type Experiment,
  experimentById,
  gridExperiment,
  methodEntry,
  openCellStore,
  parseExperimentFile,
  runCells,
} from '@austeer/experiments';
import { tinyLlama } from '@austeer/onnx/testing';
import type { Task } from '@austeer/pairs';
import { type LoadedModel, loadModel } from '@austeer/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let model: LoadedModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-reproduce-'));
  await writeFile(join(folder, 'tiny.gguf'), tinyLlama());
  model = await loadModel({ model: join(folder, 'tiny.gguf'), threads: 1, cacheDirectory: folder });
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true });
});

/** Letters or numbers to be named; toy data under a real task's name. */
function toyTask(name: string, answerKind: 'label' | 'number' = 'label'): Task {
  const answer = (index: number) => (answerKind === 'label' ? (index % 2 ? 'A' : 'B') : `${index % 7}.0`);
  const other = (index: number) =>
    answerKind === 'label' ? (index % 2 ? 'B' : 'A') : `${(index + 1) % 7}.0`;
  return {
    name,
    description: 'A toy.',
    answerKind,
    ...(answerKind === 'label' && { answerForms: { A: ['A', ' A'], B: ['B', ' B'] } }),
    maxNewTokens: answerKind === 'label' ? 1 : 3,
    pairs: Array.from({ length: 12 }, (_, index) => ({
      id: `${name} pair ${index}`,
      question: `${name} ${index}: `,
      rawQuestion: `${name} ${index}`,
      positive: answer(index),
      negative: other(index),
      ...(answerKind === 'label' && { label: answer(index) }),
    })),
    items: Array.from({ length: 14 }, (_, index) => ({
      id: `${name} item ${index}`,
      prompt: `${name} now ${index}: `,
      gold: answer(index),
      ...(answerKind === 'label' && { label: answer(index) }),
      question: `${name} now ${index}`,
    })),
    source: { kind: 'samples', files: ['toy'], notes: ['Toys.'] },
  };
}

const sizes = { pairs: 8, label: { validation: 4, test: 6 }, text: { validation: 2, test: 3 } };
const loadTask: BenchOptions['loadTask'] = async (name, negatives) => {
  if (negatives === 'hard-negatives') throw new Error('no sentence encoder');
  if (['boolq', 'copa', 'winogrande'].includes(name)) return toyTask(name);
  if (name === 'svamp') return toyTask(name, 'number');
  throw new Error(`no data of ${name}`);
};

/** Runs experiments as the command does. */
async function reproduce(
  wanted: readonly (string | Experiment)[],
  out: string,
  change: Partial<BenchOptions> = {},
  judge?: Judge,
) {
  const { identity, headSize, details } = model;
  const input = { weights: identity.weightsSha256!, precision: details.precision };
  const bench: Bench = createBench({
    models: [{ name: 'tiny', input, identity, headSize }],
    loadTask,
    quick: true,
    sizes,
    command: (id) => `austeer reproduce ${id}`,
    ...change,
  });
  const store = openCellStore(join(folder, out, 'cells'));
  const context = createCellContext({
    store,
    models: [{ input, load: async () => ({ ...model, dispose: async () => undefined }) }],
    loadTask: change.loadTask ?? loadTask,
    toxicity: change.toxicity as ToxicityScorer | undefined,
    judge: judge && (() => judge),
    createMethod: (name) => methodEntry(name).create(),
  });
  const experiments = wanted.flatMap((one) => {
    if (one === 'all') return EXPERIMENTS;
    return typeof one === 'string' ? [experimentById(one)] : [one];
  });
  const designed = await designExperiments(experiments, bench);
  const cells = designed.flatMap(({ design }) => design.cells);
  const report: CellReport = await runCells({ cells, store, context });
  const figures = await drawFigures({
    designed,
    bench,
    store,
    folder: join(folder, out, 'figures'),
    failures: report.failures,
  });
  return { report, figures };
}

describe('all experiments', () => {
  it('run on any model, end in figures, and are not run again', async () => {
    const { report, figures } = await reproduce(['all'], 'all');
    expect(report.failures.map(({ reason }) => reason)).toEqual([]);
    expect(new Set(figures.map(({ id }) => id.split('.')[0]))).toEqual(
      new Set(EXPERIMENTS.map(({ id }) => id)),
    );
    const files = await readdir(join(folder, 'all/figures'));
    expect(files.sort()).toEqual(figures.map(({ id }) => `${id}.json`).sort());
    for (const figure of figures) {
      expect(JSON.parse(await readFile(join(folder, 'all/figures', `${figure.id}.json`), 'utf8'))).toEqual(
        figure,
      );
      expect(JSON.stringify(figure)).not.toContain('undefined');
      expect(figure.notes.length).toBeGreaterThan(0);
    }
    const again = await reproduce(['all'], 'all');
    expect(again.report).toMatchObject({ computed: 0, cached: report.total });
    expect(again.figures).toEqual(figures);
  }, 120_000);

  it('read a unit’s own direction off the model, whatever the prompt', async () => {
    const own: unknown[] = [];
    const words = ['now', 'once upon a time'];
    for (const word of words) {
      const other: BenchOptions['loadTask'] = async (name, negatives) => {
        const task = await loadTask(name, negatives);
        return { ...task, items: task.items.map((item) => ({ ...item, prompt: `${word} ${item.prompt}` })) };
      };
      const { figures } = await reproduce(['fig4'], `own ${word}`, { loadTask: other });
      const [{ content }] = figures as [(typeof figures)[number]];
      if (content.kind !== 'table') throw new Error('no table');
      own.push(content.rows.map(({ cells }) => cells.own));
      expect(content.rows).toHaveLength(4);
    }
    expect(own[0]).toEqual([undefined, expect.any(String), expect.any(String), expect.any(String)]);
    expect(new Set(own[0] as string[]).size).toBe(4);
    expect(own[0]).toEqual(own[1]);
  });

  it('have continuations scored, and leave out what the scorer could not score', async () => {
    const detox: BenchOptions['loadTask'] = async (name) => {
      if (name !== 'detox') throw new Error(`no data of ${name}`);
      return { ...toyTask(name), answerKind: 'continuation', maxNewTokens: 4 };
    };
    const scorer: ToxicityScorer = {
      name: 'length',
      version: '1',
      threshold: 0.5,
      score: async (texts) => texts.map((_, at) => (at % 3 === 0 ? { missing: 'busy' } : { score: at % 2 })),
    };
    const without = await reproduce(['table1'], 'detox', { loadTask: detox });
    expect(without.report.total).toBe(0);
    expect(without.figures[0]!.notes.join()).toContain('detox: its answers need a toxicity scorer');
    const { report, figures } = await reproduce(['table1'], 'detox', { loadTask: detox, toxicity: scorer });
    expect(report.failures).toEqual([]);
    if (figures[0]!.content.kind !== 'table') throw new Error('no table');
    // Three items, of which every third text of the batch is missing.
    expect(figures[0]!.content.rows[0]!.cells.detox).toMatchObject({ items: 2 });
    expect(figures[0]!.content.rows[5]!.cells.detox).toMatchObject({ paper: 0.8924 });
  });

  it('have responses judged in both orders, against the model’s own', async () => {
    const bpo: BenchOptions['loadTask'] = async (name) => {
      if (name !== 'bpo') throw new Error(`no data of ${name}`);
      return { ...toyTask(name), answerKind: 'response', maxNewTokens: 4 };
    };
    const judge: Judge = {
      name: 'the later in the alphabet',
      version: '1',
      compare: async (questions) =>
        questions.map(({ first, second }) => ({ verdict: first > second ? 'first' : 'second' })),
    };
    const without = await reproduce(['table1'], 'bpo', { loadTask: bpo });
    expect(without.figures[0]!.notes.join()).toContain('bpo: its answers need a judge');
    const { report, figures } = await reproduce(['table1'], 'bpo', { loadTask: bpo, judge: 'a toy' }, judge);
    expect(report.failures).toEqual([]);
    if (figures[0]!.content.kind !== 'table') throw new Error('no table');
    const [vanilla, ...steered] = figures[0]!.content.rows.map(({ cells }) => cells.bpo);
    expect(vanilla).toBeUndefined();
    for (const estimate of steered) expect(estimate).toMatchObject({ items: 3, paper: expect.any(Number) });
  });

  it('name what is missing, and put nothing in its place', async () => {
    const { figures } = await reproduce(['table1'], 'all');
    const [table] = figures;
    expect(table!.notes).toContain('no data of mawps');
    expect(table!.content).toMatchObject({ kind: 'table' });
    if (table!.content.kind !== 'table') return;
    const rows = table!.content.rows.map(({ label, cells }) => [label, cells.mawps, cells.average]);
    expect(rows[0]).toEqual([
      'Vanilla',
      null,
      expect.objectContaining({ note: 'mean of 4 of 5 tasks', paper: 0.5601 }),
    ]);
    expect(table!.content.rows.map(({ cells }) => cells.acts)).toEqual([
      '0',
      expect.any(String),
      '64',
      expect.any(String),
      expect.stringMatching(/^(16|64)( – 64)?$/),
      expect.stringMatching(/^(4|16)( – 16)?$/),
    ]);
  });
});

describe('an experiment file', () => {
  const file = (selection: string) =>
    gridExperiment(
      parseExperimentFile(
        JSON.stringify({
          name: selection,
          tasks: ['copa', 'mawps'],
          methods: [{ method: 'austeer-ffn', budgets: [2, 4, 8], strengths: [1, 4, 16] }, { method: 'caa' }],
          seeds: [0, 1],
          selection,
        }),
      ),
    );

  it('has a row for each task, method and seed, whatever the selection, and cheaper searches ask less', async () => {
    const asked: Record<string, number> = {};
    for (const selection of ['validation', 'full', 'halving', 'coarse-to-fine']) {
      const { figures, report } = await reproduce([file(selection)], 'files');
      expect(report.failures).toEqual([]);
      const [{ content, notes, id }] = figures as [(typeof figures)[number]];
      expect(id).toBe(selection);
      expect(notes).toContain('no data of mawps');
      if (content.kind !== 'table') throw new Error('no table');
      expect(content.rows.map(({ label }) => label)).toEqual([
        'copa: vanilla',
        'copa: AUSteer-FFN, seed 0',
        'copa: AUSteer-FFN, seed 1',
        'copa: CAA, seed 0',
        'copa: CAA, seed 1',
      ]);
      for (const { cells } of content.rows) expect(cells.accuracy).toMatchObject({ items: 6 });
      expect(content.rows[1]!.cells.setting).toMatch(/^ffn k [248] strength (1|4|16)$/);
    }
    for await (const { kind, result } of openCellStore(join(folder, 'files/cells')).list()) {
      if (kind !== 'search') continue;
      const { rounds, rows } = result as { rounds: { settings: number; items: number }[]; rows: number };
      const name = rounds.at(-1)!.settings === 2 ? 'halving' : 'coarse-to-fine';
      asked[name] = Math.max(asked[name] ?? 0, rows);
      // A setting that goes on is not asked the same items again.
      expect(rows).toBeLessThanOrEqual(rounds.reduce((sum, round) => sum + round.settings * round.items, 0));
    }
    expect(asked.halving).toBeLessThan(9 * sizes.label.validation);
    expect(asked['coarse-to-fine']).toBeLessThanOrEqual(9 * sizes.label.validation);
  }, 120_000);
});

describe('a changed input', () => {
  it('runs again what depends on it, and nothing else', async () => {
    await reproduce(['table13'], 'changed');
    const other: BenchOptions['loadTask'] = async (name, negatives) => {
      const task = await loadTask(name, negatives);
      if (name !== 'copa') return task;
      return { ...task, pairs: task.pairs.map((pair) => ({ ...pair, question: `Well, ${pair.question}` })) };
    };
    const { report } = await reproduce(['table13'], 'changed', { loadTask: other });
    // Two methods on COPA: two plans and four candidates each, and one test; vanilla does not know of pairs.
    expect(report.computed).toBe(2 * (2 + 4 + 1));
    const { report: reseeded } = await reproduce(['table13'], 'changed', { seed: 1 });
    expect(reseeded.cached).toBe(0);
  });

  it('is not passed over when a cell is computed elsewhere from other data', async () => {
    const other: BenchOptions['loadTask'] = async (name) => ({
      ...toyTask(name),
      items: toyTask(name).items.slice(1),
    });
    const bench = { sizes, quick: true };
    const { report } = await reproduce(['table12'], 'honest', bench);
    expect(report.failures).toEqual([]);
    const { report: changed } = await reproduce(['table12'], 'honest', { ...bench, loadTask: other });
    expect(changed.cached).toBeGreaterThan(0);
    expect(changed.computed).toBeGreaterThan(0);
  });
});
