import type { Site } from '@austeer/core';
import { wilsonInterval } from '@austeer/evaluators';
import { dimensionSweepCell } from '../../cells/dimension-sweep.ts';
import { statisticsCell } from '../../cells/statistics.ts';
import { methodEntry } from '../../methods.ts';
import type { Estimate } from '../../result-figure.ts';
import type { Bench } from '../bench.ts';
import type { Experiment, FigurePart } from '../experiment.ts';
import { commonNotes, share } from '../figure-tools.ts';
import { FIGURE_2 } from '../paper-numbers.ts';

/** Strength of a single unit. */
const ALPHA = { attention: 20, ffn: 8 } as const;

/** A head or a block of the figure. */
interface Place {
  readonly site: 'attention' | 'ffn';
  /** By its best unit: 0 is the place that holds the first unit of the ranking. */
  readonly rank: number;
}

/** One dimension at a time of one head or block, and combinations. */
function sweepOfDimensions(options: {
  id: string;
  title: string;
  places: readonly Place[];
  paper?: Readonly<Record<string, number>>;
}): Experiment {
  const { id, title, places, paper = {} } = options;
  return {
    id,
    title,
    needs: 'BoolQ (quick: COPA)',
    async design(bench) {
      // COPA’s prompts are a third as long.
      const name = bench.quick ? 'copa' : 'boolq';
      const data = await bench.data(name);
      const runs =
        data.missing === undefined
          ? places.map((place) => {
              const model = bench.model.input;
              const { pairs, validation, test } = data;
              const lines = Object.fromEntries(
                ['iti', 'sadi'].map((method) => [method, bench.settings(method)[0]!]),
              );
              const plans = Object.fromEntries(
                Object.entries(lines).map(([method, { strength: _, ...setting }]) => [
                  method,
                  bench.plan({ pairs, method, setting }),
                ]),
              );
              const cell = dimensionSweepCell(
                {
                  model,
                  items: validation,
                  test,
                  ...place,
                  headSize: place.site === 'attention' ? headSizeOf(bench) : undefined,
                  every: everyOf(bench, place.site),
                  alpha: ALPHA[place.site],
                  lines: Object.fromEntries(
                    Object.entries(lines).map(([method, { strength }]) => [method, strength]),
                  ),
                },
                { statistics: statisticsCell({ model, pairs, sites: ['attention', 'ffn'] }), ...plans },
              );
              return { ...place, cell };
            })
          : [];
      return {
        cells: runs.map(({ cell }) => cell),
        missing: data.missing,
        figures(results) {
          return runs.flatMap(({ site, cell }, index): FigurePart[] => {
            const result = results.get(cell)?.result;
            if (result === undefined) return [];
            const { layer, head, items, dimensions, vanillaCorrect, tested } = result;
            const where =
              head === undefined ? `FFN output of layer ${layer}` : `head ${head} of layer ${layer}`;
            const of = (successes: number): Estimate => ({
              ...wilsonInterval({ successes, trials: items }),
              items,
            });
            const notes = [
              ...commonNotes(bench, [data]),
              `Dimensions are chosen on ${items} validation items; combinations are tested once on others.`,
              `Each dimension is scaled by α · sign · s with α ${ALPHA[site]}; the paper does not say its strength.`,
              `The paper looks at LLaMA2-7B-Chat on BoolQ, every fourth dimension of a head and every hundredth of a block; here ${name}, one in ${everyOf(bench, site)}.`,
            ];
            return [
              {
                part: 2 * index + 1,
                title: `Single dimensions: ${where}`,
                caption: `Exact match on the validation items when one dimension of the ${where} is steered; the line is vanilla.`,
                notes,
                content: {
                  kind: 'curves',
                  x: { label: 'dimension', scale: 'linear' },
                  y: { label: 'accuracy' },
                  series: [
                    {
                      name: 'one dimension steered',
                      points: dimensions.map(({ index: x, correct }) => ({ x, y: of(correct) })),
                    },
                  ],
                  references: [{ name: 'vanilla', y: vanillaCorrect / items }],
                },
              },
              {
                part: 2 * index + 2,
                title: `Combinations: ${where}`,
                caption:
                  'Exact match on test items of combinations of the dimensions that helped or harmed on validation items.',
                notes,
                content: {
                  kind: 'table',
                  columns: [
                    { key: 'accuracy', label: 'accuracy', format: 'share' },
                    { key: 'dimensions', label: 'dimensions', format: 'text' },
                  ],
                  rows: tested.map(({ name: condition, dimensions: chosen, records }) => {
                    const theirs = share(paper[condition]);
                    return {
                      label: ['iti', 'sadi'].includes(condition) ? methodEntry(condition).label : condition,
                      cells: {
                        accuracy: {
                          ...wilsonInterval({
                            successes: records.filter(({ correct }) => correct === true).length,
                            trials: records.length,
                          }),
                          items: records.length,
                          ...(theirs !== undefined && { paper: theirs }),
                        },
                        dimensions: describeDimensions(chosen),
                      },
                    };
                  }),
                },
              },
            ];
          });
        },
      };
    },
  };
}

function describeDimensions(dimensions: readonly number[] | undefined): string {
  if (dimensions === undefined) return '';
  return dimensions.length > 8 ? `all ${dimensions.length}` : dimensions.join(', ');
}

function headSizeOf({ model }: Bench): number {
  // Engines that do not know their heads: the whole site counts as one.
  return model.headSize ?? model.identity.widths.attention!;
}

function everyOf(bench: Bench, site: Site): number {
  if (site === 'attention') return bench.quick ? 8 : 4;
  // About as many as the paper tries of 4,096.
  return Math.max(1, Math.floor(bench.model.identity.widths.ffn! / (bench.quick ? 12 : 40)));
}

/** The best head and the best block. */
export const figure2: Experiment = sweepOfDimensions({
  id: 'fig2',
  title: 'Single dimensions of one head and one FFN block, and combinations',
  places: [
    { site: 'attention', rank: 0 },
    { site: 'ffn', rank: 0 },
  ],
  paper: FIGURE_2,
});

/** The appendix shows further heads and a block. */
export const figure6: Experiment = sweepOfDimensions({
  id: 'fig6',
  title: 'Single dimensions of a second head',
  places: [{ site: 'attention', rank: 1 }],
});

/** A third. */
export const figure7: Experiment = sweepOfDimensions({
  id: 'fig7',
  title: 'Single dimensions of a third head',
  places: [{ site: 'attention', rank: 2 }],
});

/** A second block. */
export const figure8: Experiment = sweepOfDimensions({
  id: 'fig8',
  title: 'Single dimensions of a second FFN block',
  places: [{ site: 'ffn', rank: 1 }],
});
