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
  if (temperature === 0) return mostLikely(logits);
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const kept = topK === 0 ? order : order.slice(0, topK);
  const highest = logits[kept[0]!]!;
  const weights = kept.map((token) => Math.exp((logits[token]! - highest) / temperature));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let inside = 0;
  let count = 0;
  while (count < weights.length && (count === 0 || inside < topP * all)) inside += weights[count++]!;
  let draw = random.next() * inside;
  for (let index = 0; index < count; index++) {
    draw -= weights[index]!;
    if (draw < 0) return kept[index]!;
  }
  return kept[count - 1]!;
}
