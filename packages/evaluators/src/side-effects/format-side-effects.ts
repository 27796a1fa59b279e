/**
 * Side effects as a table that a person reads.
 *
 * @module
 */
import { formatDifference, formatEstimate, verdictOf } from '../format-summary.ts';
import type { TextMeasureName } from './compare-texts.ts';
import type { SideEffects } from './measure-side-effects.ts';

/** What each measure is called, in the order of the table. */
const NAMES: Readonly<Record<TextMeasureName, string>> = {
  words: 'length in words',
  repetition: 'repeated runs of four words',
  entropy: 'n-gram entropy (bits)',
  distinct1: 'distinct-1',
  distinct2: 'distinct-2',
  refusal: 'refusals',
};

/**
 * Side effects, vanilla beside steered.
 *
 * @returns lines
 *
 * @example
 * ```ts
 * declare const effects: SideEffects;
 * console.log(formatSideEffects(effects).join('\n'));
 * ```
 */
export function formatSideEffects({ heldTexts, continuations, ended, maxNewTokens }: SideEffects): string[] {
  const { divergence, perplexity, texts, tokens } = heldTexts;
  const measures = Object.keys(NAMES) as TextMeasureName[];
  return [
    `held text: ${texts} texts, ${tokens} tokens`,
    divergence === undefined
      ? '  divergence: not measured, the model gives no whole distributions'
      : `  divergence KL(vanilla ‖ steered) ${formatEstimate(divergence)} nats a token`,
    `  perplexity ${formatEstimate(perplexity.vanilla)} → ${formatEstimate(perplexity.steered)}, times ${formatEstimate(perplexity.ratio)}`,
    `continuations: ${continuations.texts} prompts, at most ${maxNewTokens} tokens`,
    ...measures.flatMap((name) => {
      const found = continuations.measures[name];
      if (found === undefined) return [];
      const { vanilla, steered, difference, texts: count } = found;
      const left = continuations.texts - count;
      return [
        `  ${NAMES[name]} ${formatEstimate(vanilla)} → ${formatEstimate(steered)}: ${verdictOf(difference)}, ${formatDifference(difference)}${left > 0 ? ` (${left} too short)` : ''}`,
      ];
    }),
    `  over all texts: ${continuations.distinctOverall
      .map(({ n, vanilla, steered }) => `distinct-${n} ${digits(vanilla)} → ${digits(steered)}`)
      .join(' · ')}`,
    `  ended by itself ${formatEstimate(ended.vanilla)} → ${formatEstimate(ended.steered)}`,
  ];
}

function digits(value: number | undefined): string {
  return value === undefined ? 'none' : value.toFixed(3);
}
