import { EmptyInputError, type Judge } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import {
  createLocalJudge,
  createOpenAiJudge,
  formatWinRate,
  type JudgeAccount,
  type JudgedPair,
  type JudgeEstimate,
  judgeWinRate,
  type OpenAiJudge,
  planJudging,
} from '@austeer/evaluators';
import { readAnswers } from '../answered-items.ts';
import type { JudgeFlags } from '../commands/judge.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { rememberJudge } from '../judges-of-flags.ts';
import { withModel } from '../load.ts';
import { TOOL } from '../tool.ts';

export async function runJudge(this: AusteerContext, flags: JudgeFlags): Promise<void> {
  const { terminal } = this;
  const pairs = await readPairs(flags);
  if (flags.judge === 'local') {
    if (flags.dryRun) throw usageError('--dry-run', true, 'a --judge service: a local judge costs nothing');
    await withModel(this, { ...flags, model: flags.judgeModel ?? 'smollm2-135m' }, (model) =>
      compare(this, flags, { judge: createLocalJudge({ model }), pairs }),
    );
    return;
  }
  const service = serviceJudge(this, flags);
  if (!flags.dryRun) {
    await compare(this, flags, { judge: service, pairs, service });
    return;
  }
  const questions = planJudging({ pairs, protocol: flags.protocol, seed: flags.seed });
  const open = await rememberJudge(service, flags).unanswered(questions);
  const estimate = service.estimate(open);
  const remembered = questions.length - open.length;
  if (flags.out !== undefined) await writeJson(flags.out, { tool: TOOL, estimate, remembered });
  if (flags.json) terminal.printJson({ estimate, remembered });
  else for (const line of describeEstimate(estimate, remembered)) terminal.print(line);
}

async function readPairs(flags: JudgeFlags): Promise<JudgedPair[]> {
  const { conditions, items } = await readAnswers(flags);
  const [baseline, candidate] = conditions;
  const pairs = items.slice(0, flags.limit).map(({ id, instruction, answers }) => ({
    id,
    instruction,
    baseline: answers[baseline]!,
    candidate: answers[candidate]!,
  }));
  if (pairs.length === 0) throw new EmptyInputError({ what: 'Answers to judge' });
  return pairs;
}

function serviceJudge({ process }: AusteerContext, flags: JudgeFlags): OpenAiJudge {
  const { judgeModel, baseUrl, keyVariable, output, maxTokens, parameters } = flags;
  const { concurrency, timeout, retries, price, maxCost } = flags;
  if (judgeModel === undefined) {
    throw usageError('--judge-model', judgeModel, 'the name of a model of the service');
  }
  return createOpenAiJudge({
    model: judgeModel,
    baseURL: baseUrl ?? (process.env?.OPENAI_BASE_URL || undefined),
    apiKey: process.env?.[keyVariable] || undefined,
    output,
    maxTokens,
    parameters,
    concurrency,
    timeout: timeout * 1000,
    retries,
    price,
    maxCost,
  });
}

async function compare(
  { terminal, signal }: AusteerContext,
  flags: JudgeFlags,
  { judge, pairs, service }: { judge: Judge; pairs: JudgedPair[]; service?: OpenAiJudge },
): Promise<void> {
  const { protocol, seed, batchSize, out, json } = flags;
  const { summary, items } = await judgeWinRate({
    judge: rememberJudge(judge, flags),
    pairs,
    protocol,
    seed,
    batchSize,
    signal,
    onProgress: terminal.progress,
  });
  const account = service?.account();
  const result = { summary, ...(account && { account }) };
  if (out !== undefined) await writeJson(out, { tool: TOOL, ...result, items });
  if (json) {
    terminal.printJson(result);
    return;
  }
  for (const line of formatWinRate(summary)) terminal.print(line);
  if (account !== undefined) terminal.print(describeAccount(account));
  if (out !== undefined) terminal.print(`verdicts → ${out}`);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

function describeEstimate(estimate: JudgeEstimate, remembered: number): string[] {
  const { requests, tokens, mostTokens, cost, mostCost } = estimate;
  const count = (value: number): string => value.toLocaleString('en');
  return [
    `${requests} requests, about ${count(tokens.prompt)} tokens to read and ${count(tokens.completion)} to write (at most ${count(mostTokens.prompt)} and ${count(mostTokens.completion)})`,
    cost === undefined
      ? 'cost: give --price'
      : `cost about ${cost.toFixed(4)}, at most ${mostCost!.toFixed(4)}, but for requests sent again`,
    ...(remembered > 0 ? [`${remembered} replies are remembered`] : []),
  ];
}

function describeAccount({ requests, retries, tokens, cost, unreported }: JudgeAccount): string {
  const count = (value: number): string => value.toLocaleString('en');
  return [
    `${requests} requests (${retries} sent again), ${count(tokens.prompt)} tokens read, ${count(tokens.completion)} written`,
    ...(cost === undefined ? [] : [`cost ${cost.toFixed(4)}`]),
    ...(unreported.requests === 0
      ? []
      : [
          `${unreported.requests} without a count${unreported.cost === undefined ? '' : `, at most ${unreported.cost.toFixed(4)} more`}`,
        ]),
  ].join(' · ');
}
