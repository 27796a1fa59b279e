/**
 * What a unit's momentum does to the answer: the change that a first-order expansion predicts against the change that is
 * measured. Source: AUSteer, Appendix H, Δo ≈ ∂o/∂x · m; ∂o/∂x is a finite difference here.
 *
 * @module
 */
import {
  createRandom,
  encodePrompt,
  InvalidArgumentError,
  type Site,
  type SteeringValues,
  type Unit,
} from '@austeer/core';
import { predictByForms } from '@austeer/evaluators';
import { rankUnits } from '@austeer/localize';
import { compilePlan, planFromEdits } from '@austeer/steering';
import { type Cell, type CellKind, defineCell } from './cell.ts';
import type { CellModel, ItemsInput, ModelInput } from './cell-context.ts';
import { readStatistics, type StatisticsResult } from './statistics.ts';

/** Inputs. Needs: `statistics` with moments. Items have two classes. */
export interface UnitEffectsInputs {
  readonly model: ModelInput;
  readonly items: ItemsInput;
  readonly site: Site;
  /** Units from the top of the ranking, and as many drawn from all. */
  readonly units: number;
  readonly seed: number;
}

/** One unit. */
export interface UnitEffect {
  readonly unit: Unit;
  readonly group: 'ranked' | 'random';
  readonly score: number;
  /** Mean momentum m. */
  readonly momentum: number;
  /** Mean change of the right answer's margin (nats) to first order, and as measured with x + m. */
  readonly predicted: number;
  readonly measured: number;
}

/** What was found. */
export interface UnitEffectsResult {
  readonly items: number;
  readonly effects: readonly UnitEffect[];
}

/** The step of the finite difference, as a share of m. */
const STEP = 0.1;

const unitEffects: CellKind<UnitEffectsInputs, UnitEffectsResult> = {
  name: 'unit-effects',
  version: 1,
  label: ({ units, site, items }) =>
    `effects of ${2 * units} units of ${site} on ${items.count} items of ${items.task}`,
  work: ({ units, items }) => 4 * units * items.count,
  async run(cells, context) {
    const { inputs, needs } = cells[0]!;
    const { site, seed } = inputs;
    const model = await context.model(inputs.model);
    const { counts, moments } = await readStatistics(needs.statistics!, context.file);
    const { mean, width } = moments!.sites[site]!;
    const ranked = rankUnits(counts, { sites: [site] });
    const drawn = createRandom(seed).shuffle(ranked.slice(inputs.units)).slice(0, inputs.units);
    const units = [
      ...ranked.slice(0, inputs.units).map((unit) => ({ ...unit, group: 'ranked' as const })),
      ...drawn.map((unit) => ({ ...unit, group: 'random' as const })),
    ].map(({ layer, index, score, group }) => ({
      unit: { site, layer, index },
      group,
      score,
      momentum: mean[layer * width + index]!,
    }));
    const move = (unit: Unit, bias: number) => shift(model, unit, bias);
    const steering = units.flatMap(({ unit, momentum }) => [
      move(unit, momentum),
      move(unit, STEP * momentum),
    ]);

    const { task, items } = await context.items(inputs.items);
    const tokenizer = model.tokenizer!;
    const forms = Object.entries(task.answerForms ?? {}).flatMap(([label, texts]) =>
      texts.map((text) => ({ label, tokens: tokenizer.encode(text) })),
    );
    const sums = steering.map(() => 0);
    for (const [done, item] of items.entries()) {
      const question = {
        prompt: encodePrompt(tokenizer, item.prompt),
        candidates: forms.map(({ tokens }) => tokens),
      };
      const scores = await model.score([question, ...steering.map(() => question)], {
        steering: [undefined, ...steering],
        batchSize: context.batchSize,
        signal: context.signal,
      });
      const margins = scores.map(({ logProbabilities }) => {
        const { margin } = predictByForms({ forms: forms.map(({ label }) => label), logProbabilities });
        if (margin === undefined) {
          throw new InvalidArgumentError({
            argument: 'task',
            given: task.name,
            expected: 'a task of two classes, whose answers have a margin',
          });
        }
        return margin.towards === item.label ? margin.value : -margin.value;
      });
      for (const row of sums.keys()) sums[row]! += (margins[row + 1]! - margins[0]!) / items.length;
      context.onProgress?.({ stage: 'measure effects', done: done + 1, total: items.length });
    }
    const effects = units.map((unit, at) => ({
      ...unit,
      measured: sums[2 * at]!,
      predicted: sums[2 * at + 1]! / STEP,
    }));
    return [{ result: { items: items.length, effects } }];
  },
};

/** x + bias at the prompt's last token, where momentum was read. */
function shift({ identity }: CellModel, unit: Unit, bias: number): SteeringValues {
  const plan = planFromEdits({
    edits: [{ ...unit, gain: 0, bias }],
    positions: 'lastPromptToken',
    model: identity,
  });
  return compilePlan(plan, identity, { tokenStrength: true });
}

/** Predicted and measured effects of units. */
export function unitEffectsCell(
  inputs: UnitEffectsInputs,
  statistics: Cell<StatisticsResult>,
): Cell<UnitEffectsResult> {
  return defineCell(unitEffects, inputs, { statistics });
}

export { unitEffects as UNIT_EFFECTS_KIND };
