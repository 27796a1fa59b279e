/**
 * Next-token distributions when one unit is scaled more and more: whether they converge, to what, and whether two units
 * lead to different ones. Source: AUSteer §3.3, Figures 3 and 4.
 *
 * @module
 */
import { encodePrompt, InvalidArgumentError, type Site, type TokenSequence, type Unit } from '@austeer/core';
import { rankUnits } from '@austeer/localize';
import { compilePlan, planFromEdits } from '@austeer/steering';
import { type Cell, type CellKind, defineCell } from './cell.ts';
import type { CellContext, CellModel, ItemsInput, ModelInput } from './cell-context.ts';
import { readStatistics, type StatisticsResult } from './statistics.ts';

/** Inputs. Needs: `statistics`, whose ranking the units are taken from. */
export interface ConvergenceInputs {
  readonly model: ModelInput;
  /** Prompts; distributions are looked at after each. */
  readonly items: ItemsInput;
  readonly site: Site;
  /** Places in the ranking, from 0; −1 is the last. */
  readonly ranks: readonly number[];
  /** Factors s of x̂ = x + s · x, ascending; the last is what the others are compared with. */
  readonly strengths: readonly number[];
}

/** A likely token. */
export interface LikelyToken {
  readonly token: string;
  readonly probability: number;
}

/** What one unit does. */
export interface UnitConvergence {
  readonly unit: Unit;
  /** Mean divergence (nats) from the distribution at the last strength, by strength. */
  readonly divergence: readonly number[];
  /** The likeliest tokens after the first prompt, by strength. */
  readonly top: readonly (readonly LikelyToken[])[];
  /**
   * What the unit's own direction (its column of the output matrix) says through the final norm and the LM head alone;
   * absent where the model does not offer the residual stream.
   */
  readonly own?: readonly LikelyToken[] | undefined;
}

/** What was found. */
export interface ConvergenceResult {
  readonly prompts: number;
  /** The first prompt and its right answer. */
  readonly prompt: string;
  readonly gold: string;
  readonly vanilla: readonly LikelyToken[];
  readonly units: readonly UnitConvergence[];
  /** Mean divergence between the first unit and the last, by strength. */
  readonly between: readonly number[];
}

/** Tokens listed, as in Figure 4. */
const LISTED = 5;

const convergence: CellKind<ConvergenceInputs, ConvergenceResult> = {
  name: 'convergence',
  version: 1,
  label: ({ ranks, strengths, items }) =>
    `distributions of ${ranks.length} units at ${strengths.length} strengths on ${items.count} items of ${items.task}`,
  work: ({ ranks, strengths, items }) => ranks.length * strengths.length * items.count,
  async run(cells, context) {
    const { inputs, needs } = cells[0]!;
    const { site, ranks, strengths } = inputs;
    const model = await context.model(inputs.model);
    const { counts } = await readStatistics(needs.statistics!, context.file);
    const ranking = rankUnits(counts, { sites: [site] });
    const units = ranks.map((rank): Unit => {
      const found = ranking.at(rank);
      if (found !== undefined) return { site, layer: found.layer, index: found.index };
      throw new InvalidArgumentError({
        argument: 'rank',
        given: rank,
        expected: `a place among the ${ranking.length} units that were ranked`,
      });
    });
    const { items } = await context.items(inputs.items);
    const conditions = units.flatMap((unit) =>
      strengths.map((strength) =>
        compilePlan(
          planFromEdits({ edits: [{ ...unit, gain: 1, bias: 0 }], strength, model: model.identity }),
          model.identity,
        ),
      ),
    );
    const divergence = units.map(() => strengths.map(() => 0));
    const between = strengths.map(() => 0);
    let vanilla: LikelyToken[] = [];
    let top: LikelyToken[][] = [];
    const own: (LikelyToken[] | undefined)[] = [];
    for (const [at, item] of items.entries()) {
      const prompt = encodePrompt(model.tokenizer!, item.prompt);
      const [plain, ...steered] = await distributions(model, prompt, [undefined, ...conditions], context);
      const of = (unit: number, strength: number) => steered[unit * strengths.length + strength]!;
      for (const strength of strengths.keys()) {
        for (const unit of units.keys()) {
          divergence[unit]![strength]! +=
            divergenceOf(of(unit, strength), of(unit, strengths.length - 1)) / items.length;
        }
        between[strength]! += divergenceOf(of(0, strength), of(units.length - 1, strength)) / items.length;
      }
      if (at === 0) {
        vanilla = likeliest(plain!, model);
        top = steered.map((distribution) => likeliest(distribution, model));
        for (const unit of units) own.push(await ownTokens(model, unit, prompt, context));
      }
    }
    const [{ prompt, gold }] = items as [(typeof items)[number]];
    return [
      {
        result: {
          prompts: items.length,
          prompt,
          gold,
          vanilla,
          units: units.map((unit, at) => ({
            unit,
            divergence: divergence[at]!,
            top: top.slice(at * strengths.length, (at + 1) * strengths.length),
            ...(own[at] && { own: own[at] }),
          })),
          between,
        },
      },
    ];
  },
};

/** Natural-log probabilities of the whole vocabulary after a prompt, under each steering. */
async function distributions(
  model: CellModel,
  prompt: TokenSequence,
  steering: readonly (ReturnType<typeof compilePlan> | undefined)[],
  { signal, batchSize }: CellContext,
): Promise<(readonly number[])[]> {
  const candidates = Array.from({ length: model.details.vocabularySize }, (_, token) => [token]);
  const scores = await model.score(
    steering.map(() => ({ prompt, candidates })),
    { steering, signal, batchSize },
  );
  return scores.map(({ logProbabilities }) => logProbabilities);
}

/** So long is a direction beside the residual stream that nothing else is left of it. */
const DROWNING = 1e6;

/** The likeliest tokens of a unit's own direction, put alone through the final norm and the LM head. */
async function ownTokens(
  model: CellModel,
  unit: Unit,
  prompt: TokenSequence,
  context: CellContext,
): Promise<LikelyToken[] | undefined> {
  const { identity } = model;
  const direction = await ownDirection(model, unit, prompt, context);
  if (direction === undefined) return undefined;
  const length = Math.hypot(...direction);
  const edits = Array.from(direction, (value, index) => ({
    site: 'residual' as const,
    layer: identity.layers - 1,
    index,
    gain: 0,
    bias: (DROWNING * value) / length,
  }));
  const alone = compilePlan(planFromEdits({ edits, model: identity }), identity);
  const [found] = await distributions(model, prompt, [alone], context);
  return likeliest(found!, model);
}

/**
 * What a unit writes into the residual stream, for one unit of activation. A unit of `ffn` or `residual` writes its own
 * dimension. What one of `attention` writes is measured: the residual stream moves by its column and by what the
 * feed-forward block of the same layer makes of that, which is taken off.
 */
async function ownDirection(
  model: CellModel,
  { site, layer, index }: Unit,
  prompt: TokenSequence,
  { signal }: CellContext,
): Promise<Float32Array | undefined> {
  const { identity } = model;
  const width = identity.widths.residual;
  if (width === undefined || identity.widths.ffn !== width || site === 'ffnInner') return undefined;
  if (site !== 'attention') return Float32Array.from({ length: width }, (_, at) => Number(at === index));
  const plan = planFromEdits({ edits: [{ site, layer, index, gain: 0, bias: 1 }], model: identity });
  const rows: Float32Array[] = [];
  const sites = ['ffn', 'residual'] as const;
  const steering = [undefined, compilePlan(plan, identity)];
  for await (const { row, activations } of model.capture([prompt, prompt], { sites, steering, signal })) {
    const of = (at: (typeof sites)[number]) =>
      activations[at]!.data.subarray(layer * width, (layer + 1) * width);
    rows[row] = of('residual').map((value, at) => value - of('ffn')[at]!);
  }
  return rows[1]!.map((value, at) => value - rows[0]![at]!);
}

/** Kullback-Leibler divergence of p from q, nats, of log-probabilities. */
function divergenceOf(p: readonly number[], q: readonly number[]): number {
  let sum = 0;
  for (const [token, logarithm] of p.entries()) {
    const probability = Math.exp(logarithm);
    if (probability > 0) sum += probability * (logarithm - q[token]!);
  }
  // Two equal distributions differ by rounding.
  return Math.max(0, sum);
}

function likeliest(distribution: readonly number[], { tokenizer }: CellModel): LikelyToken[] {
  return distribution
    .map((logarithm, token) => ({ token, logarithm }))
    .sort((a, b) => b.logarithm - a.logarithm || a.token - b.token)
    .slice(0, LISTED)
    .map(({ token, logarithm }) => ({
      token: tokenizer!.decode([token], { keepSpecialTokens: true }),
      probability: Math.exp(logarithm),
    }));
}

/** Distributions under single units. */
export function convergenceCell(
  inputs: ConvergenceInputs,
  statistics: Cell<StatisticsResult>,
): Cell<ConvergenceResult> {
  return defineCell(convergence, inputs, { statistics });
}

export { convergence as CONVERGENCE_KIND };
