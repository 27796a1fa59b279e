/**
 * Flags that several commands share, spelled the same everywhere.
 *
 * @module
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, parseSite, type Site } from '@austeer/core';
import type { Ranking, ScoringMode, TieOrder } from '@austeer/localize';
import type { Precision } from '@austeer/onnx';
import type { Device } from '@austeer/runtime';

/** Flags exclude or need each other, or name what cannot be: the command line is wrong, and nothing was begun. */
export class UsageError extends InvalidArgumentError {}

/** How a model is named and loaded. */
export interface ModelFlags {
  readonly model: string;
  readonly precision: Precision;
  readonly threads?: number | undefined;
  readonly device?: Device | undefined;
  readonly siteMap?: string | undefined;
  readonly cache?: string | undefined;
  readonly offline: boolean;
}

/** Written out, because loading the runtime for its list would slow `--help`. */
const DEVICES = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const satisfies readonly Device[];

/** A whole number in decimal digits. */
export function parseWhole(text: string): number {
  if (!/^\d+$/.test(text)) throw new SyntaxError(`${text} is not a whole number`);
  return Number(text);
}

/** A whole number in decimal digits, 1 at least. */
export function parseCount(text: string): number {
  const count = parseWhole(text);
  if (count < 1) throw new SyntaxError(`${text} is not a whole number ≥ 1`);
  return count;
}

/** A finite number; an empty text, as of a variable that is not set, is none. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new SyntaxError(`"${text}" is not a number`);
  return value;
}

/** Whole numbers with commas between: `0,64`. */
export function parseWholeList(text: string): number[] {
  return text.split(',').map(parseWhole);
}

/** Whole numbers ≥ 1 with commas between: `16,64`. */
export function parseCountList(text: string): number[] {
  return text.split(',').map(parseCount);
}

/** Numbers with commas between: `1,2.5`. */
export function parseNumberList(text: string): number[] {
  return text.split(',').map(parseNumber);
}

/** Path of a file to write: refused before any work where a folder is in its place. */
function parseNewFile(path: string): string {
  let isFolder = /[\\/]$/.test(path);
  try {
    isFolder ||= statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SyntaxError(`"${path}" cannot be written (${code}); name a file in a folder`);
  }
  if (isFolder) throw new SyntaxError(`"${path}" is a folder; name a file`);
  return path;
}

/** Sites with commas between: `attention,ffn`. */
export function parseSites(text: string): Site[] {
  return text.split(',').map(parseSite);
}

const optionalWhole = (brief: string, placeholder = 'n') =>
  ({ kind: 'parsed', parse: parseWhole, optional: true, brief, placeholder }) as const;

/** A flag that takes a number of things, 1 at least. */
export const optionalCount = (brief: string) =>
  ({ kind: 'parsed', parse: parseCount, optional: true, brief, placeholder: 'n' }) as const;

/** The same with a number where none is given. */
export const usualCount = <const Usual extends string>(usual: Usual, brief: string) =>
  ({ kind: 'parsed', parse: parseCount, default: usual, brief, placeholder: 'n' }) as const;

/** A flag that takes a path. */
export const optionalPath = (brief: string) =>
  ({ kind: 'parsed', parse: String, optional: true, brief, placeholder: 'path' }) as const;

/** A flag that must be given a path. */
export const requiredPath = (brief: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder: 'path' }) as const;

/** A flag that takes the path of a file to write. */
export const optionalNewFile = (brief: string) =>
  ({ kind: 'parsed', parse: parseNewFile, optional: true, brief, placeholder: 'path' }) as const;

/** A flag that must be given the path of a file to write. */
export const requiredNewFile = (brief: string) =>
  ({ kind: 'parsed', parse: parseNewFile, brief, placeholder: 'path' }) as const;

/** How the model computes and where its files are kept. */
export const computeFlags = {
  precision: {
    kind: 'enum',
    values: ['fp32', '4bit', '4bit-fast', '8bit'],
    default: 'fp32',
    brief:
      'GGUF models: exact; 4-bit weights, 8-bit activations; the same, faster and coarser; 8-bit weights, for prompts',
  },
  threads: optionalCount('Threads of the matrix products [all cores]'),
  device: {
    kind: 'enum',
    values: DEVICES,
    optional: true,
    brief: 'Where to compute [cpu]',
  },
  siteMap: optionalPath('Sites of an ONNX graph by hand, JSON [found by structure]'),
  cache: optionalPath('Folder for downloaded and prepared models [AUSTEER_CACHE]'),
  offline: { kind: 'boolean', default: false, brief: 'Use what is on this machine only' },
} as const;

/** The model and how it is loaded. */
export const modelFlags = {
  model: {
    kind: 'parsed',
    parse: String,
    default: 'smollm2-135m',
    brief: 'Catalogue name, hub id, folder with ONNX, or .gguf file',
    placeholder: 'model',
  },
  ...computeFlags,
} as const;

/** One JSON document on stdout. */
export const jsonFlag = {
  kind: 'boolean',
  default: false,
  brief: 'Print one JSON document on stdout',
} as const;

/** Rows that run together. */
export const batchFlag = optionalCount('Most rows in one run of the model [8]');

/** Seed of everything random. */
export const seedFlag = {
  kind: 'parsed',
  parse: parseWhole,
  default: '0',
  brief: 'Seed of everything random',
  placeholder: 'n',
} as const;

/** Sites, `ffn` where not said. */
export const sitesFlag = (initial: string) =>
  ({
    kind: 'parsed',
    parse: parseSites,
    default: initial,
    brief: 'Sites: attention, ffn, ffnInner, residual, with commas between',
    placeholder: 'sites',
  }) as const;

/** Which data of a task, in which words. */
export interface TaskFlags {
  readonly data?: string | undefined;
  readonly wording: 'official' | 'chat';
  readonly variant: 'official' | 'paper';
  readonly negatives?: 'nearest-number' | 'hard' | undefined;
}

/** Which data of a task, in which words. */
export const taskFlags = {
  data: optionalPath(
    'Folder with the published files, hub or samples [../shared/datasets where it has them, else samples]',
  ),
  wording: {
    kind: 'enum',
    values: ['official', 'chat'],
    default: 'official',
    brief: 'Prompts as released, or the same text in the model’s chat format',
  },
  variant: {
    kind: 'enum',
    values: ['official', 'paper'],
    default: 'official',
    brief: 'Pairs of detox: the released filter, or the paper’s text',
  },
  negatives: {
    kind: 'enum',
    values: ['nearest-number', 'hard'],
    optional: true,
    brief:
      'Wrong answers: the most similar by MiniLM, as in the paper’s math tasks [the data’s own; nearest-number]',
  },
} as const;

/** How units are ranked. */
export interface RankingFlags {
  readonly ranking: Ranking;
  readonly ties: TieOrder;
  readonly mode: ScoringMode | CausalRanking;
}

type CausalRanking = Extract<Ranking, `causal${string}`>;

/** Written out like the devices. */
const RANKINGS = [
  'momentum',
  'balanced',
  'effect-size',
  'difference',
  'causal',
  'causal-then-momentum',
  'natural-gradient',
] as const satisfies readonly Ranking[];

/** What orders units and gives them their sign; `--mode causal` is another way to write `--ranking causal`. */
export function readRanking({ ranking, mode }: Pick<RankingFlags, 'ranking' | 'mode'>): {
  ranking: Ranking;
  mode: ScoringMode;
} {
  return mode === 'official' || mode === 'paper' ? { ranking, mode } : { ranking: mode, mode: 'official' };
}

/** How units are ranked: the paper's way, and others. */
export const rankingFlags = {
  ranking: {
    kind: 'enum',
    values: RANKINGS,
    default: 'momentum',
    brief:
      'What units are ordered by: the paper’s momentum; averaged over answers; mean difference; what their gain does to right answers, and that for what it does to neutral text',
  },
  ties: {
    kind: 'enum',
    values: ['index', 'effect-size'],
    default: 'index',
    brief: 'Units of one score: lowest layer first, as released, or largest effect first',
  },
  mode: {
    kind: 'enum',
    values: ['official', 'paper', 'causal', 'causal-then-momentum'],
    default: 'official',
    brief:
      'Sign where as many pairs rise as fall: + as the released code, − as the paper; or a causal ranking',
  },
} as const;

/** What methods other than AUSteer need. */
export interface MethodFlags {
  readonly layers?: number[] | undefined;
  readonly sae?: string | undefined;
  readonly saeLayer?: number | undefined;
  readonly keepFraction?: number | undefined;
}

/** What methods other than AUSteer need. */
export const methodFlags = {
  layers: {
    kind: 'parsed',
    parse: parseWholeList,
    optional: true,
    brief: 'caa: layers to try, from 0 [one in the middle]',
    placeholder: 'n,…',
  },
  sae: optionalPath('sta: sparse autoencoder, .npz or .safetensors (W_enc, b_enc, W_dec, b_dec, threshold)'),
  saeLayer: optionalWhole('sta: layer of the autoencoder, from 0 [the one its file names]'),
  keepFraction: {
    kind: 'parsed',
    parse: parseNumber,
    optional: true,
    brief: 'sta: share of features that each mask keeps [0.35]',
    placeholder: 'x',
  },
} as const;

/** Refuses flags that exclude or need each other. */
export function usageError(argument: string, given: unknown, expected: string): UsageError {
  return new UsageError({ argument, given, expected, advice: 'See --help' });
}

/** Refuses to write a result over what it is made of. */
export function refuseOwnInput(out: string | undefined, ...inputs: readonly (string | undefined)[]): void {
  const own = inputs.find(
    (input) => out !== undefined && input !== undefined && resolve(input) === resolve(out),
  );
  if (own !== undefined) throw usageError('--out', out, `another file than ${own}, which is read`);
}
