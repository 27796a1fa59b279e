import { convergenceCell } from '../../cells/convergence.ts';
import { statisticsCell } from '../../cells/statistics.ts';
import type { Estimate } from '../../result-figure.ts';
import type { Bench } from '../bench.ts';
import type { Experiment } from '../experiment.ts';
import { commonNotes } from '../figure-tools.ts';

const STRENGTHS = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000];
/** Strengths whose tokens are listed. */
const LISTED = [10, 1000, 100_000];
/** First, second and last unit of the ranking. */
const RANKS = [0, 1, -1];

/** Figures 3 and 4 look at the same distributions. */
async function designOf(bench: Bench) {
  const data = await bench.data('boolq');
  if (data.missing !== undefined) return { data, cell: undefined };
  const model = bench.model.input;
  const items = { ...data.validation, count: bench.quick ? 2 : 20 };
  const statistics = statisticsCell({ model, pairs: data.pairs, sites: ['attention', 'ffn'] });
  const few = bench.items(data.task, items);
  return {
    data,
    cell: convergenceCell(
      { model, items: few, site: 'attention', ranks: RANKS, strengths: STRENGTHS },
      statistics,
    ),
  };
}

/** Steering one unit harder and harder leads to one distribution. */
export const figure3: Experiment = {
  id: 'fig3',
  title: 'Divergence of the output at strength 10 … 100,000 from the output at 100,000',
  needs: 'BoolQ',
  async design(bench) {
    const { data, cell } = await designOf(bench);
    return {
      cells: cell === undefined ? [] : [cell],
      figures(results) {
        const result = cell && results.get(cell)?.result;
        const series = (values: readonly number[]) => {
          const most = Math.max(...values);
          return STRENGTHS.map((x, at): { x: number; y: Estimate } => ({
            x,
            y: { value: most === 0 ? 0 : values[at]! / most },
          }));
        };
        return [
          {
            title: 'Convergence of single units',
            caption:
              'Kullback-Leibler divergence of the next-token distribution at each strength from that at the last, and between the first and the last unit; each line divided by its own highest value.',
            notes: [
              ...commonNotes(bench, [data]),
              ...(result === undefined
                ? []
                : [
                    `Mean over ${result.prompts} prompts. Highest values in nats: ${[
                      ...result.units.map(
                        ({ unit, divergence }) => `${nameOf(unit)} ${Math.max(...divergence).toPrecision(3)}`,
                      ),
                      `between ${Math.max(...result.between).toPrecision(3)}`,
                    ].join(', ')}.`,
                  ]),
              'The paper shows AUs 44 and 84 of one head of LLaMA2-7B-Chat; here they are the first, second and last unit of the ranking at site attention.',
            ],
            content: {
              kind: 'curves',
              x: { label: 'strength', scale: 'log' },
              y: { label: 'normalized divergence' },
              series:
                result === undefined
                  ? []
                  : [
                      ...result.units.map(({ unit, divergence }) => ({
                        name: `${nameOf(unit)} from its last`,
                        points: series(divergence),
                      })),
                      { name: 'between first and last unit', points: series(result.between) },
                    ],
            },
          },
        ];
      },
    };
  },
};

/** What each unit makes the model say. */
export const figure4: Experiment = {
  id: 'fig4',
  title: 'The five likeliest tokens when single units are steered',
  needs: 'BoolQ',
  async design(bench) {
    const { data, cell } = await designOf(bench);
    return {
      cells: cell === undefined ? [] : [cell],
      figures(results) {
        const result = cell && results.get(cell)?.result;
        const tokens = (list: readonly { token: string; probability: number }[]): string =>
          list
            .map(({ token, probability }) => `${JSON.stringify(token)} ${probability.toFixed(2)}`)
            .join(' ');
        return [
          {
            title: 'Tokens that single units promote',
            caption: `Likeliest next tokens with their probabilities after one BoolQ prompt whose answer is ${JSON.stringify(result?.gold.trim() ?? '?')}.`,
            notes: [
              ...commonNotes(bench, [data]),
              'The paper shows dimensions 44, 84 and 100 of one head of LLaMA2-7B-Chat; here the first, second and last unit of the ranking.',
              'Own direction: what the unit writes into the residual stream, put alone through the final norm and the LM head (logit lens). The other columns go through the layers above it.',
            ],
            content: {
              kind: 'table',
              columns: [
                { key: 'own', label: 'own direction', format: 'text' as const },
                ...LISTED.map((strength) => ({
                  key: String(strength),
                  label: `strength ${strength}`,
                  format: 'text' as const,
                })),
              ],
              rows:
                result === undefined
                  ? []
                  : [
                      { label: 'vanilla', cells: { [LISTED[0]!]: tokens(result.vanilla) } },
                      ...result.units.map(({ unit, top, own }) => ({
                        label: nameOf(unit),
                        cells: {
                          ...(own && { own: tokens(own) }),
                          ...Object.fromEntries(
                            LISTED.map((strength) => [strength, tokens(top[STRENGTHS.indexOf(strength)]!)]),
                          ),
                        },
                      })),
                    ],
            },
          },
        ];
      },
    };
  },
};

function nameOf({ layer, index }: { layer: number; index: number }): string {
  return `layer ${layer} unit ${index}`;
}
