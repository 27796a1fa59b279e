/**
 * How strong the edits are at each token of a batch, where its steering says so.
 *
 * @module
 */
import {
  InvalidArgumentError,
  type PositionRule,
  type SteeringValues,
  type Tokenizer,
  type TokenSequence,
} from '@austeer/core';
import { followStrengths, type PromptRow, readPromptText } from '@austeer/steering';
import type { PaddedRows } from './padded-rows.ts';

/** The strengths of the rows of one batch, followed token by token. */
export interface RowStrengths {
  /**
   * Takes the next tokens of each row.
   *
   * @returns `[rows, tokens]`, laid out as `padded`: 1 for rows steered alike everywhere, 0 in padding
   */
  next(rows: readonly TokenSequence[], padded: PaddedRows): Float32Array;
  /** Positions of a row that were steered so far; `undefined` for rows without a rule of their own. */
  positionsOf(row: number): readonly number[] | undefined;
}

/**
 * Starts following.
 *
 * @param options.prompts the whole prompt of each row
 * @param options.tokenizer rules over texts need one
 * @returns `undefined` where every row is steered alike at all tokens, and the graph needs no strengths
 * @throws InvalidArgumentError for a rule over texts when the model has no tokenizer.
 */
export function followRowStrengths(options: {
  steering: readonly (SteeringValues | undefined)[];
  prompts: readonly TokenSequence[];
  tokenizer: Tokenizer | undefined;
}): RowStrengths | undefined {
  const { steering, prompts, tokenizer } = options;
  if (!needsStrengths(steering)) return undefined;
  const rows = steering.map((values, row) => {
    const tokenStrength = values?.tokenStrength;
    if (tokenStrength === undefined) return undefined;
    const strengthOf = followStrengths({
      tokenStrength,
      row: promptRow(prompts[row]!, tokenStrength.positions, tokenizer),
    });
    return { strengthOf, taken: 0, steered: [] as number[] };
  });
  return {
    next(sequences, padded) {
      const strengths = new Float32Array(padded.rows * padded.tokens);
      for (const [row, tokens] of sequences.entries()) {
        const followed = rows[row];
        for (const [index, token] of tokens.entries()) {
          const strength = followed === undefined ? 1 : followed.strengthOf(token);
          strengths[row * padded.tokens + padded.column(row, index)] = strength;
          if (followed === undefined) continue;
          if (strength !== 0) followed.steered.push(followed.taken);
          followed.taken++;
        }
      }
      return strengths;
    },
    positionsOf: (row) => rows[row]?.steered.slice(),
  };
}

/** Whether any of the rows is steered differently from token to token. */
export function needsStrengths(steering: readonly (SteeringValues | undefined)[]): boolean {
  return steering.some((values) => values?.tokenStrength !== undefined);
}

function promptRow(prompt: TokenSequence, rule: PositionRule, tokenizer: Tokenizer | undefined): PromptRow {
  if (!readsText(rule)) return { prompt };
  if (tokenizer !== undefined) return { prompt, promptText: readPromptText(prompt, tokenizer) };
  throw new InvalidArgumentError({
    argument: 'steering.tokenStrength.positions',
    given: rule,
    expected: 'a rule over tokens, because this model has no tokenizer',
  });
}

function readsText(rule: PositionRule): boolean {
  if (typeof rule === 'string') return false;
  if ('include' in rule) return [...rule.include, ...(rule.exclude ?? [])].some(readsText);
  return 'text' in rule || 'characters' in rule;
}
