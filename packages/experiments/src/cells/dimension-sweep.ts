/**
 * Single dimensions of one attention head or one feed-forward block, steered one at a time; then the helpful ones together,
 * and with harmful ones among them. Dimensions are chosen on validation items; the combinations are tested once on others.
 *
 * @module
 */
import type { Site, Unit } from '@austeer/core';
import type { AnswerRecord } from '@austeer/evaluators';
import { type MomentumCounts, rankUnits } from '@austeer/localize';
import { compilePlan, type PlanEdit, planFromEdits } from '@austeer/steering';
import { answerItems, type Condition } from '../answer-items.ts';
import { type Cell, type CellKind, defineCell } from './cell.ts';
import type { CellModel, ItemsInput, ModelInput } from './cell-context.ts';
import { type PlanResult, planCondition } from './plan.ts';
import { readStatistics, type StatisticsResult } from './statistics.ts';

/** Inputs of a sweep over dimensions. Needs: `statistics`; `iti`, `sadi` for the lines beside it. */
export interface DimensionSweepInputs {
  readonly model: ModelInput;
  /** Validation items. */
  readonly items: ItemsInput;
  readonly test: ItemsInput;
  readonly site: Site;
  /** Which head or block by its best unit: 0 is the one that holds the first unit of the ranking. */
  readonly rank: number;
  /** Dimensions of a head; left out for a whole block. */
  readonly headSize?: number | undefined;
  /** One dimension in so many is tried. */
  readonly every: number;
  readonly alpha: number;
  /** Strengths of the plans that stand beside it, by role. */
  readonly lines: Readonly<Record<string, number>>;
}

/** One condition on the test items. */
export interface TestedCombination {
  readonly name: string;
  readonly dimensions?: readonly number[] | undefined;
  readonly records: readonly AnswerRecord[];
}

/** What the sweep found. */
export interface DimensionSweepResult {
  readonly layer: number;
  /** First dimension of the head, within the site. */
  readonly start: number;
  readonly head?: number | undefined;
  readonly items: number;
  /** Right answers of vanilla on the validation items. */
  readonly vanillaCorrect: number;
  /** Right answers with one dimension steered; `index` counts within the head or block. */
  readonly dimensions: readonly { readonly index: number; readonly correct: number }[];
  readonly tested: readonly TestedCombination[];
}

/** Most helpful and harmful dimensions that are combined, as in the paper's figures. */
const COMBINED = { helpful: 4, harmful: 2 };

const dimensionSweep: CellKind<DimensionSweepInputs, DimensionSweepResult> = {
  name: 'dimension-sweep',
  version: 1,
  label: ({ site, rank, items }) =>
    `single dimensions of ${site === 'attention' ? 'a head' : 'a block'} (number ${rank + 1}) on ${items.count} items of ${items.task}`,
  work: ({ items, test, every, headSize = 576 }) => (items.count * headSize) / every + 6 * test.count,
  async run(cells, context) {
    const { inputs, needs } = cells[0]!;
    const { alpha, every, site, rank, headSize } = inputs;
    const model = await context.model(inputs.model);
    const { counts } = await readStatistics(needs.statistics!, context.file);
    const { layer, start, width } = placeOf(counts, { site, rank, headSize });
    const indexes = Array.from({ length: Math.ceil(width / every) }, (_, step) => step * every);
    const conditionOf = (dimensions: readonly number[]): Condition =>
      steer(model, counts, {
        alpha,
        units: dimensions.map((index) => ({ site, layer, index: start + index })),
      });

    const validation = await context.items(inputs.items);
    const call = { batchSize: context.batchSize, signal: context.signal, onProgress: context.onProgress };
    const answered = await answerItems({
      ...call,
      model,
      ...validation,
      conditions: [undefined, ...indexes.map((index) => conditionOf([index]))],
    });
    const correct = answered.map((records) => records.filter((record) => record.correct === true).length);
    const [vanillaCorrect, ...rights] = correct as [number, ...number[]];
    const dimensions = indexes.map((index, at) => ({ index, correct: rights[at]! }));
    const byGain = dimensions.toSorted((a, b) => b.correct - a.correct || a.index - b.index);
    const helpful = byGain.filter((one) => one.correct > vanillaCorrect).slice(0, COMBINED.helpful);
    const harmful = byGain.filter((one) => one.correct < vanillaCorrect).slice(-COMBINED.harmful);
    const indexOf = ({ index }: { index: number }): number => index;

    const combinations = [
      { name: 'vanilla' },
      { name: 'best single dimension', dimensions: byGain.slice(0, 1).map(indexOf) },
      { name: 'positive combination', dimensions: helpful.map(indexOf) },
      { name: 'mixed combination', dimensions: [...helpful, ...harmful].map(indexOf) },
      { name: 'whole block', dimensions: Array.from({ length: width }, (_, index) => index) },
    ].filter((one) => one.dimensions === undefined || one.dimensions.length > 0);
    const lines = Object.entries(inputs.lines).map(async ([role, strength]) => ({
      name: role,
      condition: await planCondition(needs[role]!.hash, settingAt(needs[role]!, strength), model, context),
    }));
    const conditions = [
      ...combinations.map((one) => ({
        ...one,
        condition: one.dimensions && conditionOf(one.dimensions),
      })),
      ...(await Promise.all(lines)),
    ];
    const test = await context.items(inputs.test);
    const tested = await answerItems({
      ...call,
      model,
      ...test,
      conditions: conditions.map(({ condition }) => condition),
    });
    return [
      {
        result: {
          layer,
          start,
          ...(headSize !== undefined && { head: start / headSize }),
          items: validation.items.length,
          vanillaCorrect,
          dimensions,
          tested: conditions.map(({ condition: _, ...one }, at) => ({ ...one, records: tested[at]! })),
        },
      },
    ];
  },
};

function settingAt({ inputs }: { inputs: object }, strength: number) {
  return { ...(inputs as { setting: object }).setting, strength };
}

/** The head or block that holds the ranking's next unit after `rank` others. */
function placeOf(
  counts: MomentumCounts,
  { site, rank, headSize }: { site: Site; rank: number; headSize: number | undefined },
): { layer: number; start: number; width: number } {
  const width = headSize ?? counts.sites[site]!.width;
  const places = new Map<string, { layer: number; start: number; width: number }>();
  for (const { layer, index } of rankUnits(counts, { sites: [site] })) {
    const start = Math.floor(index / width) * width;
    places.set(`${layer} ${start}`, places.get(`${layer} ${start}`) ?? { layer, start, width });
    if (places.size > rank) break;
  }
  return [...places.values()].at(-1)!;
}

/** AUSteer's edit at given units, γ = α · sign · s. */
function steer(
  { identity }: CellModel,
  counts: MomentumCounts,
  { alpha, units }: { alpha: number; units: readonly Unit[] },
): Condition {
  const edits = units.map((unit): PlanEdit => {
    const { width, promoted, suppressed } = counts.sites[unit.site]!;
    const [up, down] = [promoted, suppressed].map((of) => of[unit.layer * width + unit.index]!) as [
      number,
      number,
    ];
    return { ...unit, gain: (up >= down ? up : -down) / counts.pairs, bias: 0 };
  });
  return compilePlan(planFromEdits({ edits, strength: alpha, model: identity }), identity);
}

/** A sweep over single dimensions. */
export function dimensionSweepCell(
  inputs: DimensionSweepInputs,
  needs: { readonly statistics: Cell<StatisticsResult> } & Readonly<
    Record<string, Cell<StatisticsResult | PlanResult>>
  >,
): Cell<DimensionSweepResult> {
  return defineCell(dimensionSweep, inputs, needs);
}

export { dimensionSweep as DIMENSION_SWEEP_KIND };
