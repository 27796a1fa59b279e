/**
 * An experiment as a JSON file: models × tasks × methods × settings × seeds, and how a setting is chosen.
 *
 * @module
 */
import { FileFormatError, SITES } from '@austeer/core';
import { z } from 'zod';
import { METHOD_NAMES } from '../methods.ts';
import { SELECTION_CRITERIA } from '../select-cell.ts';

const count = z.int().positive();
const list = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).readonly();

const method = z.strictObject({
  /** A name of `METHOD_NAMES`. */
  method: z.enum(METHOD_NAMES as readonly [string, ...string[]]),
  /** Budgets (units, heads); left out where the method has none. */
  budgets: list(z.number().positive()).optional(),
  /** Strengths; budgets × strengths × layers are tried. Left out with budgets: the method's own grid. */
  strengths: list(z.number()).optional(),
  /** Layers of methods that work on one. */
  layers: list(z.int().nonnegative()).optional(),
  site: z.enum(SITES as readonly [string, ...string[]]).optional(),
});

const experimentFile = z.strictObject({
  /** Becomes the id of the figures. */
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'small letters, digits and dashes, for example copa-sweep'),
  title: z.string().min(1).optional(),
  /** Catalogue names, hub ids, folders or .gguf files; the command line may name others. */
  models: list(z.string().min(1)).default(['smollm2-135m']),
  tasks: list(z.string().min(1)),
  methods: list(method),
  /** Of whatever a method draws. */
  seeds: list(z.int().nonnegative()).default([0]),
  pairs: count.default(1000),
  validation: count.default(100),
  /** Most test items; left out: all. */
  test: count.optional(),
  /**
   * `validation`: all settings on validation items, the best tested once on others; `halving`, `coarse-to-fine`: the same
   * for less; `full`: all settings on the test items, as the paper's main tables, which is optimistic.
   */
  selection: z.enum(['validation', 'full', 'halving', 'coarse-to-fine']).default('validation'),
  criterion: z.enum(SELECTION_CRITERIA as readonly [string, ...string[]]).default('accuracy'),
});

/** An experiment file, its defaults filled in. */
export type ExperimentFile = z.infer<typeof experimentFile>;
/** A method of an experiment file. */
export type ExperimentFileMethod = z.infer<typeof method>;

/**
 * Reads an experiment file.
 *
 * @param options.path name used in errors
 * @throws FileFormatError that names what is wrong where.
 *
 * @example
 * ```ts
 * const file = parseExperimentFile('{"name": "tiny", "tasks": ["copa"], "methods": [{"method": "caa"}]}');
 * file.selection; // 'validation'
 * ```
 */
export function parseExperimentFile(text: string, options: { path?: string } = {}): ExperimentFile {
  const { path = 'text' } = options;
  const fail = (problem: string, cause: unknown): FileFormatError =>
    new FileFormatError({ path, format: 'experiment', problem, cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail('it is not JSON', cause);
  }
  const parsed = experimentFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path: place, message }) => `${place.length === 0 ? 'the document' : place.join('.')}: ${message}`,
  );
  throw fail(problems.join('; '), parsed.error);
}
