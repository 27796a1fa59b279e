import type { JudgeProtocol, TokenPrice } from '@austeer/evaluators';
import { buildCommand } from '@stricli/core';
import { type AnswerFlags, answerFlags } from '../answer-flags.ts';
import {
  batchFlag,
  computeFlags,
  jsonFlag,
  type ModelFlags,
  optionalCount,
  optionalNewFile,
  optionalPath,
  parseNumber,
  parseNumberList,
  parseWhole,
  seedFlag,
} from '../flags.ts';

export interface JudgeFlags extends AnswerFlags, Omit<ModelFlags, 'model'> {
  readonly judge: 'service' | 'local';
  readonly judgeModel?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly keyVariable: string;
  readonly protocol: JudgeProtocol;
  readonly output: 'auto' | 'schema' | 'text';
  readonly maxTokens: number;
  readonly parameters?: Record<string, unknown> | undefined;
  readonly concurrency: number;
  readonly timeout: number;
  readonly retries: number;
  readonly price?: TokenPrice | undefined;
  readonly maxCost?: number | undefined;
  readonly dryRun: boolean;
  readonly limit?: number | undefined;
  readonly seed: number;
  readonly batchSize?: number | undefined;
  readonly out?: string | undefined;
  readonly json: boolean;
}

const whole = (initial: string, brief: string) =>
  ({ kind: 'parsed', parse: parseWhole, default: initial, brief, placeholder: 'n' }) as const;
const optionalText = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, optional: true, brief, placeholder }) as const;

function parsePrice(text: string): TokenPrice {
  const [promptPerMillion, completionPerMillion, ...rest] = parseNumberList(text);
  if (promptPerMillion === undefined || completionPerMillion === undefined || rest.length > 0) {
    throw new SyntaxError(`${text} is not two prices: of a million tokens read, and written`);
  }
  return { promptPerMillion, completionPerMillion };
}

/** JSON has no `undefined`: `null` takes a field away. */
function parseParameters(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SyntaxError(`${text} is not a JSON object`);
  }
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, field ?? undefined]));
}

export const judgeCommand = buildCommand({
  loader: async () => (await import('../run/judge.ts')).runJudge,
  parameters: {
    flags: {
      ...answerFlags,
      judge: {
        kind: 'enum',
        values: ['service', 'local'],
        default: 'service',
        brief: 'An OpenAI-compatible service, or a model of this machine',
      },
      judgeModel: optionalText('Model that judges, as the service or --model names it', 'model'),
      baseUrl: optionalText('Address of the service [OPENAI_BASE_URL, else api.openai.com]', 'url'),
      keyVariable: {
        kind: 'parsed',
        parse: String,
        default: 'OPENAI_API_KEY',
        brief: 'Environment variable with its key; a key is never a flag',
        placeholder: 'name',
      },
      protocol: {
        kind: 'enum',
        values: ['both-orders', 'mt-bench', 'bpo-single'],
        default: 'both-orders',
        brief: 'Each pair in both orders, or once by a seeded coin',
      },
      output: {
        kind: 'enum',
        values: ['auto', 'schema', 'text'],
        default: 'auto',
        brief: 'Verdict as structured output, or as [[A]]',
      },
      maxTokens: whole('400', 'Most tokens of a verdict'),
      parameters: {
        kind: 'parsed',
        parse: parseParameters,
        optional: true,
        brief: 'Further fields of the request, JSON; null takes one away',
        placeholder: 'json',
      },
      concurrency: whole('4', 'Requests at a time'),
      timeout: whole('60', 'Seconds for an answer'),
      retries: whole('5', 'Further attempts after a failure that may pass'),
      price: {
        kind: 'parsed',
        parse: parsePrice,
        optional: true,
        brief: 'Price of a million tokens read, and written',
        placeholder: 'x,y',
      },
      maxCost: {
        kind: 'parsed',
        parse: parseNumber,
        optional: true,
        brief: 'Send nothing that could cost more in all; needs --price',
        placeholder: 'x',
      },
      dryRun: { kind: 'boolean', default: false, brief: 'Say what it would take, and send nothing' },
      limit: optionalCount('First items only [all]'),
      ...computeFlags,
      cache: optionalPath('Folder that keeps replies, and models [AUSTEER_CACHE]'),
      seed: seedFlag,
      batchSize: batchFlag,
      out: optionalNewFile('Where summary and verdicts go, JSON'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Win rate of steered answers by a judge',
    fullDescription: [
      'Win rate of steered answers by a judge, with what it has to be read with: flips, position bias, missing verdicts.',
      'Replies are kept: a run that was stopped goes on where it was, and nothing is paid for twice.',
      '',
      'Examples:',
      '  austeer judge --run runs/bpo --judge-model gpt-4o-mini --price 0.15,0.6 --dry-run',
      '  austeer judge --run runs/bpo --judge-model gpt-4o-mini --price 0.15,0.6 --max-cost 1',
      '  austeer judge --first vanilla.jsonl --second steered.jsonl --base-url http://localhost:8000/v1 --judge-model smollm2',
      '  austeer judge --run runs/bpo --judge local --judge-model smollm2-135m',
    ].join('\n'),
  },
});
