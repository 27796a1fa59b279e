/**
 * Numbers as the report writes them. A number that could not be had is a dash, never 0.
 *
 * @module
 */
import type { Estimate, TableFigure } from '@austeer/experiments';

/** What stands where there is no number. */
export const MISSING = '–';

const MINUS = '−';

/** A share or another number about 1: three digits. */
export function formatNumber(value: number, digits = 3): string {
  const rounded = value.toFixed(digits);
  // Rounding must not leave a minus before a zero.
  return Number(rounded) === 0 ? rounded.replace('-', '') : rounded.replace('-', MINUS);
}

/** The same with its sign: differences. */
export function formatDifference(value: number): string {
  const text = formatNumber(value);
  return text.startsWith(MINUS) ? text : `+${text}`;
}

/** A number of any size: as many digits as say something. */
export function formatAny(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (Number.isInteger(value) && size < 1e6) return formatCount(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2).replace('-', MINUS).replace('e', ' e');
  return formatNumber(value, size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

/** One form for numbers that stand together: shares keep three digits, also where one is 0. */
export function writerOf(values: readonly number[]): (value: number) => string {
  const isShare = values.every((value) => Math.abs(value) <= 1) && !values.every(Number.isInteger);
  return (value) => (isShare ? formatNumber(value) : formatAny(value));
}

/** A whole number with thin spaces between thousands. */
export function formatCount(value: number): string {
  return String(value)
    .replace('-', MINUS)
    .replaceAll(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

/** Ends of an interval. */
export function formatInterval(
  low: number,
  high: number,
  write: (value: number) => string = formatNumber,
): string {
  return `[${write(low)}, ${write(high)}]`;
}

/** `p = 0.03`, `p < 0.0001`. */
export function formatP(pValue: number): string {
  if (pValue < 1e-4) return 'p < 0.0001';
  return `p = ${pValue < 0.01 ? pValue.toPrecision(2) : pValue.toFixed(2)}`;
}

/** Seconds in words. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${formatNumber(seconds, seconds < 10 ? 2 : 1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** Bytes in the unit that fits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** The form of a table's column. */
export type ColumnFormat = NonNullable<TableFigure['columns'][number]['format']>;

/** A number in the form of its column. */
export function formatAs(value: number, format: ColumnFormat = 'number'): string {
  switch (format) {
    case 'share':
      return formatNumber(value);
    case 'count':
      return formatCount(value);
    case 'seconds':
      return formatSeconds(value);
    case 'bytes':
      return formatBytes(value);
    default:
      return formatAny(value);
  }
}

/** A number with its interval in one line. */
export function formatEstimate(estimate: Estimate | null, format: ColumnFormat = 'number'): string {
  if (estimate === null) return MISSING;
  const { value, low, high } = estimate;
  const write = (number: number): string => formatAs(number, format);
  return low === undefined || high === undefined
    ? write(value)
    : `${write(value)} ${formatInterval(low, high, write)}`;
}
