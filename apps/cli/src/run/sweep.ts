import { describeCell, measureName, type SelectionLog } from '@austeer/experiments';
import type { SweepFlags } from '../commands/sweep.ts';
import type { AusteerContext } from '../context.ts';
import { printResult } from '../output/run-report.ts';
import { formatTable } from '../output/table.ts';
import { measureTask } from './evaluate.ts';

export async function runSweep(this: AusteerContext, flags: SweepFlags): Promise<void> {
  const { terminal } = this;
  await measureTask(this, { ...flags, select: 'validation' }, (result) => {
    const { selection, task } = result.log.header;
    if (selection !== undefined) {
      const items = selection.cells[0]?.summary.items;
      const name = selection.criterion === 'accuracy' ? measureName(task) : selection.criterion;
      terminal.print(terminal.style('bold', `${name} on ${items} validation items; * is the chosen one`));
      terminal.print(formatGrid(selection));
      terminal.print();
    }
    printResult(terminal, result);
  });
}

/** Strengths beside each other, everything else below each other. */
function formatGrid({ cells, chosen, criterion }: SelectionLog): string {
  const strengths = [...new Set(cells.map(({ alpha }) => alpha))].sort((a, b) => a - b);
  const labelOf = (cell: SelectionLog['chosen']): string =>
    describeCell({ ...cell, alpha: 0 }).replace(/ ?α 0$/, '');
  const labels = [...new Set(cells.map(labelOf))];
  const rows = labels.map((label) => [
    label,
    ...strengths.map((alpha) => {
      const cell = cells.find((candidate) => labelOf(candidate) === label && candidate.alpha === alpha);
      if (cell === undefined) return '–';
      const estimate = cell.summary[criterion];
      const mark = labelOf(chosen) === label && chosen.alpha === alpha ? '*' : '';
      return (estimate === undefined ? 'missing' : estimate.value.toFixed(3)) + mark;
    }),
  ]);
  return formatTable(['', ...strengths.map((alpha) => `α ${alpha}`)], rows);
}
