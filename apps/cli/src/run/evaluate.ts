import { UnknownNameError } from '@austeer/core';
import { checkRunFolder, type RunTaskOptions, runTask, writeRunLog } from '@austeer/experiments';
import { withStrength } from '@austeer/steering';
import type { EvaluateFlags } from '../commands/evaluate.ts';
import type { AusteerContext } from '../context.ts';
import { readRanking, usageError } from '../flags.ts';
import { withModel } from '../load.ts';
import { loadTaskFor } from '../load-task.ts';
import { printResult, sayEvent } from '../output/run-report.ts';
import { planOfFlags } from '../plan-flags.ts';
import { TOOL } from '../tool.ts';

/** Methods of this version. */
const METHODS = ['austeer'];

export async function runEvaluate(this: AusteerContext, flags: EvaluateFlags): Promise<void> {
  const { terminal, signal } = this;
  if (flags.method !== undefined && !METHODS.includes(flags.method)) {
    throw new UnknownNameError({ kind: 'method', given: flags.method, known: METHODS });
  }
  if (flags.method !== undefined && flags.plan !== undefined) {
    throw usageError('--method and --plan', 'both', 'one of them');
  }
  if (flags.out !== undefined) await checkRunFolder(flags.out);
  await withModel(this, flags, async (model) => {
    const task = await loadTaskFor(model.tokenizer, flags.task, {
      data: flags.data,
      seed: flags.seed,
      pairLimit: flags.pairs,
      skipBadRows: flags.skipBadRows,
    });
    const result = await runTask({
      model,
      task,
      method: await methodOf(this, flags, model.identity),
      testItems: flags.limit,
      seed: flags.seed,
      tool: TOOL,
      precision: model.details.precision,
      batchSize: flags.batchSize,
      signal,
      onProgress: terminal.progress,
      onEvent: (event) => sayEvent(terminal, event),
    });
    if (flags.out !== undefined) await writeRunLog(flags.out, result.log);
    if (flags.json)
      terminal.printJson({ ...result.log.header, ...(flags.out === undefined ? {} : { out: flags.out }) });
    else {
      printResult(terminal, result);
      if (flags.out !== undefined) terminal.print(`run log → ${flags.out}`);
    }
  });
}

async function methodOf(
  context: AusteerContext,
  flags: EvaluateFlags,
  model: Parameters<typeof planOfFlags>[2],
): Promise<RunTaskOptions['method']> {
  const { plan: path, alpha, k, sites, validation, criterion, ties, join } = flags;
  const { ranking, mode } = readRanking(flags);
  if (path !== undefined) {
    if (alpha !== undefined && alpha.length !== 1)
      throw usageError('--alpha', alpha, 'one strength beside --plan');
    const plan = (await planOfFlags(context, { plan: path }, model))!;
    return { plan: alpha === undefined ? plan : withStrength(plan, alpha[0]!) };
  }
  if (flags.method === undefined) return 'vanilla';
  return {
    fit: {
      sites,
      validationItems: validation,
      criterion,
      ranking,
      ties,
      mode,
      join,
      ...(k && { budgets: k }),
      ...(alpha && { strengths: alpha }),
    },
  };
}
