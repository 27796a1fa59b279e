import type { Experiment } from '../experiment.ts';
import { accuracy, commonNotes, meanAccuracy, share } from '../figure-tools.ts';
import { ACCURACY_TASKS, TABLE_5 } from '../paper-numbers.ts';

/** Pairs by the general recipe against the first pairs. */
export const table5: Experiment = {
  id: 'table5',
  title: 'Pairs by the general recipe (hard negatives) against the first pairs',
  needs: 'the tasks’ data and a sentence encoder',
  async design(bench) {
    const tasks = await Promise.all(
      ACCURACY_TASKS.map(async (name) => ({
        name,
        first: await bench.data(name),
        hard: await bench.data(name, { negatives: 'hard-negatives' }),
      })),
    );
    const runs = tasks.flatMap(({ name, first, hard }) =>
      first.missing !== undefined
        ? []
        : [
            {
              name,
              vanilla: bench.vanilla(bench.model, first.test),
              sadi: bench.sweep({ data: first, method: 'sadi' }).chosen,
              'previous pairs': bench.sweep({ data: first, method: 'austeer-ffn' }).chosen,
              'general recipe':
                hard.missing === undefined
                  ? bench.sweep({ data: hard, method: 'austeer-ffn' }).chosen
                  : undefined,
            },
          ],
    );
    const conditions = ['vanilla', 'sadi', 'previous pairs', 'general recipe'] as const;
    return {
      cells: runs.flatMap((run) => conditions.flatMap((condition) => run[condition] ?? [])),
      figures: (results) => [
        {
          title: 'Pairs by the general recipe',
          caption:
            'AUSteer-FFN fitted on the tasks’ own pairs and on pairs whose wrong answer is the most similar other answer by a sentence encoder.',
          notes: [
            ...commonNotes(
              bench,
              tasks.flatMap(({ first, hard }) => [first, hard]),
            ),
            'A task of two answers has the same pairs by both recipes: the only other answer is the most similar one.',
            'The paper’s numbers are of LLaMA2-7B-Chat over five tasks.',
          ],
          content: {
            kind: 'table',
            columns: [
              ...ACCURACY_TASKS.map((key) => ({ key, label: key, format: 'share' as const })),
              { key: 'average', label: 'Avg. of five', format: 'share' as const },
            ],
            rows: conditions.map((condition) => {
              const found = ACCURACY_TASKS.map((task) => {
                const cell = runs.find(({ name }) => name === task)?.[condition];
                return cell === undefined ? null : accuracy(results, cell);
              });
              return {
                label: condition,
                cells: {
                  ...Object.fromEntries(ACCURACY_TASKS.map((task, at) => [task, found[at]!])),
                  average: meanAccuracy(found, share(TABLE_5[condition]?.[0])),
                },
              };
            }),
          },
        },
      ],
    };
  },
};
