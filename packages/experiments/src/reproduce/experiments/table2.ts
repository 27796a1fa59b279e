import type { TableFigure } from '../../result-figure.ts';
import type { Experiment } from '../experiment.ts';
import { TABLE_2 } from '../paper-numbers.ts';

/** Ratings of people, which no program can make. */
export const table2: Experiment = {
  id: 'table2',
  title: 'Human ratings of quality and alignment, 1 to 5',
  needs: 'people who fill in rating sheets',
  async design() {
    const rows: TableFigure['rows'] = TABLE_2.map(({ model, method, quality, alignment }) => ({
      label: `${method} on ${model}`,
      cells: {
        paperQuality: { value: quality },
        paperAlignment: { value: alignment },
        quality: null,
        alignment: null,
      },
    }));
    return {
      cells: [],
      figures: () => [
        {
          title: 'Human evaluation',
          caption: 'Mean ratings of three people in the paper; ours are missing until people have rated.',
          notes: [
            'Ratings are of people. None are here, and none are invented.',
            'Blind sheets are made with `austeer human`, and read back with the agreement of the raters.',
          ],
          content: {
            kind: 'table',
            columns: [
              { key: 'quality', label: 'quality' },
              { key: 'alignment', label: 'alignment' },
              { key: 'paperQuality', label: 'quality, paper' },
              { key: 'paperAlignment', label: 'alignment, paper' },
            ],
            rows,
          },
        },
      ],
    };
  },
};
