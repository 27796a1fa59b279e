import { statisticsCell } from '../../cells/statistics.ts';
import { type UnitEffect, unitEffectsCell } from '../../cells/unit-effects.ts';
import type { Experiment, FigurePart } from '../experiment.ts';
import { commonNotes } from '../figure-tools.ts';

const SITES = ['attention', 'ffn'] as const;

/** Whether momentum causes what it is said to cause. */
export const appendixH: Experiment = {
  id: 'appendixH',
  title: 'Change of the answer that momentum predicts, against the change that is measured',
  needs: 'COPA',
  async design(bench) {
    const data = await bench.data('copa');
    const model = bench.model.input;
    const runs =
      data.missing === undefined
        ? SITES.map((site) => ({
            site,
            cell: unitEffectsCell(
              {
                model,
                items: bench.items(data.task, { ...data.validation, count: bench.quick ? 6 : 100 }),
                site,
                units: bench.quick ? 6 : 50,
                seed: bench.seed,
              },
              statisticsCell({ model, pairs: data.pairs, sites: SITES }),
            ),
          }))
        : [];
    return {
      cells: runs.map(({ cell }) => cell),
      missing: data.missing,
      figures: (results) =>
        runs.map(({ site, cell }, at): FigurePart => {
          const result = results.get(cell)?.result;
          const effects = result?.effects ?? [];
          const ranked = effects.filter(({ group }) => group === 'ranked');
          return {
            part: at + 1,
            title: `Predicted and measured effects, site ${site}`,
            caption:
              'Each point is a unit: the mean change of the right answer’s margin (nats) that ∂o/∂x · m predicts, and the change measured when m, its mean momentum, is added at the prompt’s last token.',
            notes: [
              ...commonNotes(bench, [data]),
              ...(result === undefined
                ? []
                : [
                    `${result.items} items. Rank correlation of predicted and measured: ${correlation(effects).toFixed(2)}. Units of the ranking that help (measured above 0): ${ranked.filter(({ measured }) => measured > 0).length} of ${ranked.length}; of the random ones ${effects.length - ranked.length === 0 ? 0 : effects.filter(({ group, measured }) => group === 'random' && measured > 0).length} of ${effects.length - ranked.length}.`,
                  ]),
              'The paper argues this and gives no numbers of its own; ∂o/∂x is a finite difference with a tenth of m.',
            ],
            content: {
              kind: 'scatter',
              x: { label: 'predicted change (nats)' },
              y: { label: 'measured change (nats)' },
              series: (['ranked', 'random'] as const).map((group) => ({
                name: group === 'ranked' ? 'best by momentum' : 'random',
                points: effects
                  .filter((effect) => effect.group === group)
                  .map(({ unit, predicted, measured }) => ({
                    x: predicted,
                    y: measured,
                    label: `layer ${unit.layer} unit ${unit.index}`,
                  })),
              })),
            },
          };
        }),
    };
  },
};

/** Spearman's rank correlation; equal values share their mean rank. */
function correlation(effects: readonly UnitEffect[]): number {
  const x = ranks(effects.map(({ predicted }) => predicted));
  const y = ranks(effects.map(({ measured }) => measured));
  const centre = (x.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (const [at, rank] of x.entries()) {
    xy += (rank - centre) * (y[at]! - centre);
    xx += (rank - centre) ** 2;
    yy += (y[at]! - centre) ** 2;
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal - 1) / 2;
  });
}
