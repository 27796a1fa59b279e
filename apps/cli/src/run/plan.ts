import { InvalidArgumentError, type ModelIdentity, ModelMismatchError, type Site } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';
import { type CountsFile, countsFromSafetensors, predictDivergence, rankPairs } from '@austeer/localize';
import { readJsonLines } from '@austeer/pairs';
import {
  checkPlan,
  createPlan,
  diffPlans,
  mergePlans,
  type PlanEdit,
  parseEditRow,
  planFromEdits,
  type SteeringPlan,
} from '@austeer/steering';
import type { JsonFlags, PlanCheckFlags, PlanCreateFlags, PlanMergeFlags } from '../commands/plan.ts';
import type { AusteerContext } from '../context.ts';
import { readRanking, refuseOwnInput, usageError } from '../flags.ts';
import { withModel } from '../load.ts';
import { printPlan, savePlan } from '../output/save-plan.ts';
import { formatTable } from '../output/table.ts';
import { readPlan } from '../plan-of-flags.ts';

export async function runPlanCreate(this: AusteerContext, flags: PlanCreateFlags): Promise<void> {
  const { counts, edits } = flags;
  refuseOwnInput(flags.out, counts, edits);
  if ((counts === undefined) === (edits === undefined)) {
    throw usageError('--counts or --edits', counts === undefined ? 'neither' : 'both', 'exactly one of them');
  }
  if (flags.divergence !== undefined && flags.alpha !== undefined) {
    throw usageError('--alpha or --divergence', 'both', 'one of them: the strength, or what it costs');
  }
  if (flags.divergence !== undefined && edits !== undefined) {
    throw usageError('--divergence', 'with --edits', 'counts, which know what a gain costs');
  }
  const plan =
    counts === undefined
      ? await planFromFile(this, flags, edits!)
      : await planFromCounts(this, flags, counts);
  await savePlan(this, plan, flags);
}

export async function runPlanShow(this: AusteerContext, flags: JsonFlags, path: string): Promise<void> {
  const plan = await readPlan(path);
  if (flags.json) this.terminal.printJson(plan);
  else printPlan(this, plan);
}

export async function runPlanDiff(
  this: AusteerContext,
  flags: JsonFlags,
  first: string,
  second: string,
): Promise<void> {
  const { terminal } = this;
  const plans = [await readPlan(first), await readPlan(second)] as const;
  const difference = diffPlans(...plans);
  warnOfOtherWeights(this, [first, second], plans);
  if (flags.json) {
    terminal.printJson(difference);
    return;
  }
  const { onlyFirst, onlySecond, both, jaccard, positions, schedules } = difference;
  terminal.print(`units only in ${first}: ${onlyFirst.length}`);
  terminal.print(`units only in ${second}: ${onlySecond.length}`);
  terminal.print(`units in both: ${both.length} (Jaccard ${jaccard.toFixed(3)})`);
  for (const [what, [a, b]] of Object.entries({ positions, schedules })) {
    const [inFirst, inSecond] = [JSON.stringify(a), JSON.stringify(b)];
    if (inFirst !== inSecond) terminal.print(`${what}: ${inFirst} in ${first}, ${inSecond} in ${second}`);
  }
  const changed = both.filter(({ first: a, second: b }) => a.gain !== b.gain || a.bias !== b.bias);
  if (changed.length === 0) return;
  terminal.print();
  const numbers = ({ gain, bias }: { gain: number; bias: number }): string =>
    `gain ${gain.toFixed(3)}, bias ${bias.toFixed(3)}`;
  terminal.print(
    formatTable(
      ['unit', first, second],
      changed.map(({ unit, first: a, second: b }) => [unit, numbers(a), numbers(b)]),
    ),
  );
}

export async function runPlanMerge(
  this: AusteerContext,
  flags: PlanMergeFlags,
  ...paths: string[]
): Promise<void> {
  const plans = await Promise.all(paths.map(readPlan));
  const plan = mergePlans(plans, { conflicts: flags.conflicts });
  warnOfOtherWeights(this, paths, plans);
  await savePlan(this, plan, flags);
}

/** Units of other weights are other units, though their numbers fit. */
function warnOfOtherWeights(
  { terminal }: AusteerContext,
  paths: readonly string[],
  [first, ...others]: readonly SteeringPlan[],
): void {
  for (const [at, { model }] of others.entries()) {
    if (first === undefined || model.weightsSha256 === first.model.weightsSha256) continue;
    terminal.say(
      `warning: ${paths[at + 1]} was made for "${model.name}", ${paths[0]} for "${first.model.name}", and their weights are not known to be the same.`,
    );
  }
}

export async function runPlanCheck(this: AusteerContext, flags: PlanCheckFlags, path: string): Promise<void> {
  const plan = await readPlan(path);
  const { warnings } = await withModel(this, flags, async (model) => checkPlan(plan, model.identity));
  if (flags.json) this.terminal.printJson({ fits: true, warnings });
  else {
    for (const warning of warnings) this.terminal.print(`warning: ${warning}`);
    this.terminal.print('The plan fits the model.');
  }
}

async function planFromFile(
  context: AusteerContext,
  flags: PlanCreateFlags,
  path: string,
): Promise<SteeringPlan> {
  const { model: name } = flags;
  if (name === undefined) throw usageError('--model', 'nothing', 'the model that the edits are for');
  const edits: PlanEdit[] = [];
  for await (const { line, value } of readJsonLines(path)) edits.push(parseEditRow(value, { path, line }));
  const model = await identityOf(context, { ...flags, model: name });
  return planFromEdits({ edits, model, strength: flags.alpha ?? 1, provenance: { edits: path } });
}

async function planFromCounts(
  context: AusteerContext,
  flags: PlanCreateFlags,
  path: string,
): Promise<SteeringPlan> {
  const { k, alpha = 1, divergence, ties, sites, model: name } = flags;
  const { ranking: by, mode } = readRanking(flags);
  const file = countsFromSafetensors(await readFileBytes(path, { what: 'Momentum counts' }), { path });
  if (k === undefined) throw usageError('--k', 'nothing', 'the number of units');
  const ranking = rankPairs(file, {
    ranking: by,
    ties,
    mode,
    sites,
    ...(k >= 1 && Number.isInteger(k) ? { top: k } : {}),
  });
  const model = name === undefined ? file.model : await identityOf(context, { ...flags, model: name });
  if (model === undefined) {
    throw new InvalidArgumentError({
      argument: '--model',
      given: undefined,
      expected: 'the model of the activations, which these counts do not name',
    });
  }
  requireLayout(file, model, path);
  const provenance = {
    method: 'austeer',
    ranking: by,
    ties,
    mode,
    counts: path,
    pairs: file.counts.pairs,
    ...file.provenance,
  };
  const plan = createPlan({ ranking, k, alpha, model, provenance });
  return divergence === undefined ? plan : atDivergence(plan, divergence, { path, file });
}

/** A unit of one model is no unit of another, though both may have a layer and an index of its numbers. */
function requireLayout({ counts }: CountsFile, model: ModelIdentity, path: string): void {
  const found: [string, number, number | undefined][] = [['layers', counts.layers, model.layers]];
  for (const [site, { width }] of Object.entries(counts.sites)) {
    found.push([`width of ${site}`, width, model.widths[site as Site]]);
  }
  for (const [property, expected, given] of found) {
    if (given !== expected) throw new ModelMismatchError({ what: path, property, given, expected });
  }
}

/** The plan at the strength that should cost so much on neutral text. */
function atDivergence(
  plan: SteeringPlan,
  divergence: number,
  { path, file }: { path: string; file: CountsFile },
): SteeringPlan {
  if (!(divergence > 0)) throw usageError('--divergence', divergence, 'a number of nats above 0');
  if (file.information === undefined) {
    throw new InvalidArgumentError({
      argument: '--divergence',
      given: `counts without the information of gains (${path})`,
      expected: 'counts that know what a gain costs',
      advice:
        'Write them with `austeer localize --ranking natural-gradient`; any ranking can then be taken from them',
    });
  }
  const atOne = predictDivergence(plan.edits, file.information);
  const provenance = { ...plan.provenance, predictedDivergence: divergence };
  return { ...plan, strength: Math.sqrt(divergence / atOne), provenance };
}

function identityOf(
  context: AusteerContext,
  flags: PlanCreateFlags & { model: string },
): Promise<ModelIdentity> {
  return withModel(context, flags, async (model) => model.identity);
}
