/**
 * Rows of different length laid side by side, padded on the side that the graph takes.
 *
 * @module
 */
import type { TokenSequence } from '@austeer/core';

/** A rectangle of token ids and where the real tokens lie in it. */
export interface PaddedRows {
  readonly rows: number;
  /** Width of the rectangle: the longest row. */
  readonly tokens: number;
  /** `[rows, tokens]`, 0 where padded. */
  readonly ids: BigInt64Array;
  /** `[rows, past + tokens]`, 1 for real tokens. */
  readonly mask: BigInt64Array;
  /** Length of `mask` along its second axis. */
  readonly total: number;
  /** `[rows, tokens]`: position of each token in its row, 0 where padded. */
  readonly positionIds: BigInt64Array;
  /** Column of token `index` of row `row`. */
  column(row: number, index: number): number;
}

/**
 * Lays out the first tokens of a batch, or several more tokens of a single row that has a past.
 *
 * @param options.past tokens already in the cache; other than 0 only with one row
 */
export function padRows(options: {
  rows: readonly TokenSequence[];
  padding: 'left' | 'right';
  past?: number;
}): PaddedRows {
  const { rows, padding, past = 0 } = options;
  const tokens = Math.max(...rows.map((row) => row.length));
  const total = past + tokens;
  const ids = new BigInt64Array(rows.length * tokens);
  const mask = new BigInt64Array(rows.length * total);
  const positionIds = new BigInt64Array(rows.length * tokens);
  const start = (row: number): number => (padding === 'left' ? tokens - rows[row]!.length : 0);
  for (const [row, sequence] of rows.entries()) {
    mask.fill(1n, row * total, row * total + past);
    for (const [index, token] of sequence.entries()) {
      const at = start(row) + index;
      ids[row * tokens + at] = BigInt(token);
      mask[row * total + past + at] = 1n;
      positionIds[row * tokens + at] = BigInt(past + index);
    }
  }
  return {
    rows: rows.length,
    tokens,
    ids,
    mask,
    total,
    positionIds,
    column: (row, index) => start(row) + index,
  };
}

/**
 * Lays out one more token for every row of a batch that was started by {@link padRows}.
 *
 * @param options.next the new token of each row
 * @param options.lengths real tokens of each row before this one
 * @param options.started width of the rectangle that the batch was started with
 * @param options.steps tokens added since
 */
export function nextTokens(options: {
  next: readonly number[];
  lengths: readonly number[];
  padding: 'left' | 'right';
  started: number;
  steps: number;
}): PaddedRows {
  const { next, lengths, padding, started, steps } = options;
  const rows = next.length;
  // Right padding: each row's new token overwrites its first pad, so the mask is as long as the longest row.
  const total = padding === 'right' ? Math.max(...lengths) + 1 : started + steps + 1;
  const mask = new BigInt64Array(rows * total);
  for (let row = 0; row < rows; row++) {
    const ones = lengths[row]! + 1;
    if (padding === 'right') mask.fill(1n, row * total, row * total + ones);
    else mask.fill(1n, (row + 1) * total - ones, (row + 1) * total);
  }
  return {
    rows,
    tokens: 1,
    ids: BigInt64Array.from(next, BigInt),
    mask,
    total,
    positionIds: BigInt64Array.from(lengths, BigInt),
    column: () => 0,
  };
}
