import { buildCommand, buildRouteMap } from '@stricli/core';
import { type AnswerFlags, answerFlags } from '../answer-flags.ts';
import { jsonFlag, optionalNewFile, optionalPath, parseWhole, requiredPath, seedFlag } from '../flags.ts';

export interface HumanSheetFlags extends AnswerFlags {
  readonly items: number;
  readonly raters: number;
  readonly title: string;
  readonly seed: number;
  readonly key?: string | undefined;
  readonly out: string;
  readonly json: boolean;
}

export interface HumanScoreFlags {
  readonly key: string;
  readonly seed: number;
  readonly out?: string | undefined;
  readonly json: boolean;
}

const whole = (initial: string, brief: string) =>
  ({ kind: 'parsed', parse: parseWhole, default: initial, brief, placeholder: 'n' }) as const;

const sheet = buildCommand({
  loader: async () => (await import('../run/human.ts')).runHumanSheet,
  parameters: {
    flags: {
      ...answerFlags,
      items: whole('50', 'Items drawn; each has two answers to rate'),
      raters: whole('3', 'People who rate'),
      title: {
        kind: 'parsed',
        parse: String,
        default: 'Rating sheet',
        brief: 'Heading of the page; raters read it',
        placeholder: 'text',
      },
      seed: seedFlag,
      key: optionalPath('The key file [<out>.key.json]; raters must not see it'),
      out: requiredPath('New folder of the sheets'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Make blind rating sheets: CSV, and a page for phones',
    fullDescription: [
      'Make blind rating sheets: a CSV for each rater, and one page that works offline and on a phone. What the codes',
      'stand for is in the key file beside the folder.',
      '',
      'Example:  austeer human sheet --run runs/bpo --items 50 --raters 3 --out sheets',
    ].join('\n'),
  },
});

const score = buildCommand({
  loader: async () => (await import('../run/human.ts')).runHumanScore,
  parameters: {
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { parse: String, brief: 'CSV files that came back', placeholder: 'sheet' },
    },
    flags: {
      key: requiredPath('The key file of these sheets'),
      seed: seedFlag,
      out: optionalNewFile('Where the JSON document goes too'),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Unblind rating sheets: means, differences, agreement',
    fullDescription: [
      'Unblind rating sheets: means with intervals, paired differences, Krippendorff’s α, ratings left empty.',
      '',
      'Example:  austeer human score ratings-*.csv --key sheets.key.json',
    ].join('\n'),
  },
});

export const humanRoutes = buildRouteMap({
  routes: { sheet, score },
  docs: { brief: 'Let people rate answers: blind sheets and their scores' },
});
