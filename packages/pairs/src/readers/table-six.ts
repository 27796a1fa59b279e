/**
 * Table 6 of the paper against what was found.
 *
 * @module
 */
import type { Table6Comparison } from '../task.ts';
import type { TaskDefinition } from '../tasks/task-definition.ts';

/** Most pairs that the released code takes (`main_test.py`), and most that Table 6 has. */
export const PAIRS_LIMIT = 1000;

/** Compares usable rows with Table 6; `undefined` for a task that the table does not have. */
export function compareWithTable6(options: {
  definition: TaskDefinition;
  pairs: number;
  items: number;
  differs: string | undefined;
}): Table6Comparison | undefined {
  const { definition, items, differs } = options;
  const { paperCounts: paper } = definition;
  if (paper === undefined) return undefined;
  const found = { pairs: Math.min(options.pairs, PAIRS_LIMIT), items };
  const difference = (what: string, expected: number, given: number): string[] =>
    given === expected ? [] : [`Table 6 of the paper has ${expected} ${what}, these data ${given}.`];
  return {
    paper,
    found,
    differences: [
      ...difference('contrastive pairs', paper.pairs, found.pairs),
      ...difference('test items', paper.items, found.items),
    ],
    ...(differs === undefined ? {} : { reason: differs }),
  };
}
