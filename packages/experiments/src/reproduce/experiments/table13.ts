import type { Experiment } from '../experiment.ts';
import { accuracy, commonNotes, settingOfCell, share } from '../figure-tools.ts';
import { COMMONSENSE_TASKS, TABLE_13 } from '../paper-numbers.ts';

/** Weakening what does not matter, against strengthening what does. */
export const table13: Experiment = {
  id: 'table13',
  title: 'Suppression of the least important units against promotion',
  needs: 'the commonsense tasks’ data',
  async design(bench) {
    const tasks = await Promise.all(
      COMMONSENSE_TASKS.map(async (name) => ({ name, data: await bench.data(name) })),
    );
    const runs = tasks.flatMap(({ name, data }) =>
      data.missing === undefined
        ? [
            {
              name,
              vanilla: bench.vanilla(bench.model, data.test),
              suppression: bench.sweep({ data, method: 'suppression-ffn' }).chosen,
              promotion: bench.sweep({ data, method: 'austeer-ffn' }).chosen,
            },
          ]
        : [],
    );
    const conditions = ['vanilla', 'suppression', 'promotion'] as const;
    return {
      cells: runs.flatMap((run) => conditions.map((condition) => run[condition])),
      figures: (results) => [
        {
          title: 'Suppression or promotion',
          caption:
            'Exact match when the least important FFN units are multiplied by a factor below 1 (share and factor chosen on validation items), and when AUSteer-FFN promotes the most important.',
          notes: [
            ...commonNotes(
              bench,
              tasks.map(({ data }) => data),
            ),
            `Chosen suppression: ${runs
              .map(({ name, suppression }) => {
                const setting = settingOfCell(results, suppression);
                return setting
                  ? `${name} ${100 * (setting.budget ?? 0)} % of the units × ${(1 - setting.strength).toFixed(2)}`
                  : `${name} missing`;
              })
              .join(', ')}.`,
            'The paper’s numbers are of LLaMA2-7B-Chat.',
          ],
          content: {
            kind: 'table',
            columns: COMMONSENSE_TASKS.map((key) => ({ key, label: key, format: 'share' })),
            rows: conditions.map((condition) => ({
              label: condition,
              cells: Object.fromEntries(
                COMMONSENSE_TASKS.map((task, at) => {
                  const run = runs.find(({ name }) => name === task);
                  const paper = share(TABLE_13[condition]?.[at]);
                  return [
                    task,
                    run === undefined
                      ? null
                      : accuracy(results, run[condition], {
                          paper,
                          ...(condition !== 'vanilla' && { against: run.vanilla }),
                        }),
                  ];
                }),
              ),
            })),
          },
        },
      ],
    };
  },
};
