/**
 * The log of a run: a folder with one JSON header (`run.json`), every answer as JSON lines (`answers.jsonl`), and
 * the plan and counts that it made. It is the contract between runs and whatever shows them: a reader
 * computes nothing twice.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  FileFormatError,
  FileMissingError,
  InvalidArgumentError,
  type ModelIdentity,
  showValue,
} from '@austeer/core';
import type { AnswerComparison, AnswerRecord, AnswerSummary } from '@austeer/evaluators';
import type { LabelShare, RankedUnit, Ranking, TieOrder, TiesAtCut } from '@austeer/localize';
import type { Task } from '@austeer/pairs';
import type { PlanDescription } from '@austeer/steering';
import type { ComparisonHeader, ComparisonLog } from './compare-methods.ts';
import type { EvaluatedCell, SelectionCriterion, SteeringCell } from './select-cell.ts';
import type { TestVerdicts } from './verdict-summary.ts';

/** A task as the log has it. */
export interface TaskLog extends Pick<Task, 'name' | 'description' | 'answerKind' | 'source'> {
  readonly pairs: number;
  readonly validationItems: number;
  readonly testItems: number;
}

/** The task of a run, and how its items were split. */
export function describeTask(
  { name, description, answerKind, source, pairs }: Task,
  { validation, test }: { validation: readonly unknown[]; test: readonly unknown[] },
): TaskLog {
  return {
    name,
    description,
    answerKind,
    source,
    pairs: pairs.length,
    validationItems: validation.length,
    testItems: test.length,
  };
}

/** `run.json`. */
export interface RunHeader {
  readonly format: 'austeer-run';
  readonly version: 1;
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly seed: number;
  readonly model: ModelIdentity & { readonly precision: string };
  readonly task: TaskLog;
  /** The method that was fitted, and its facts. Absent when the run steered with a given plan, or not at all. */
  readonly method?: { readonly name: string; readonly facts: Readonly<Record<string, unknown>> } | undefined;
  /** Units that AUSteer or one of its variants found; absent for other methods. */
  readonly localization?: LocalizationLog | undefined;
  /** Absent when nothing was chosen. */
  readonly selection?: SelectionLog | undefined;
  /** The plan that was tested; its file is `plan.safetensors`. */
  readonly plan?: PlanDescription | undefined;
  readonly test: TestLog;
}

/** What the test gave. */
export interface TestLog extends TestVerdicts {
  readonly vanilla: AnswerSummary;
  readonly steered?: AnswerSummary | undefined;
  /** Steered minus vanilla. Absent where a judge compared both: then `winRate` is the comparison. */
  readonly comparison?: AnswerComparison | undefined;
}

/** How the units were found. */
export interface LocalizationLog {
  readonly pairs: number;
  /** What units were ordered by. */
  readonly ranking: Ranking;
  readonly tieOrder: TieOrder;
  readonly mode: string;
  readonly join: string;
  /** Pairs whose tokens differ between joining texts and joining tokens, that were cut, or that tell nothing. */
  readonly pairsJoinedDifferently: number;
  readonly pairsTruncated: number;
  readonly pairsThatLostTheirAnswer: number;
  readonly pairsIdentical: number;
  readonly sites: Readonly<Record<string, SiteLog>>;
}

/** What was found at one site. */
export interface SiteLog {
  /** The first units of the ranking. */
  readonly top: readonly RankedUnit[];
  /** How many units tie where the largest budget cuts the ranking by momentum. */
  readonly ties: TiesAtCut;
  /** How far that ranking is a matter of labels; for tasks whose pairs have two labels or more. */
  readonly labelShare?: LabelShare | undefined;
}

/** How the setting was chosen. */
export interface SelectionLog {
  readonly criterion: SelectionCriterion;
  readonly cells: readonly EvaluatedCell[];
  readonly chosen: SteeringCell;
}

/** A line of `answers.jsonl`. */
export interface AnswerLine extends AnswerRecord {
  readonly phase: 'validation' | 'test';
  /** `vanilla`, `steered`, or a setting such as `ffn k 16 α 5`. */
  readonly condition: string;
  readonly prompt: string;
  /** What the row asks, without instructions and wording, for judges and people. Older logs have none. */
  readonly question?: string | undefined;
}

/** Everything that a run leaves behind. */
export interface RunLog {
  readonly header: RunHeader;
  readonly answers: readonly AnswerLine[];
  /** Further files by name, for example `plan.safetensors`. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Name of the header by its format. */
const HEADER_FILES = { 'austeer-run': 'run.json', 'austeer-comparison': 'comparison.json' } as const;
const ANSWERS_FILE = 'answers.jsonl';

/**
 * Refuses a folder that already holds something, before any work is done for it.
 *
 * @throws InvalidArgumentError when the folder is not empty.
 *
 * @example
 * ```ts
 * await checkRunFolder('runs/boolq');
 * ```
 */
export async function checkRunFolder(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: { code?: string }) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') return [folder];
    throw error;
  });
  if (entries.length > 0) {
    throw new InvalidArgumentError({
      argument: 'out',
      given: folder,
      expected: 'a folder that is new or empty',
      advice: 'Name another folder, or remove this one',
    });
  }
}

/**
 * Writes the folder of a run or a comparison at once: it is there whole or not at all.
 *
 * @throws InvalidArgumentError when the folder is not empty.
 *
 * @example
 * ```ts
 * declare const log: RunLog;
 * await writeRunLog('runs/boolq', log);
 * ```
 */
export async function writeRunLog(folder: string, log: RunLog | ComparisonLog): Promise<void> {
  await checkRunFolder(folder);
  const target = resolve(folder);
  const temporary = `${target}.${randomUUID()}.tmp`;
  await mkdir(dirname(target), { recursive: true });
  await mkdir(temporary);
  try {
    const lines = log.answers.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(
      join(temporary, HEADER_FILES[log.header.format]),
      `${JSON.stringify(log.header, null, 2)}\n`,
    );
    await writeFile(join(temporary, ANSWERS_FILE), lines);
    for (const [name, bytes] of Object.entries(log.files)) await writeFile(join(temporary, name), bytes);
    // An empty folder in the way is replaced.
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Reads a run folder.
 *
 * @throws FileMissingError, FileFormatError when it is incomplete or of another kind or version.
 *
 * @example
 * ```ts
 * const { header, answers } = await readRunLog('runs/boolq');
 * ```
 */
export async function readRunLog(folder: string): Promise<Omit<RunLog, 'files'>> {
  return readLog<RunHeader>(folder, 'austeer-run');
}

/**
 * Reads the folder of a comparison.
 *
 * @throws FileMissingError, FileFormatError when it is incomplete or of another kind or version.
 *
 * @example
 * ```ts
 * const { header, answers } = await readComparisonLog('runs/compared');
 * ```
 */
export async function readComparisonLog(folder: string): Promise<Omit<ComparisonLog, 'files'>> {
  return readLog<ComparisonHeader>(folder, 'austeer-comparison');
}

async function readLog<Header extends RunHeader | ComparisonHeader>(
  folder: string,
  format: Header['format'],
): Promise<{ header: Header; answers: AnswerLine[] }> {
  const headerPath = join(folder, HEADER_FILES[format]);
  const header = parseJson(await readText(headerPath), headerPath) as Header;
  if (header.format !== format || header.version !== 1) {
    throw new FileFormatError({
      path: headerPath,
      format: 'run log',
      problem: `it is ${showValue(header.format)} version ${showValue(header.version)}; this program reads "${format}" version 1`,
    });
  }
  const answersPath = join(folder, ANSWERS_FILE);
  const lines = (await readText(answersPath)).split('\n').filter((line) => line !== '');
  const answers = lines.map(
    (line, index) => parseJson(line, `${answersPath}, line ${index + 1}`) as AnswerLine,
  );
  return { header, answers };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FileMissingError({ path, what: 'Run log', cause });
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new FileFormatError({ path, format: 'run log', problem: 'it is not JSON', cause });
  }
  throw new FileFormatError({ path, format: 'run log', problem: 'it is not a JSON object' });
}
