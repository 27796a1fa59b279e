/**
 * An edit as a row of a JSON-lines file.
 *
 * @module
 */
import { FileFormatError, SITES, showValue } from '@austeer/core';
import type { PlanEdit } from './steering-plan.ts';

const KEYS = ['site', 'layer', 'index', 'gain', 'bias', 'strength'] as const;

/**
 * Checks a row `{"site", "layer", "index", "gain", "bias", "strength"}`; gain and bias are 0 and strength is 1 where
 * they are left out.
 *
 * @param options.path file of the row, for errors
 * @param options.line its line, from 1
 * @throws FileFormatError naming file, line and what is wrong.
 *
 * @example
 * ```ts
 * parseEditRow({ site: 'ffn', layer: 1, index: 2, gain: 0.5 }, { path: 'edits.jsonl', line: 1 }).bias; // 0
 * ```
 */
export function parseEditRow(value: unknown, options: { path: string; line: number }): PlanEdit {
  const { path, line } = options;
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({
      path: `${path}, line ${line}`,
      format: 'edits',
      problem,
      advice: 'Write {"site": "ffn", "layer": 0, "index": 0, "gain": 0.5, "bias": 0}',
    });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('it is not an object');
  const row = value as Record<string, unknown>;
  const unknown = Object.keys(row).find((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown !== undefined)
    throw fail(`it has the unknown key ${showValue(unknown)}; known are ${KEYS.join(', ')}`);
  const site = SITES.find((candidate) => candidate === row.site);
  if (site === undefined) throw fail(`site is ${showValue(row.site)}, not one of ${SITES.join(', ')}`);
  const number = (key: string, otherwise?: number): number => {
    const given = row[key] ?? otherwise;
    if (typeof given !== 'number' || !Number.isFinite(given)) throw fail(`${key} is not a finite number`);
    return given;
  };
  return {
    site,
    layer: number('layer'),
    index: number('index'),
    gain: number('gain', 0),
    bias: number('bias', 0),
    ...(row.strength === undefined ? {} : { strength: number('strength') }),
  };
}
