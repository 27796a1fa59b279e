import type { Estimate } from '../../result-figure.ts';
import type { Experiment } from '../experiment.ts';
import { accuracy, commonNotes, settingOfCell, share } from '../figure-tools.ts';
import { TABLE_12 } from '../paper-numbers.ts';

const METHOD = 'austeer-ffn';
const BUDGETS = [100, 200, 500, 1000, 3000, 5000, 10_000];

/** More and more units, and all. */
export const table12: Experiment = {
  id: 'table12',
  title: 'Number of steered units, up to all, on COPA',
  needs: 'COPA',
  async design(bench) {
    const data = await bench.data('copa');
    const { layers, widths } = bench.model.identity;
    const all = layers * (widths.ffn ?? 0);
    const strengths = bench.quick ? [0.5, 5] : [0.5, 2, 5, 10, 20, 50];
    const budgets = BUDGETS.filter((budget) => budget < all);
    const vanilla = data.missing === undefined ? bench.vanilla(bench.model, data.test) : undefined;
    const runs =
      data.missing === undefined
        ? [
            ...budgets.map((budget) => ({
              label: String(budget),
              budget,
              ...bench.sweep({
                data,
                method: METHOD,
                settings: strengths.map((strength) => ({ budget, strength, site: 'ffn' as const })),
              }),
            })),
            { label: `all ${all}`, budget: all, ...bench.sweep({ data, method: 'all-ffn' }) },
          ]
        : [];
    return {
      cells: [...(vanilla ? [vanilla] : []), ...runs.map(({ chosen }) => chosen)],
      figures(results) {
        const row = (label: string, estimate: Estimate | null, alpha?: number) => ({
          label,
          cells: { accuracy: estimate, ...(alpha !== undefined && { alpha: { value: alpha } }) },
        });
        return [
          {
            title: 'Broader control',
            caption:
              'Exact match on COPA by number of steered FFN units; α is chosen on validation items for each.',
            notes: [
              ...commonNotes(bench, [data]),
              `The model has ${all} units at this site; the paper’s (LLaMA2-7B-Chat) has 131,072. Its “< 100” stands beside 100.`,
            ],
            content: {
              kind: 'table',
              columns: [
                { key: 'accuracy', label: 'accuracy', format: 'share' },
                { key: 'alpha', label: 'α' },
              ],
              rows: [
                row(
                  '0 (vanilla)',
                  vanilla ? accuracy(results, vanilla, { paper: share(TABLE_12[0]) }) : null,
                ),
                ...runs.map(({ label, budget, chosen }) =>
                  row(
                    label,
                    accuracy(results, chosen, { paper: share(TABLE_12[budget]), against: vanilla }),
                    settingOfCell(results, chosen)?.strength,
                  ),
                ),
              ],
            },
          },
        ];
      },
    };
  },
};
