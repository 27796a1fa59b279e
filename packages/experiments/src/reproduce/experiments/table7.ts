import type { AnswersResult } from '../../cells/answers.ts';
import { bestOf, searchedCell } from '../../cells/answers.ts';
import { placeName, type SearchStrategy, searchCell } from '../../cells/search.ts';
import type { StoredCell } from '../../cells/stored-cell.ts';
import type { Estimate } from '../../result-figure.ts';
import type { Bench, BenchData } from '../bench.ts';
import type { Experiment, Results } from '../experiment.ts';
import { accuracy, commonNotes, meanAccuracy, secondsOf, share } from '../figure-tools.ts';
import { ACCURACY_TASKS, SHORT_TASKS, TABLE_7 } from '../paper-numbers.ts';

const METHOD = 'austeer-ffn';
const STRATEGIES: readonly SearchStrategy[] = ['halving', 'coarse-to-fine'];

/** Every way to choose a setting, on one task. */
function selectionsOf(bench: Bench, data: BenchData) {
  const sweep = bench.sweep({ data, method: METHOD });
  const full = bench.sweep({ data: { ...data, validation: data.test }, method: METHOD }).candidates;
  const inputs = { model: bench.model.input, condition: METHOD };
  const searches = STRATEGIES.map((strategy) => {
    const plans = sweep.settings.map((setting) => {
      const { strength: _, ...place } = setting;
      return [placeName(setting), bench.plan({ pairs: data.pairs, method: METHOD, setting: place })];
    });
    const search = searchCell(
      { ...inputs, items: data.validation, strategy, settings: sweep.settings, criterion: bench.criterion },
      Object.fromEntries(plans),
    );
    return { strategy, search, tested: searchedCell({ ...inputs, items: data.test }, search) };
  });
  return { vanilla: bench.vanilla(bench.model, data.test), sweep, full, searches };
}

/** The price of choosing well. */
export const table7: Experiment = {
  id: 'table7',
  title: 'Choosing k and α: on the test items, on validation items, by halving, from coarse to fine',
  needs: 'the tasks’ data',
  async design(bench) {
    const names = bench.quick ? SHORT_TASKS : ACCURACY_TASKS;
    const tasks = await Promise.all(names.map(async (name) => ({ name, data: await bench.data(name) })));
    const runs = tasks.flatMap(({ name, data }) =>
      data.missing === undefined ? [{ name, ...selectionsOf(bench, data) }] : [],
    );
    return {
      cells: runs.flatMap(({ vanilla, sweep, full, searches }) => [
        vanilla,
        sweep.chosen,
        ...full,
        ...searches.map(({ tested }) => tested),
      ]),
      figures(results) {
        const row = (
          label: string,
          numbers: readonly (Estimate | null)[],
          cost: { rows?: number; seconds?: number; paper?: number | undefined },
        ) => ({
          label,
          cells: {
            ...Object.fromEntries(runs.map(({ name }, at) => [name, numbers[at]!])),
            average: meanAccuracy(numbers, share(cost.paper)),
            ...(cost.rows !== undefined && { rows: { value: cost.rows } }),
            ...(cost.seconds !== undefined && { seconds: { value: cost.seconds } }),
          },
        });
        const candidates = runs.flatMap(({ sweep }) => sweep.candidates);
        const everything = runs.flatMap(({ full }) => full);
        const rowsOf = (cells: readonly (typeof candidates)[number][]) =>
          cells.reduce((sum, cell) => sum + (results.get(cell)?.result.records.length ?? 0), 0);
        return [
          {
            title: 'Selection strategies',
            caption:
              'AUSteer-FFN, its setting chosen in four ways. Items asked and seconds are what the choice alone takes, the final test left out.',
            notes: [
              ...commonNotes(
                bench,
                tasks.map(({ data }) => data),
              ),
              'Choosing on the test items is optimistic: the best of several numbers on the same items is too high.',
              'The paper’s averages are of LLaMA2-7B-Chat over five tasks; it says that 100 COPA samples take about 5 minutes on an H100.',
            ],
            content: {
              kind: 'table',
              columns: [
                ...runs.map(({ name }) => ({ key: name, label: name, format: 'share' as const })),
                { key: 'average', label: 'Avg.', format: 'share' },
                { key: 'rows', label: 'items asked', format: 'count' },
                { key: 'seconds', label: 'seconds', format: 'seconds' },
              ],
              rows: [
                row(
                  'Vanilla',
                  runs.map(({ vanilla }) => accuracy(results, vanilla)),
                  {
                    paper: TABLE_7.vanilla![0],
                  },
                ),
                row(
                  'all settings on the test items (optimistic)',
                  runs.map(({ full }) => bestAccuracy(results, full)),
                  {
                    rows: rowsOf(everything),
                    seconds: secondsOf(results, everything),
                    paper: TABLE_7.full![0],
                  },
                ),
                row(
                  'all settings on validation items',
                  runs.map(({ sweep }) => accuracy(results, sweep.chosen)),
                  {
                    rows: rowsOf(candidates),
                    seconds: secondsOf(results, candidates),
                    paper: TABLE_7.validation![0],
                  },
                ),
                ...STRATEGIES.map((strategy, at) => {
                  const found = runs.map(({ searches }) => searches[at]!);
                  return row(
                    strategy,
                    found.map(({ tested }) => accuracy(results, tested)),
                    {
                      rows: found.reduce(
                        (sum, { search }) => sum + (results.get(search)?.result.rows ?? 0),
                        0,
                      ),
                      seconds: secondsOf(
                        results,
                        found.map(({ search }) => search),
                      ),
                    },
                  );
                }),
              ],
            },
          },
        ];
      },
    };
  },
};

/** The best accuracy of several settings on the same items. */
function bestAccuracy(results: Results, cells: readonly Parameters<typeof accuracy>[1][]): Estimate | null {
  const stored = cells.flatMap((cell) => (results.get(cell) as StoredCell<AnswersResult> | undefined) ?? []);
  if (stored.length === 0) return null;
  const best = bestOf(stored, 'accuracy');
  const cell = cells.find((candidate) => results.get(candidate)?.result === best)!;
  return accuracy(results, cell, { note: 'chosen on the items that it is measured on' });
}
