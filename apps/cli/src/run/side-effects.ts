import { EmptyInputError, type LanguageModel, type SteeringValues } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import {
  type AnswerComparison,
  type ConditionAccuracies,
  compareAnswers,
  compareOtherTasks,
  formatOtherTasks,
  formatSideEffects,
  HELD_TEXTS,
  measureSideEffects,
  type OtherTasks,
  summarizeAnswers,
} from '@austeer/evaluators';
import { answerItems } from '@austeer/experiments';
import { splitItems } from '@austeer/pairs';
import { compilePlan, type SteeringPlan } from '@austeer/steering';
import type { SideEffectsFlags } from '../commands/side-effects.ts';
import type { AusteerContext } from '../context.ts';
import { withModel } from '../load.ts';
import { planOfFlags } from '../plan-of-flags.ts';
import { readTextRows } from '../rows.ts';
import { taskOfFlags } from '../task-of-flags.ts';

export async function runSideEffects(this: AusteerContext, flags: SideEffectsFlags): Promise<void> {
  const { terminal, signal } = this;
  const { limit, maxNewTokens, temperature, batchSize, seed } = flags;
  const texts = (flags.texts === undefined ? HELD_TEXTS : await readTexts(flags.texts)).slice(0, limit);
  const prompts = flags.prompts === undefined ? undefined : (await readTexts(flags.prompts)).slice(0, limit);
  await withModel(this, flags, async (model) => {
    const plan = (await planOfFlags(this, flags, model.identity))!;
    const steering = compilePlan(plan, model.identity, { tokenStrength: true });
    const effects = await measureSideEffects({
      model,
      steering,
      texts,
      prompts,
      maxNewTokens,
      temperature,
      seed,
      batchSize,
      signal,
      onProgress: terminal.progress,
    });
    const tasks =
      flags.tasks === undefined ? undefined : await measureTasks(this, flags, { model, plan, steering });
    const result = {
      model: model.identity,
      plan: flags.plan,
      alpha: flags.alpha,
      seed,
      ...effects,
      ...(tasks && { otherTasks: tasks }),
    };
    if (flags.out !== undefined) await writeFileAtomic(flags.out, `${JSON.stringify(result, null, 2)}\n`);
    if (flags.json) terminal.printJson(result);
    else {
      for (const line of formatSideEffects(effects)) terminal.print(line);
      for (const line of tasks ? formatOtherTasks(tasks) : []) terminal.print(line);
    }
  });
}

/** Vanilla beside steered on the items of each task. */
async function measureTasks(
  context: AusteerContext,
  flags: SideEffectsFlags,
  { model, plan, steering }: { model: LanguageModel; plan: SteeringPlan; steering: SteeringValues },
): Promise<OtherTasks> {
  const { tasks = [], taskItems, batchSize, seed } = flags;
  const comparisons: Record<string, AnswerComparison> = {};
  const accuracies: Record<string, ConditionAccuracies> = {};
  // Plans of a run name their task, those of counts what the counts were made of.
  const made = plan.provenance.task ?? plan.provenance.pairs;
  const steeredFor = typeof made === 'string' ? made : 'another purpose';
  for (const name of tasks.filter((candidate) => candidate !== steeredFor)) {
    const task = await taskOfFlags(context, model.tokenizer, flags, { name, pairLimit: 1 });
    const { test } = splitItems(task.items, { validation: 0, seed, limit: taskItems });
    const [vanilla, steered] = await answerItems({
      model,
      task,
      items: test,
      conditions: [undefined, steering],
      batchSize,
      signal: context.signal,
      onProgress: context.terminal.progress,
    });
    comparisons[name] = compareAnswers(vanilla!, steered!, { seed });
    const accuracyOf = (records: NonNullable<typeof vanilla>) => summarizeAnswers(records, { seed }).accuracy;
    accuracies[name] = { vanilla: accuracyOf(vanilla!), steered: accuracyOf(steered!) };
  }
  return compareOtherTasks({ steeredFor, comparisons, accuracies });
}

async function readTexts(path: string): Promise<string[]> {
  const rows = await readTextRows(path);
  if (rows.length === 0) throw new EmptyInputError({ what: `Rows of ${path}` });
  return rows.map(({ text }) => text);
}
