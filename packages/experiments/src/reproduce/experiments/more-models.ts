import { methodEntry } from '../../methods.ts';
import type { TableFigure } from '../../result-figure.ts';
import type { Bench, BenchTask } from '../bench.ts';
import type { Experiment } from '../experiment.ts';
import { accuracy, commonNotes, share } from '../figure-tools.ts';
import { COMMONSENSE_TASKS, TABLE_4, TABLE_10 } from '../paper-numbers.ts';

type PaperTable = Readonly<Record<string, Readonly<Record<string, readonly [number, number, number]>>>>;

/** AUSteer on every model of the run, on the commonsense tasks. */
function moreModels(options: {
  id: string;
  title: string;
  needs: string;
  methods: readonly string[];
  paper: PaperTable;
  note: string;
}): Experiment {
  const { id, title, needs, methods, paper, note } = options;
  return {
    id,
    title,
    needs,
    async design(bench: Bench) {
      const tasks = await Promise.all(
        COMMONSENSE_TASKS.map(async (name) => ({ name, data: await bench.data(name) })),
      );
      const runs = bench.models.flatMap((model) =>
        tasks.flatMap(({ name, data }) => {
          if (data.missing !== undefined) return [];
          const vanilla = bench.vanilla(model, data.test);
          return [
            { model, name, method: 'vanilla', cell: vanilla, vanilla },
            ...methods.map((method) => ({
              model,
              name,
              method,
              cell: bench.sweep({ model, data, method }).chosen,
              vanilla,
            })),
          ];
        }),
      );
      return {
        cells: runs.map(({ cell }) => cell),
        figures(results) {
          const labelOf = (method: string): string =>
            method === 'vanilla' ? 'Vanilla' : methodEntry(method).label;
          const ours: TableFigure['rows'] = bench.models.flatMap((model) =>
            ['vanilla', ...methods].map((method) => ({
              label: `${model.identity.name}: ${labelOf(method)}`,
              cells: Object.fromEntries(
                runs
                  .filter((run) => run.model === model && run.method === method)
                  .map(({ name, cell, vanilla }) => [
                    name,
                    accuracy(results, cell, method === 'vanilla' ? {} : { against: vanilla }),
                  ]),
              ),
            })),
          );
          const theirs: TableFigure['rows'] = Object.entries(paper).flatMap(([model, byMethod]) =>
            Object.entries(byMethod).map(([method, numbers]) => ({
              label: `${model} (paper): ${labelOf(method)}`,
              cells: Object.fromEntries(
                COMMONSENSE_TASKS.map((task, at) => [task, { value: share(numbers[at])! }]),
              ),
            })),
          );
          return [
            {
              title,
              caption: 'Exact match on the commonsense tasks; rows marked (paper) are the paper’s numbers.',
              notes: [
                ...commonNotes(
                  bench,
                  tasks.map(({ data }): BenchTask => data),
                ),
                note,
              ],
              content: {
                kind: 'table',
                columns: COMMONSENSE_TASKS.map((key) => ({ key, label: key, format: 'share' })),
                rows: [...ours, ...theirs],
              },
            },
          ];
        },
      };
    },
  };
}

/** Larger and other dense models. */
export const table4: Experiment = moreModels({
  id: 'table4',
  title: 'AUSteer on more models',
  needs: 'models, named after one another with --model A,B,C',
  methods: ['austeer-head', 'austeer-ffn'],
  paper: TABLE_4,
  note: 'Name further models with --model A,B,C: each gets its own rows.',
});

/** A mixture of experts, and a model of 4 bits. */
export const table10: Experiment = moreModels({
  id: 'table10',
  title: 'AUSteer on a mixture of experts and on a 4-bit model',
  needs: 'such models; --precision 4bit computes a GGUF in its own 4 bits',
  methods: ['austeer-ffn'],
  paper: TABLE_10,
  note: 'The paper’s models (30B mixture of experts, 70B in 4 bits) need 20 to 60 GB: name such models with --model A,B. The conformance suite proves the path on small fixtures of both kinds; those have 96 tokens, single characters, and at most 128 positions, so that no prompt of a task fits. `--precision 4bit` computes a GGUF in its own 4 bits.',
});
