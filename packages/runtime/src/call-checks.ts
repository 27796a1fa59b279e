/**
 * Checks that every call makes before anything is computed.
 *
 * @module
 */
import { ContextLengthError, EmptyInputError, InvalidArgumentError, type TokenSequence } from '@austeer/core';

/** Refuses a number that is not whole or below a bound. */
export function checkWhole(argument: string, given: number, least: number): void {
  if (!Number.isInteger(given) || given < least) {
    throw new InvalidArgumentError({ argument, given, expected: `a whole number ≥ ${least}` });
  }
}

/**
 * Refuses an empty row, an unknown token, or a row that does not fit.
 *
 * @param options.room tokens that will be added to the row
 */
export function checkRow(options: {
  tokens: TokenSequence;
  row: number;
  room: number;
  vocabularySize: number;
  contextLength: number;
}): void {
  const { tokens, row, room, vocabularySize, contextLength } = options;
  if (tokens.length === 0) {
    throw new EmptyInputError({ what: `Tokens of row ${row}`, advice: 'Give each row at least one token' });
  }
  for (const token of tokens) {
    if (!Number.isInteger(token) || token < 0 || token >= vocabularySize) {
      throw new InvalidArgumentError({
        argument: `token in row ${row}`,
        given: token,
        expected: `a whole number in [0, ${vocabularySize})`,
      });
    }
  }
  if (tokens.length + room > contextLength) {
    throw new ContextLengthError({ row, given: tokens.length + room, limit: contextLength });
  }
}
