/**
 * What steering did to the texts that a model writes, whatever they are about.
 *
 * @module
 */
import { EmptyInputError, InvalidArgumentError } from '@austeer/core';
import { type Estimate, wilsonInterval } from '../intervals.ts';
import { meanInterval } from '../statistics/cluster-mean.ts';
import { distinctOverall, measureText, type TextMeasures } from './text-measures.ts';

/** Names of the measures, `refusal` as a share. */
export type TextMeasureName = keyof TextMeasures;

/** One measure in both conditions, over the texts that have it in both. */
export interface ComparedMeasure {
  readonly texts: number;
  readonly vanilla: Estimate;
  readonly steered: Estimate;
  /** Steered minus vanilla, paired. */
  readonly difference: Estimate;
}

/** Texts of both conditions side by side. */
export interface TextComparison {
  readonly texts: number;
  /** Measures that no text has in both conditions are absent. */
  readonly measures: Readonly<Partial<Record<TextMeasureName, ComparedMeasure>>>;
  /** Different n-grams per n-gram over all texts of a condition together; without interval: drawn texts repeat. */
  readonly distinctOverall: readonly {
    readonly n: number;
    readonly vanilla: number | undefined;
    readonly steered: number | undefined;
  }[];
}

const MEASURES = [
  'words',
  'repetition',
  'entropy',
  'distinct1',
  'distinct2',
  'refusal',
] as const satisfies readonly TextMeasureName[];

/**
 * Compares answers to the same prompts.
 *
 * @param options.vanilla one text for each prompt
 * @param options.steered texts of the same prompts in the same order
 * @param options.seed of the bootstrap. @default 0
 * @throws InvalidArgumentError when the lists differ in length.
 * @throws EmptyInputError without texts.
 *
 * @example
 * ```ts
 * const compared = compareTexts({ vanilla: ['one two three'], steered: ['one'] });
 * compared.measures.words?.difference.value; // -2
 * ```
 */
export function compareTexts(options: {
  vanilla: readonly string[];
  steered: readonly string[];
  seed?: number | undefined;
}): TextComparison {
  const { vanilla, steered, seed = 0 } = options;
  if (vanilla.length !== steered.length) {
    throw new InvalidArgumentError({
      argument: 'steered',
      given: `${steered.length} texts`,
      expected: `${vanilla.length}, one for each vanilla text`,
    });
  }
  if (vanilla.length === 0) throw new EmptyInputError({ what: 'Texts to compare' });
  const [before, after] = [vanilla.map(measureText), steered.map(measureText)];
  const measures = MEASURES.flatMap((name) => {
    const pairs = before.flatMap((item, index) => {
      const [a, b] = [item[name], after[index]![name]];
      return a === undefined || b === undefined ? [] : [{ a: Number(a), b: Number(b) }];
    });
    return pairs.length === 0 ? [] : [[name, comparePairs(pairs, seed, name === 'refusal')] as const];
  });
  return {
    texts: vanilla.length,
    measures: Object.fromEntries(measures),
    distinctOverall: [1, 2, 3].map((n) => ({
      n,
      vanilla: distinctOverall(vanilla, n),
      steered: distinctOverall(steered, n),
    })),
  };
}

function comparePairs(
  pairs: readonly { a: number; b: number }[],
  seed: number,
  counted: boolean,
): ComparedMeasure {
  const mean = (of: (pair: { a: number; b: number }) => number): Estimate =>
    meanInterval(pairs.map(of), seed);
  // None of eight texts is no certainty of none, which a bootstrap would make it.
  const share = (of: (pair: { a: number; b: number }) => number): Estimate =>
    wilsonInterval({ successes: pairs.filter((pair) => of(pair) === 1).length, trials: pairs.length });
  const single = counted ? share : mean;
  return {
    texts: pairs.length,
    vanilla: single(({ a }) => a),
    steered: single(({ b }) => b),
    difference: mean(({ a, b }) => b - a),
  };
}
