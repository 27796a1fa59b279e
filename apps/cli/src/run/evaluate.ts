import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { smallGrid } from '@austeer/baselines';
import {
  checkRunFolder,
  type RunResult,
  type RunTaskOptions,
  rememberTexts,
  runTask,
  writeRunLog,
} from '@austeer/experiments';
import { withStrength } from '@austeer/steering';
import type { EvaluateFlags } from '../commands/evaluate.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { judgesOfFlags } from '../judges-of-flags.ts';
import { withModel } from '../load.ts';
import { checkMethodNames, methodsOfFlags } from '../method-flags.ts';
import { printResult, sayEvent } from '../output/run-report.ts';
import { planOfFlags } from '../plan-of-flags.ts';
import { taskOfFlags, withAnswerLimit } from '../task-of-flags.ts';
import { TOOL } from '../tool.ts';

export async function runEvaluate(this: AusteerContext, flags: EvaluateFlags): Promise<void> {
  await measureTask(this, flags, (result) => printResult(this.terminal, result));
}

/** Runs the task and leaves its log; `print` shows the result where no JSON is asked for. */
export async function measureTask(
  context: AusteerContext,
  flags: EvaluateFlags,
  print: (result: RunResult) => void,
): Promise<void> {
  const { terminal, signal } = context;
  if (flags.method !== undefined) checkMethodNames([flags.method]);
  if (flags.method !== undefined && flags.plan !== undefined) {
    throw usageError('--method and --plan', 'both', 'one of them');
  }
  if (flags.out !== undefined) await checkRunFolder(flags.out);
  await withModel(context, flags, async (loaded) => {
    const { task: name, pairs: pairLimit, skipBadRows } = flags;
    const whole = await taskOfFlags(context, loaded.tokenizer, flags, { name, pairLimit, skipBadRows });
    const task = withAnswerLimit(whole, flags.maxNewTokens);
    const unfinished = flags.out === undefined ? undefined : `${flags.out}.unfinished`;
    const judges = await judgesOfFlags(context, flags, {
      task,
      model: loaded,
      scores: unfinished && join(unfinished, 'scores.jsonl'),
    });
    const { precision } = loaded.details;
    const model =
      unfinished === undefined
        ? loaded
        : await rememberTexts({ model: loaded, precision, path: join(unfinished, 'texts.jsonl') });
    const result = await runTask({
      model,
      task,
      method: await methodOf(context, flags, model.identity),
      testItems: flags.limit,
      seed: flags.seed,
      ...judges,
      tool: TOOL,
      precision,
      batchSize: flags.batchSize,
      signal,
      onProgress: terminal.progress,
      onEvent: (event) => sayEvent(terminal, event, task),
    });
    if (flags.out !== undefined) {
      await writeRunLog(flags.out, result.log);
      await rm(unfinished!, { recursive: true, force: true });
    }
    if (flags.json)
      terminal.printJson({ ...result.log.header, ...(flags.out === undefined ? {} : { out: flags.out }) });
    else {
      print(result);
      if (flags.out !== undefined) terminal.print(`run log → ${flags.out}`);
    }
  });
}

async function methodOf(
  context: AusteerContext,
  flags: EvaluateFlags,
  model: Parameters<typeof planOfFlags>[2],
): Promise<RunTaskOptions['method']> {
  const { plan: path, alpha, k, sites, validation, criterion, join } = flags;
  if (path !== undefined) {
    if (alpha !== undefined && alpha.length !== 1)
      throw usageError('--alpha', alpha, 'one strength beside --plan');
    const plan = (await planOfFlags(context, { plan: path }, model))!;
    return { plan: alpha === undefined ? plan : withStrength(plan, alpha[0]!) };
  }
  if (flags.method === undefined) return 'vanilla';
  const [use] = await methodsOfFlags([flags.method], flags);
  if (k !== undefined && use!.budgetOf === undefined) {
    throw usageError('--k', k, `none: ${use!.name} has no budget`);
  }
  const settings = smallGrid(use!, { sites, budgets: k, strengths: alpha });
  return { use: use!, settings, validationItems: validation, criterion, join };
}
