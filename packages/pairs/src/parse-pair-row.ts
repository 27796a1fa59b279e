/**
 * Pairs as users write them: one JSON object a line.
 *
 * @module
 */
import type { ContrastivePair, TokenPair } from '@austeer/core';
import { badRow, kindOf, type RowPlace, rowObject } from './rows.ts';

/**
 * Checks one row of a pairs file. Either `{"positive", "negative"}`, texts used word for word, with an optional
 * `"question"` that both continue; or `{"positiveTokens", "negativeTokens"}`, token ids fed as they are. `"id"`
 * (default: the line number) and `"label"` are optional in both; other fields are passed over.
 *
 * @param place file and line, for errors and the default id
 * @throws FileFormatError that names the place and the field.
 *
 * @example
 * ```ts
 * parsePairRow({ positive: 'Sugar is sweet', negative: 'Sugar is sour' }, { path: 'pairs.jsonl', line: 1 }).id; // '1'
 * ```
 */
export function parsePairRow(value: unknown, place: RowPlace): ContrastivePair | TokenPair {
  const row = rowObject(value, place);
  const hasTexts = row.positive !== undefined || row.negative !== undefined;
  const hasTokens = row.positiveTokens !== undefined || row.negativeTokens !== undefined;
  if (hasTexts === hasTokens) {
    throw badRow(
      place,
      `it has ${hasTexts ? 'texts and tokens' : 'neither texts nor tokens'}; expected "positive" and "negative", or "positiveTokens" and "negativeTokens"`,
    );
  }
  const id = optionalText(row, 'id', place) ?? String(place.line);
  const label = optionalText(row, 'label', place);
  const shared = label === undefined ? { id } : { id, label };
  if (hasTokens) {
    return {
      ...shared,
      positive: tokensField(row, 'positiveTokens', place),
      negative: tokensField(row, 'negativeTokens', place),
    };
  }
  return {
    ...shared,
    question: optionalText(row, 'question', place) ?? '',
    positive: answerField(row, 'positive', place),
    negative: answerField(row, 'negative', place),
  };
}

type Row = Readonly<Record<string, unknown>>;

function optionalText(row: Row, field: string, place: RowPlace): string | undefined {
  const value = row[field];
  if (value === undefined || typeof value === 'string') return value;
  throw badRow(place, `"${field}" is ${kindOf(value)}; expected a text`);
}

/** A blank answer is allowed: the released code uses one where no other wrong answer exists. */
function answerField(row: Row, field: string, place: RowPlace): string {
  const value = row[field];
  if (typeof value !== 'string' || value === '') {
    throw badRow(place, `"${field}" is ${value === '' ? 'empty' : kindOf(value)}; expected a text`);
  }
  return value;
}

function tokensField(row: Row, field: string, place: RowPlace): number[] {
  const value = row[field];
  const usable =
    Array.isArray(value) && value.length > 0 && value.every((id) => Number.isSafeInteger(id) && id >= 0);
  if (!usable) {
    throw badRow(place, `"${field}" is ${kindOf(value)}; expected an array of token ids, whole numbers ≥ 0`);
  }
  return [...(value as number[])];
}
