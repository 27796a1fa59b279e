import { buildCommand, buildRouteMap } from '@stricli/core';
import { jsonFlag, optionalNewFile, optionalPath, parseWhole, seedFlag } from '../flags.ts';

/** Whose tokenizer counts tokens and writes conversations. */
export interface TokenizerFlags {
  readonly model?: string | undefined;
  readonly maxTokens: number;
  readonly cache?: string | undefined;
  readonly offline: boolean;
}

export interface PairsBuildFlags extends TokenizerFlags {
  readonly question: string;
  readonly answer: string;
  readonly prompt?: string | undefined;
  readonly choices?: string[] | undefined;
  readonly answerForm: 'text' | 'letter' | 'from-0' | 'from-1';
  readonly label?: string | undefined;
  readonly id?: string | undefined;
  readonly negatives: string;
  readonly encoder: string;
  readonly whenNone: 'leave-out' | 'blank';
  readonly balanceLengths: boolean;
  readonly chat: boolean;
  readonly system?: string | undefined;
  readonly skipBadRows: boolean;
  readonly limit?: number | undefined;
  readonly preview: boolean;
  readonly seed: number;
  readonly threads?: number | undefined;
  readonly out?: string | undefined;
  readonly json: boolean;
}

export interface PairsCheckFlags extends TokenizerFlags {
  readonly skipBadRows: boolean;
  readonly json: boolean;
}

export interface PairsBehaviourFlags extends Omit<TokenizerFlags, 'maxTokens'> {
  readonly system?: string | undefined;
  readonly limit?: number | undefined;
  readonly out?: string | undefined;
  readonly json: boolean;
}

const text = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, optional: true, brief, placeholder }) as const;
const number = (brief: string) =>
  ({ kind: 'parsed', parse: parseWhole, optional: true, brief, placeholder: 'n' }) as const;
/** Shells do not pass a line break on easily. */
const unescaped = (given: string): string => given.replaceAll('\\n', '\n');
const skipBadRows = {
  kind: 'boolean',
  default: false,
  brief: 'Leave malformed rows out, and count them',
} as const;
const tokenizerFlags = {
  model: text('Model that the pairs are for: its tokenizer is used', 'model'),
  cache: optionalPath('Folder for downloaded models and sentence vectors [AUSTEER_CACHE]'),
  offline: { kind: 'boolean', default: false, brief: 'Use what is on this machine only' },
} as const;
const maxTokens = {
  kind: 'parsed',
  parse: parseWhole,
  default: '512',
  brief: 'Tokens at which texts will be cut',
  placeholder: 'n',
} as const;

const build = buildCommand({
  loader: async () => (await import('../run/pairs-build.ts')).runPairsBuild,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, brief: 'CSV, TSV, JSON lines, a JSON array or Parquet', placeholder: 'table' },
      ],
    },
    flags: {
      question: { kind: 'parsed', parse: String, brief: 'Column of the question', placeholder: 'column' },
      answer: { kind: 'parsed', parse: String, brief: 'Column of the right answer', placeholder: 'column' },
      prompt: {
        ...text('The prompt, columns in braces: "Q: {Q}\\nA:" [the question alone]', 'text'),
        parse: unescaped,
      },
      choices: {
        ...text('Columns of the answers on offer, commas between, or one column with a list', 'columns'),
        parse: (given: string) => given.split(','),
      },
      answerForm: {
        kind: 'enum',
        values: ['text', 'letter', 'from-0', 'from-1'],
        default: 'text',
        brief: 'The answer itself, or its place among the choices',
      },
      label: text('Column of the class of the answer', 'column'),
      id: text('Column of the id [the line number]', 'column'),
      negatives: {
        kind: 'parsed',
        parse: String,
        default: 'hard',
        brief: 'Wrong answers: hard (most similar), random, length (as long), column:NAME (given)',
        placeholder: 'rule',
      },
      encoder: {
        kind: 'parsed',
        parse: String,
        default: 'minilm',
        brief: 'For hard: minilm, a folder, or openai:MODEL (OPENAI_API_KEY, OPENAI_BASE_URL)',
        placeholder: 'encoder',
      },
      whenNone: {
        kind: 'enum',
        values: ['leave-out', 'blank'],
        default: 'leave-out',
        brief: 'A question without a wrong answer: leave it out, or one space, as released',
      },
      balanceLengths: {
        kind: 'boolean',
        default: false,
        brief: 'Leave pairs out until right answers are longer as often as wrong ones',
      },
      ...tokenizerFlags,
      maxTokens,
      chat: { kind: 'boolean', default: false, brief: 'Put the prompt into the chat template of --model' },
      system: text('System message of the chat', 'text'),
      skipBadRows,
      limit: number('Most rows, from the start; the pool holds the answers of these [all]'),
      preview: { kind: 'boolean', default: false, brief: 'Show the first pairs and write nothing' },
      seed: seedFlag,
      threads: number('Threads of the encoder [all cores]'),
      out: optionalNewFile('Where the pairs go, JSON lines'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Make pairs of a table with questions and right answers',
    fullDescription: [
      'Make contrastive pairs of a table with questions and right answers, show what stands out, and write them.',
      '',
      'Examples:',
      '  austeer pairs build faq.csv --question question --answer reply --preview',
      '  austeer pairs build faq.csv --question question --answer reply --prompt "Q: {question}\\nA:" --out pairs.jsonl',
      '  austeer pairs build quiz.jsonl --question q --answer key --choices a,b,c --answer-form letter --negatives random --out pairs.jsonl',
      '  austeer pairs build rated.csv --question prompt --answer good --negatives column:bad --balance-lengths --out pairs.jsonl',
    ].join('\n'),
  },
});

const check = buildCommand({
  loader: async () => (await import('../run/pairs-check.ts')).runPairsCheck,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, brief: 'JSON lines of pairs', placeholder: 'pairs' }],
    },
    flags: { ...tokenizerFlags, maxTokens, skipBadRows, json: jsonFlag },
  },
  docs: {
    brief: 'Show what stands out in pairs, before a run is paid for',
    fullDescription: [
      'Statistics of a file of pairs, and warnings: lengths, repeats, leaks, cues on the surface, answers that are cut.',
      '',
      'Example:  austeer pairs check pairs.jsonl --model smollm2-135m',
    ].join('\n'),
  },
});

const behaviourFlags = {
  ...tokenizerFlags,
  system: text('System message of rows without one', 'text'),
  limit: number('Most pairs, from the start [all]'),
  out: optionalNewFile('Where the pairs go, JSON lines'),
  json: jsonFlag,
} as const;

const gallery = buildCommand({
  loader: async () => (await import('../run/pairs-behaviour.ts')).runPairsGallery,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, optional: true, brief: 'One of the gallery', placeholder: 'behaviour' }],
    },
    flags: behaviourFlags,
  },
  docs: {
    brief: 'Behaviours that come with pairs',
    fullDescription: [
      'Behaviours that come with pairs of their own: list them, look at one, write its pairs. With --model prompts go',
      'through its chat template.',
      '',
      'Examples:',
      '  austeer pairs gallery',
      '  austeer pairs gallery formal --model smollm2-135m --out pairs.jsonl',
    ].join('\n'),
  },
});

const behaviour = buildCommand({
  loader: async () => (await import('../run/pairs-behaviour.ts')).runPairsBehaviour,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          brief: 'Columns positive, negative, and prompt, system at will',
          placeholder: 'table',
        },
      ],
    },
    flags: behaviourFlags,
  },
  docs: {
    brief: 'Pairs of a behaviour of your own',
    fullDescription: [
      'Make pairs of a table (CSV, TSV, JSON lines, JSON) with the columns positive and negative, and prompt and system at',
      'will. With --model prompts go through its chat template.',
      '',
      'Example:  austeer pairs behaviour pirate.csv --model smollm2-135m --out pairs.jsonl',
    ].join('\n'),
  },
});

/** `austeer pairs …` */
export const pairsRoutes = buildRouteMap({
  routes: { build, check, gallery, behaviour },
  docs: { brief: 'Make and check contrastive pairs' },
});
