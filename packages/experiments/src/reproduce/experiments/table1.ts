import { methodEntry } from '../../methods.ts';
import type { Estimate } from '../../result-figure.ts';
import type { Bench, BenchTask, Sweep } from '../bench.ts';
import type { Experiment, Results } from '../experiment.ts';
import { accuracy, commonNotes, meanAccuracy, share, winRateDifference } from '../figure-tools.ts';
import { ACCURACY_TASKS, PAPER_MODEL, PAPER_TASKS, TABLE_1, TABLE_1_AVERAGE } from '../paper-numbers.ts';

/** Methods of the main comparison. */
const MAIN_METHODS = ['iti', 'caa', 'sadi', 'austeer-head', 'austeer-ffn'] as const;

/** Every method on every task that is there: what Tables 1, 7, 8 and 9 are read from. */
export async function mainSweeps(bench: Bench, methods: readonly string[] = MAIN_METHODS) {
  const tasks = await Promise.all(PAPER_TASKS.map(async (name) => ({ name, data: await bench.data(name) })));
  return tasks.map(({ name, data }) => ({
    name,
    data,
    ...(data.missing === undefined && {
      vanilla: bench.vanilla(bench.model, data.test),
      sweeps: new Map(methods.map((method) => [method, bench.sweep({ data, method })])),
    }),
  }));
}

/** The cells of the sweeps, tests last. */
function cellsOf(sweeps: Awaited<ReturnType<typeof mainSweeps>>) {
  return sweeps.flatMap(({ vanilla, sweeps: byMethod }) => [
    ...(vanilla ? [vanilla] : []),
    ...[...(byMethod?.values() ?? [])].map(({ chosen }) => chosen),
  ]);
}

/** Of tasks whose number is no accuracy. */
const LABELS: Readonly<Partial<Record<string, string>>> = { detox: 'detox, not toxic', bpo: 'bpo, ΔWR' };

/** The main comparison. */
export const table1: Experiment = {
  id: 'table1',
  title: 'Vanilla, ITI, CAA, SADI, AUSteer-Head and AUSteer-FFN on seven tasks',
  needs: 'the tasks’ data',
  async design(bench) {
    const sweeps = await mainSweeps(bench);
    return {
      cells: cellsOf(sweeps),
      figures(results) {
        const paper = TABLE_1[PAPER_MODEL]!;
        const rows = ['vanilla', ...MAIN_METHODS].map((method) => {
          const cells: Record<string, Estimate | string | null> = {};
          for (const { name, vanilla, sweeps: byMethod } of sweeps) {
            const cell = method === 'vanilla' ? vanilla : byMethod?.get(method)?.chosen;
            if (cell && name === 'bpo') {
              // The model does not win against itself.
              if (method !== 'vanilla')
                cells.bpo = winRateDifference(results, cell, share(paper[method]?.bpo));
              continue;
            }
            cells[name] = cell
              ? accuracy(results, cell, {
                  paper: share(paper[method]?.[name]),
                  ...(method !== 'vanilla' && { against: vanilla }),
                })
              : null;
          }
          const five = ACCURACY_TASKS.map((task) => cells[task] as Estimate | null);
          return {
            label: method === 'vanilla' ? 'Vanilla' : methodEntry(method).label,
            cells: {
              acts:
                method === 'vanilla'
                  ? '0'
                  : actsOf(
                      results,
                      sweeps.map(({ sweeps: by }) => by?.get(method)),
                    ),
              ...cells,
              average: meanAccuracy(five, share(TABLE_1_AVERAGE[method])),
            },
          };
        });
        return [
          {
            title: 'Main comparison',
            caption:
              'Exact match of each method on each task, the setting chosen on validation items; detox is the share that the scorer finds not toxic, ΔWR wins less losses against vanilla; p-values are of McNemar’s exact test against vanilla on the same items.',
            notes: [
              ...commonNotes(
                bench,
                sweeps.map(({ data }): BenchTask => data),
              ),
              `The paper’s numbers are those of ${PAPER_MODEL}.`,
              'STA is missing: it needs a sparse autoencoder of the model. `austeer compare --methods sta --sae FILE` takes one.',
            ],
            content: {
              kind: 'table',
              columns: [
                { key: 'acts', label: '#Acts', format: 'text' },
                ...PAPER_TASKS.map((key) => ({ key, label: LABELS[key] ?? key, format: 'share' as const })),
                { key: 'average', label: 'Avg. of five', format: 'share' },
              ],
              rows,
            },
          },
        ];
      },
    };
  },
};

/** Activations that the chosen plans steer: least to most over the tasks. */
function actsOf(results: Results, sweeps: readonly (Sweep | undefined)[]): string | null {
  const counts = sweeps.flatMap((sweep) => {
    const hash = sweep && results.get(sweep.chosen)?.result.plan;
    const plan = sweep?.plans.find((candidate) => candidate.hash === hash);
    return plan === undefined ? [] : (results.get(plan)?.result.edits ?? []);
  });
  if (counts.length === 0) return null;
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? String(least) : `${least} – ${most}`;
}
