import { readStatistics, statisticsCell } from '../../cells/statistics.ts';
import type { Experiment, FigurePart } from '../experiment.ts';
import { commonNotes } from '../figure-tools.ts';

const SITES = ['attention', 'ffn'] as const;
/** Columns of a map, at most. */
const COLUMNS = 96;

/** Where discriminative units are. */
export const figure11: Experiment = {
  id: 'fig11',
  title: 'Scores of all units over layers and dimensions',
  needs: 'BoolQ',
  async design(bench) {
    const data = await bench.data('boolq');
    const cell =
      data.missing === undefined
        ? statisticsCell({ model: bench.model.input, pairs: data.pairs, sites: SITES })
        : undefined;
    return {
      cells: cell === undefined ? [] : [cell],
      async figures(results) {
        const stored = cell && results.get(cell);
        const counts = stored && (await readStatistics(stored, results.file)).counts;
        return SITES.map((site, at): FigurePart => {
          const found = counts?.sites[site];
          const width = found?.width ?? 0;
          const together = Math.max(1, Math.ceil(width / COLUMNS));
          const scoreOf = (layer: number, index: number): number => {
            const unit = layer * width + index;
            return Math.max(found!.promoted[unit]!, found!.suppressed[unit]!) / counts!.pairs;
          };
          const values = Array.from({ length: counts?.layers ?? 0 }, (_, layer) =>
            Array.from({ length: Math.ceil(width / together) }, (__, column) => {
              const from = column * together;
              const to = Math.min(width, from + together);
              let sum = 0;
              for (let index = from; index < to; index++) sum += scoreOf(layer, index);
              return Math.round((1000 * sum) / (to - from)) / 1000;
            }),
          );
          return {
            part: at + 1,
            title: `Scores at site ${site}`,
            caption: `Discriminative score s of every unit on BoolQ pairs, the mean of ${together} neighbouring dimensions in a column.`,
            notes: [
              ...commonNotes(bench, [data]),
              'BoolQ has more yes than no: a unit that tells only the words apart scores the share of yes.',
            ],
            content: { kind: 'score-map', site, valueLabel: 's', values, dimensionsPerColumn: together },
          };
        });
      },
    };
  },
};
