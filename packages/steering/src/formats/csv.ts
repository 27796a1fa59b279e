/**
 * Plans as CSV, for tables and other programs: `site,layer,index,gain,bias,strength`, one edit a line.
 *
 * @module
 */
import { FileFormatError, type ModelIdentity } from '@austeer/core';
import { parseEditRow } from '../edit-row.ts';
import { type PlanEdit, planFromEdits, type SteeringPlan } from '../steering-plan.ts';
import { requireAllTokens } from './directions.ts';

const FORMAT = 'CSV file';
const COLUMNS = ['site', 'layer', 'index', 'gain', 'bias', 'strength'] as const;
/** The fewest that make sense; the others have defaults. */
const NEEDED: readonly string[] = ['site', 'layer', 'index'];

/**
 * The text of a CSV file. `strength` holds the plan's strength times the edit's own; all numbers come back exactly.
 * The model and the provenance are not in it.
 *
 * @throws FormatLossError when the plan steers only some tokens.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * const plan = planFromEdits({ edits: [{ site: 'ffn', layer: 1, index: 3, gain: -0.9, bias: 0 }], model, strength: 10 });
 * planToCsv(plan); // 'site,layer,index,gain,bias,strength\nffn,1,3,-0.9,0,10\n'
 * ```
 */
export function planToCsv(plan: SteeringPlan): string {
  requireAllTokens(plan, FORMAT);
  const rows = plan.edits.map(({ site, layer, index, gain, bias, strength = 1 }) =>
    [site, layer, index, gain, bias, plan.strength * strength].join(),
  );
  return `${[COLUMNS.join(), ...rows].join('\n')}\n`;
}

/**
 * A plan of a CSV file, at strength 1. The first line names the columns, in any order; `gain` and `bias` are 0 and
 * `strength` is 1 where there is no such column or the cell is empty.
 *
 * @param options.model the model that it shall steer
 * @param options.path name used in errors
 * @throws FileFormatError naming the line that is wrong.
 * @throws InvalidArgumentError for a unit that the model lacks or that is edited twice.
 *
 * @example
 * ```ts
 * const model = { name: 'tiny', architecture: 'llama', layers: 2, widths: { ffn: 4 } };
 * planFromCsv('site,layer,index,gain\nffn,1,3,-0.9\n', { model }).edits[0]?.gain; // -0.9
 * ```
 */
export function planFromCsv(
  text: string,
  options: { model: ModelIdentity; path?: string | undefined },
): SteeringPlan {
  const { model, path = 'text' } = options;
  const [head = '', ...lines] = text.split(/\r?\n/);
  const columns = head.split(',').map((name) => name.trim());
  const unknown = columns.find((name) => !(COLUMNS as readonly string[]).includes(name));
  const missing = NEEDED.find((name) => !columns.includes(name));
  if (unknown !== undefined || missing !== undefined || new Set(columns).size < columns.length) {
    throw new FileFormatError({
      path,
      format: FORMAT,
      problem: `its first line names the columns ${JSON.stringify(columns)}`,
      advice: `Name each of ${COLUMNS.join(', ')} at most once; ${NEEDED.join(', ')} are needed`,
    });
  }
  const edits = lines.flatMap((content, row): PlanEdit[] => {
    if (content.trim() === '') return [];
    const cells = content.split(',').map((cell) => cell.trim());
    const line = row + 2;
    if (cells.length !== columns.length) {
      throw new FileFormatError({
        path: `${path}, line ${line}`,
        format: FORMAT,
        problem: `it has ${cells.length} cells and there are ${columns.length} columns`,
      });
    }
    const named = columns.flatMap((name, column) => {
      const cell = cells[column]!;
      return cell === '' ? [] : [[name, name === 'site' ? cell : Number(cell)] as const];
    });
    return [parseEditRow(Object.fromEntries(named), { path, line })];
  });
  return planFromEdits({ edits, model, provenance: { source: FORMAT } });
}
