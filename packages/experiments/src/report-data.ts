/**
 * What the report page draws: run logs and figures, read once and put into the shape in which the page holds them.
 * Nothing is computed here but the maps of scores, which a run log holds as counts.
 *
 * @module
 */
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FileMissingError, InvalidArgumentError } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';
import type { AnswerMargin } from '@austeer/evaluators';
import { countsFromSafetensors, groupScores } from '@austeer/localize';
import { comparisonFigure } from './comparison-figure.ts';
import { readFigures } from './figure-files.ts';
import type { ResultFigure, ScoreMapFigure } from './result-figure.ts';
import { type AnswerLine, type RunHeader, readComparisonLog, readRunLog } from './run-log.ts';

/** The content of a report: all that its page gets. */
export interface ReportData {
  readonly format: 'austeer-report';
  readonly version: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly runs: readonly ReportRun[];
  readonly comparisons: readonly ReportComparison[];
  /** In the order of their ids, numbers in them by value: `fig2` before `fig10`. */
  readonly figures: readonly ResultFigure[];
}

/** A run as the report shows it. */
export interface ReportRun {
  /** Name of its folder; a number follows where several have the same. */
  readonly name: string;
  readonly header: RunHeader;
  readonly samples: readonly SampleSet[];
  /** Scores of all units, of the run's `counts.safetensors`. */
  readonly scoreMaps: readonly ScoreMapFigure[];
}

/** A comparison of methods as the report shows it. */
export interface ReportComparison {
  /** As of a run. */
  readonly name: string;
  readonly figure: ResultFigure;
  readonly samples: readonly SampleSet[];
}

/** The answers of one phase, in columns with one entry an item. */
export interface SampleSet {
  readonly phase: AnswerLine['phase'];
  readonly ids: readonly string[];
  readonly prompts: readonly string[];
  readonly golds: readonly string[];
  readonly labels: readonly (string | null)[];
  readonly conditions: readonly SampleCondition[];
}

/** What was answered under one condition; `null` where the item has no such value. */
export interface SampleCondition {
  readonly name: string;
  readonly answers: readonly (string | null)[];
  readonly correct: readonly (boolean | null)[];
  readonly valid: readonly (boolean | null)[];
  readonly predictions: readonly (string | null)[];
  readonly margins: readonly (AnswerMargin | null)[];
}

/** Columns of a score map at most; wider sites are averaged, since no screen shows more. */
const MAP_COLUMNS = 1024;

/**
 * Reads run folders and a folder of figures.
 *
 * @param options.runs folders of runs and comparisons; a folder that is neither stands for those in it
 * @param options.figures folder with one {@link ResultFigure} in each `.json` file
 * @throws FileMissingError, FileFormatError when one is incomplete or of another kind or version.
 * @throws InvalidArgumentError when there is nothing to show.
 *
 * @example
 * ```ts
 * const data = await readReportData({ runs: ['runs/boolq'], tool: { name: 'mine', version: '1' } });
 * data.runs[0]?.header.test.comparison?.accuracy.value;
 * ```
 */
export async function readReportData(options: {
  runs?: readonly string[] | undefined;
  figures?: string | undefined;
  tool: ReportData['tool'];
}): Promise<ReportData> {
  const { runs = [], figures, tool } = options;
  const folders = (await Promise.all(runs.map(runFolders))).flat();
  if (folders.length === 0 && figures === undefined) {
    throw new InvalidArgumentError({
      argument: 'runs',
      given: runs,
      expected: 'at least one run folder, or a folder of figures',
    });
  }
  const names = uniqueNames(folders.map(({ folder }) => basename(resolve(folder))));
  const read: ReportRun[] = [];
  const comparisons: ReportComparison[] = [];
  for (const [index, { folder, kind }] of folders.entries()) {
    const name = names[index]!;
    if (kind === 'run') read.push(await readRun(name, folder));
    else comparisons.push(await readComparison(name, folder));
  }
  return {
    format: 'austeer-report',
    version: 1,
    tool,
    runs: read,
    comparisons,
    figures: figures === undefined ? [] : await readFigures(figures),
  };
}

/**
 * Puts answers that were logged line by line beside each other, item by item.
 *
 * @param lines of `answers.jsonl`, in any order
 *
 * @example
 * ```ts
 * const line = { phase: 'test', id: 'a:1', prompt: 'Is it?', gold: 'yes', correct: true, valid: true } as const;
 * const [set] = collectSamples([
 *   { ...line, condition: 'vanilla', answer: 'no', correct: false },
 *   { ...line, condition: 'steered', answer: 'yes' },
 * ]);
 * set?.conditions.map(({ answers }) => answers); // [['no'], ['yes']]
 * ```
 */
export function collectSamples(lines: readonly AnswerLine[]): SampleSet[] {
  const phases: AnswerLine['phase'][] = ['test', 'validation'];
  return phases.flatMap((phase) => {
    const byCondition = new Map<string, Map<string, AnswerLine>>();
    const items = new Map<string, AnswerLine>();
    for (const line of lines) {
      if (line.phase !== phase) continue;
      const answered = byCondition.get(line.condition) ?? new Map<string, AnswerLine>();
      byCondition.set(line.condition, answered);
      // Ids are places in files; should one come twice, its second answer is another item.
      let key = line.id;
      while (answered.has(key)) key += ' (again)';
      answered.set(key, line);
      if (!items.has(key)) items.set(key, line);
    }
    if (items.size === 0) return [];
    const keys = [...items.keys()];
    const first = [...items.values()];
    return [
      {
        phase,
        ids: keys,
        prompts: first.map(({ prompt }) => prompt),
        golds: first.map(({ gold }) => gold),
        labels: first.map(({ label }) => label ?? null),
        conditions: [...byCondition].map(([name, answered]) => {
          const rows = keys.map((key) => answered.get(key));
          return {
            name,
            answers: rows.map((row) => row?.answer ?? null),
            correct: rows.map((row) => row?.correct ?? null),
            valid: rows.map((row) => row?.valid ?? null),
            predictions: rows.map((row) => row?.prediction ?? null),
            margins: rows.map((row) => row?.margin ?? null),
          };
        }),
      },
    ];
  });
}

interface LogFolder {
  readonly folder: string;
  readonly kind: 'run' | 'comparison';
}

function kindOf(folder: string, names: readonly string[]): LogFolder[] {
  if (names.includes('run.json')) return [{ folder, kind: 'run' }];
  return names.includes('comparison.json') ? [{ folder, kind: 'comparison' }] : [];
}

async function runFolders(folder: string): Promise<LogFolder[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw new FileMissingError({ path: folder, what: 'Run folder', cause });
  });
  const itself = kindOf(
    folder,
    entries.map(({ name }) => name),
  );
  if (itself.length > 0) return itself;
  const inside: LogFolder[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    inside.push(...kindOf(join(folder, name), await readdir(join(folder, name))));
  }
  if (inside.length === 0) throw new FileMissingError({ path: join(folder, 'run.json'), what: 'Run log' });
  return inside.sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

async function readComparison(name: string, folder: string): Promise<ReportComparison> {
  const { header, answers } = await readComparisonLog(folder);
  const command = `austeer compare --task ${header.task.name}`;
  return { name, figure: comparisonFigure(header, { command }), samples: collectSamples(answers) };
}

async function readRun(name: string, folder: string): Promise<ReportRun> {
  const { header, answers } = await readRunLog(folder);
  const countsFile = 'counts.safetensors';
  const hasCounts = (await readdir(folder)).includes(countsFile);
  return {
    name,
    header,
    samples: collectSamples(answers),
    scoreMaps: hasCounts ? await readScoreMaps(join(folder, countsFile)) : [],
  };
}

async function readScoreMaps(path: string): Promise<ScoreMapFigure[]> {
  const { counts } = countsFromSafetensors(await readFileBytes(path, { what: 'Counts' }), { path });
  return Object.entries(counts.sites).flatMap(([name, site]) => {
    if (site === undefined) return [];
    const dimensionsPerColumn = smallestDivisor(site.width, Math.ceil(site.width / MAP_COLUMNS));
    const scores = groupScores(counts, {
      site: name as Parameters<typeof groupScores>[1]['site'],
      groupSize: dimensionsPerColumn,
    });
    return [
      {
        kind: 'score-map' as const,
        site: name,
        valueLabel: 'score s = max(n⁺, n⁻) / N',
        // Four digits tell 10 000 pairs apart and keep the page small.
        values: scores.map((row) => row.map((value) => Number(value.toFixed(4)))),
        dimensionsPerColumn,
      },
    ];
  });
}

/** The smallest divisor of `width` that is not below `least`. */
function smallestDivisor(width: number, least: number): number {
  let divisor = Math.max(1, least);
  while (width % divisor !== 0) divisor++;
  return divisor;
}

function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}
