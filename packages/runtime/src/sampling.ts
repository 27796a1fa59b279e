/**
 * Choosing the next token.
 *
 * @module
 */
import { InvalidArgumentError, type Random } from '@austeer/core';
import { checkWhole } from './call-checks.ts';

/** How tokens are drawn. Temperature 0 takes the most likely one. */
export interface SamplingRule {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
}

/** Refuses a rule that means nothing. */
export function checkSamplingRule({ temperature, topK, topP }: SamplingRule): void {
  if (!Number.isFinite(temperature) || temperature < 0) {
    throw new InvalidArgumentError({
      argument: 'temperature',
      given: temperature,
      expected: 'a finite number ≥ 0',
    });
  }
  checkWhole('topK', topK, 0);
  if (!(topP > 0 && topP <= 1)) {
    throw new InvalidArgumentError({ argument: 'topP', given: topP, expected: 'a number in (0, 1]' });
  }
}

/**
 * The most likely token; ties go to the lowest id.
 *
 * @param logits `[vocabulary]`
 *
 * @example
 * ```ts
 * mostLikely(Float32Array.of(1, 3, 3)); // 1
 * ```
 */
export function mostLikely(logits: Float32Array): number {
  let best = 0;
  for (let token = 1; token < logits.length; token++) if (logits[token]! > logits[best]!) best = token;
  return best;
}

/**
 * Natural-log probability of some tokens under a softmax over all.
 *
 * @param logits `[vocabulary]`
 *
 * @example
 * ```ts
 * logProbabilities(Float32Array.of(0, 0), [1]); // [-0.6931471805599453]
 * ```
 */
export function logProbabilities(logits: Float32Array, tokens: readonly number[]): number[] {
  const highest = logits[mostLikely(logits)]!;
  let sum = 0;
  for (let token = 0; token < logits.length; token++) sum += Math.exp(logits[token]! - highest);
  const logSum = highest + Math.log(sum);
  return tokens.map((token) => logits[token]! - logSum);
}

/**
 * Draws a token: temperature, then the `topK` most likely, then the smallest set that holds `topP`.
 *
 * @param logits `[vocabulary]`
 */
export function sampleToken(logits: Float32Array, rule: SamplingRule, random: Random): number {
  const { temperature, topK, topP } = rule;
  const best = mostLikely(logits);
  if (temperature === 0) return best;
  const weight = (token: number): number => Math.exp((logits[token]! - logits[best]!) / temperature);
  const kept = candidates(logits, rule, weight);
  const all = kept.reduce((sum, token) => sum + weight(token), 0);
  let inside = all;
  let count = kept.length;
  if (topP < 1) {
    const total = topK > 0 ? all : sumOver(logits.length, weight);
    for (inside = 0, count = 0; count < kept.length && (count === 0 || inside < topP * total); count++)
      inside += weight(kept[count]!);
  }
  let draw = random.next() * inside;
  for (let index = 0; index < count; index++) {
    draw -= weight(kept[index]!);
    if (draw < 0) return kept[index]!;
  }
  return kept[count - 1]!;
}

/**
 * The tokens that can be drawn, likeliest first where that matters. Sorting a vocabulary of 100 000 for every
 * token would take longer than a small model's forward pass, so what can't be drawn is left out before.
 */
function candidates(
  logits: Float32Array,
  { topK, topP }: SamplingRule,
  weight: (token: number) => number,
): number[] {
  const tokens = Array.from(logits.keys());
  let possible = tokens;
  if (topK > 0) {
    const least = topK < logits.length ? logits.toSorted().at(-topK)! : Number.NEGATIVE_INFINITY;
    possible = tokens.filter((token) => logits[token]! >= least);
  } else if (topP < 1) {
    // All tokens below this weight together weigh less than 1 − topP of the likeliest alone.
    const negligible = (1 - topP) / logits.length;
    possible = tokens.filter((token) => weight(token) >= negligible);
  } else return tokens;
  const sorted = possible.sort((a, b) => logits[b]! - logits[a]! || a - b);
  return topK > 0 ? sorted.slice(0, topK) : sorted;
}

function sumOver(length: number, weight: (token: number) => number): number {
  let sum = 0;
  for (let token = 0; token < length; token++) sum += weight(token);
  return sum;
}
