/**
 * The numbers of a table as a picture: a panel for each column of numbers.
 *
 * @module
 */
import type { Estimate, TableFigure } from '@austeer/experiments';
import type { IntervalPanel } from './interval-panels.ts';

/** Rows and panels; no panel where no column has two numbers to compare. */
export function tablePanels({ columns, rows }: TableFigure): {
  labels: readonly string[];
  panels: readonly IntervalPanel[];
} {
  const panels = columns.flatMap(({ key, label, format }): IntervalPanel[] => {
    if (format === 'text') return [];
    const estimates = rows.map(({ cells }): Estimate | null => {
      const cell = cells[key];
      return typeof cell === 'object' ? cell : null;
    });
    if (estimates.filter((estimate) => estimate !== null).length < 2) return [];
    const paper = estimates.map((estimate) =>
      estimate?.paper === undefined ? null : { value: estimate.paper },
    );
    return [
      {
        title: label,
        format,
        series: [
          { name: 'measured here', colour: 'var(--series-1)', symbol: 'circle', estimates },
          ...(paper.some((number) => number !== null)
            ? [
                {
                  name: 'the paper',
                  colour: 'var(--vanilla)',
                  symbol: 'diamond' as const,
                  hollow: true,
                  estimates: paper,
                },
              ]
            : []),
        ],
      },
    ];
  });
  return { labels: rows.map(({ label }) => label), panels };
}
