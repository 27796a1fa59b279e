/**
 * From statistics of pairs to advice.
 *
 * @module
 */
import type { PairStatistics } from './pair-statistics.ts';

/** One thing to mend, or to know, before a run. */
export interface PairWarning {
  /** Stable, for programs. */
  readonly code: string;
  /** What was found, in numbers, and what to do. */
  readonly message: string;
}

/** The paper takes 1,000 pairs (SVAMP 700); with few, scores take few values and ties decide which units win. */
const FEW_PAIRS = 100;
/** Three standard deviations: by chance a cue leans so far in 3 of 1,000 sets. */
const LEAN_DEVIATIONS = 3;
/** A cue must also set apart this part of all pairs to matter. */
const LEAN_SHARE = 0.25;
/** One answer so often right, and units may learn that answer. */
const FREQUENT_SHARE = 0.6;
/** One wrong answer so often, and units may learn to tell just that one. */
const FREQUENT_NEGATIVE_SHARE = 0.2;
/** Where there are so few different answers, one of them is often wrong without that meaning anything. */
const FEW_ANSWERS = 10;

/**
 * What a practitioner would want to know before paying for a run. Empty where nothing stands out.
 *
 * @example
 * ```ts
 * const same = { id: '1', question: 'Sugar is', positive: ' sweet', negative: ' sweet' };
 * pairWarnings(await describePairs([same])).map(({ code }) => code); // ['few-pairs', 'identical', 'frequent-answer']
 * ```
 */
export function pairWarnings(statistics: PairStatistics): PairWarning[] {
  const { pairs, characters, leaks, mostFrequent, distinctAnswers, labels, tokens } = statistics;
  if (pairs === 0) return [{ code: 'no-pairs', message: 'There are no pairs.' }];
  const warnings: PairWarning[] = [];
  const warn = (when: boolean, code: string, message: string): void => {
    if (when) warnings.push({ code, message });
  };
  const part = (count: number): string => `${count} of ${pairs} (${Math.round((100 * count) / pairs)} %)`;
  const { identical, blankNegatives, duplicates, contradictions } = statistics;

  warn(
    pairs < FEW_PAIRS,
    'few-pairs',
    `${pairs} pairs are few: scores take at most ${pairs + 1} values, so that ties decide which units win. Take several hundred.`,
  );
  warn(
    identical > 0,
    'identical',
    `In ${part(identical)} pairs both answers are the same text; they tell nothing. Leave them out.`,
  );
  warn(
    blankNegatives > 0,
    'blank-negatives',
    `${part(blankNegatives)} wrong answers are blank; units then tell a text from none. Give a larger pool, or leave them out.`,
  );
  warn(
    duplicates > 0,
    'duplicates',
    `${part(duplicates)} pairs repeat an earlier one, and count twice. Remove them.`,
  );
  warn(
    contradictions > 0,
    'contradictions',
    `${contradictions} answers are right in one pair and wrong in another of the same question. Check the labels.`,
  );

  for (const { name, positiveOnly, negativeOnly } of statistics.cues) {
    if (!leans(positiveOnly, negativeOnly, pairs)) continue;
    const [more, few, side] =
      positiveOnly > negativeOnly
        ? [positiveOnly, negativeOnly, 'right']
        : [negativeOnly, positiveOnly, 'wrong'];
    if (name === 'is longer by a tenth') {
      warn(
        true,
        'length-gap',
        `The ${side} answer is longer by a tenth or more in ${part(more)} pairs, the other in ${few} (medians ${characters.positiveMedian} right, ${characters.negativeMedian} wrong, in characters): units may learn length. Use --negatives length or --balance-lengths.`,
      );
    } else {
      warn(
        true,
        'surface-cue',
        `Only the ${side} answer ${name} in ${part(more)} pairs, only the other in ${few}: units may learn that. Write both answers alike.`,
      );
    }
  }

  const frequent = mostFrequent.positive;
  const label = Object.entries(labels).sort(([, a], [, b]) => b - a)[0];
  warn(
    distinctAnswers <= FEW_ANSWERS && frequent.pairs > FREQUENT_SHARE * pairs,
    'frequent-answer',
    `“${excerpt(frequent.answer)}” is right in ${part(frequent.pairs)} pairs: units that favour this answer look good. Take as many pairs of each answer, or --ranking balanced.`,
  );
  warn(
    label !== undefined &&
      label[0] !== frequent.answer &&
      Object.keys(labels).length > 1 &&
      label[1] > FREQUENT_SHARE * pairs,
    'frequent-label',
    `The label “${label?.[0]}” has ${part(label?.[1] ?? 0)} pairs. Take as many pairs of each label, or --ranking balanced.`,
  );
  const wrong = mostFrequent.negative;
  warn(
    distinctAnswers > FEW_ANSWERS && wrong.answer !== '' && wrong.pairs > FREQUENT_NEGATIVE_SHARE * pairs,
    'frequent-negative',
    `“${excerpt(wrong.answer)}” is the wrong answer in ${part(wrong.pairs)} pairs: units may learn to tell it alone. Use other negatives.`,
  );
  warn(
    leans(leaks.positive, leaks.negative, pairs),
    'answer-leak',
    leaks.positive > leaks.negative
      ? `The question holds the right answer in ${part(leaks.positive)} pairs, the wrong one in ${leaks.negative}: units may learn to copy from the question. Take wrong answers that the question names too.`
      : `The question holds the wrong answer in ${part(leaks.negative)} pairs, the right one in ${leaks.positive}: units may learn not to copy from the question.`,
  );
  if (tokens !== undefined) {
    warn(
      tokens.answerLost > 0,
      'answer-lost',
      `${part(tokens.answerLost)} pairs lose a whole answer at ${tokens.limit} tokens: both texts then end alike. Use --cut question or a higher limit.`,
    );
    warn(
      tokens.truncated > tokens.answerLost,
      'answer-cut',
      `${part(tokens.truncated - tokens.answerLost)} pairs lose the end of an answer at ${tokens.limit} tokens. Use --cut question or a higher limit.`,
    );
    warn(
      tokens.identical > identical,
      'identical-tokens',
      `${part(tokens.identical)} pairs have the same tokens on both sides after cutting; they tell nothing.`,
    );
    warn(
      tokens.joinedDifferently > 0,
      'joined-differently',
      `In ${part(tokens.joinedDifferently)} pairs the answer melts into the last token of the question. Put a space between them, or use --join tokens.`,
    );
  }
  return warnings;
}

/** Whether one side shows a cue so much oftener than the other that neither chance nor few pairs explain it. */
function leans(one: number, other: number, pairs: number): boolean {
  const gap = Math.abs(one - other);
  return gap >= LEAN_SHARE * pairs && gap >= LEAN_DEVIATIONS * Math.sqrt(one + other);
}

function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
