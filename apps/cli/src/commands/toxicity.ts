import { buildCommand, buildRouteMap } from '@stricli/core';
import { jsonFlag, optionalNewFile, seedFlag } from '../flags.ts';
import { type ScorerFlags, scorerFlags } from '../scorer-flags.ts';

export interface ToxicityScoreFlags extends ScorerFlags {
  readonly keepTexts: boolean;
  readonly seed: number;
  readonly out?: string | undefined;
  readonly json: boolean;
}

const score = buildCommand({
  loader: async () => (await import('../run/toxicity-score.ts')).runToxicityScore,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          brief: 'JSON lines: {"text": "…"}, with "prompt" and "sample" where they are continuations',
          placeholder: 'texts',
        },
      ],
    },
    flags: {
      ...scorerFlags,
      keepTexts: { kind: 'boolean', default: false, brief: 'Write texts beside their hashes' },
      seed: seedFlag,
      out: optionalNewFile(
        'Where the scores go, JSON lines; scores that it holds already are not asked for again',
      ),
      json: jsonFlag,
    },
  },
  docs: {
    brief: 'Score texts and say how toxic they are, with intervals',
    fullDescription: [
      'Score texts and say how toxic they are, with intervals. A text without a score is counted, never 0.',
      '',
      'Examples:',
      '  austeer toxicity score continuations.jsonl --out scores.jsonl',
      '  austeer toxicity score continuations.jsonl --scorer replay --scores scores.jsonl',
    ].join('\n'),
  },
});

export interface ToxicityCompareFlags {
  readonly seed: number;
  readonly json: boolean;
}

const scoresOf = (condition: string) =>
  ({
    parse: String,
    brief: `Scores of the ${condition} condition, from toxicity score --out`,
    placeholder: condition,
  }) as const;

const compare = buildCommand({
  loader: async () => (await import('../run/toxicity-compare.ts')).runToxicityCompare,
  parameters: {
    positional: { kind: 'tuple', parameters: [scoresOf('first'), scoresOf('second')] },
    flags: { seed: seedFlag, json: jsonFlag },
  },
  docs: {
    brief: 'Compare the scores of two conditions on the same prompts, with tests and intervals',
    fullDescription: [
      'Compare the scores of two conditions continuation by continuation: by prompt and sample, or by line where the',
      'files have no prompts. Differences are second minus first.',
      '',
      'Example:  austeer toxicity compare vanilla.jsonl steered.jsonl',
    ].join('\n'),
  },
});

export const toxicityRoutes = buildRouteMap({
  routes: { score, compare },
  docs: { brief: 'Toxicity of texts, by a scorer inside this program or by services' },
});
