import { overheadCell } from '../../cells/overhead.ts';
import { methodEntry } from '../../methods.ts';
import type { Estimate } from '../../result-figure.ts';
import type { Experiment } from '../experiment.ts';
import { commonNotes } from '../figure-tools.ts';
import { TABLE_11 } from '../paper-numbers.ts';

const METHODS = ['iti', 'sadi', 'austeer-ffn'];

/** What steering costs. */
export const table11: Experiment = {
  id: 'table11',
  title: 'Cost: time and memory of fitting, time of an answer, its stability',
  needs: 'COPA; a machine that does nothing else',
  async design(bench) {
    const data = await bench.data('copa');
    const cell =
      data.missing === undefined
        ? overheadCell({
            model: bench.model.input,
            pairs: data.pairs,
            items: bench.quick ? data.validation : data.test,
            methods: METHODS.map((method) => ({ method, setting: bench.settings(method)[0]! })),
            repeats: 5,
            seed: bench.seed,
          })
        : undefined;
    return {
      cells: cell === undefined ? [] : [cell],
      figures(results) {
        const result = cell && results.get(cell)?.result;
        const vanilla = result?.costs.find(({ method }) => method === 'vanilla');
        const base = vanilla && mean(vanilla.latencies);
        return [
          {
            title: 'Overhead',
            caption: `Seconds for an item at batch size 1, mean of 5 turns in which the methods alternate; its deviation over the turns; ratio to vanilla. Measured on ${result?.cores ?? '?'} cores with ${result?.pairs ?? '?'} pairs and ${result?.items ?? '?'} items of COPA.`,
            notes: [
              ...commonNotes(bench, [data]),
              'The paper measures Gemma2-9B-it on an H100, with the pairs and items of all tasks; compare ratios.',
              'Memory is that of the whole process, of fits the highest until then.',
            ],
            content: {
              kind: 'table',
              columns: [
                { key: 'fit', label: 'fit', format: 'seconds' },
                { key: 'fitMemory', label: 'memory, fit', format: 'bytes' },
                { key: 'memory', label: 'memory, answers', format: 'bytes' },
                { key: 'latency', label: 'seconds an item', format: 'seconds' },
                { key: 'deviation', label: 'deviation', format: 'seconds' },
                { key: 'ratio', label: 'ratio to vanilla' },
              ],
              rows: ['vanilla', ...METHODS].map((method) => {
                const cost = result?.costs.find((candidate) => candidate.method === method);
                const paper = TABLE_11[method]!;
                const number = (value: number | undefined, theirs?: number | null): Estimate | null =>
                  value === undefined ? null : { value, ...(theirs != null && { paper: theirs }) };
                const latency = cost && mean(cost.latencies);
                return {
                  label: method === 'vanilla' ? 'Vanilla' : methodEntry(method).label,
                  cells: {
                    ...(method !== 'vanilla' && {
                      fit: number(cost?.fit?.seconds, paper.fitSeconds),
                      fitMemory: number(cost?.fit?.peakBytes),
                    }),
                    memory: number(cost?.bytes),
                    latency: number(latency, paper.latency),
                    deviation: number(cost && deviation(cost.latencies), paper.deviation),
                    ratio: number(
                      latency === undefined || base === undefined ? undefined : latency / base,
                      paper.latency / TABLE_11.vanilla!.latency,
                    ),
                  },
                };
              }),
            },
          },
        ];
      },
    };
  },
};

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
