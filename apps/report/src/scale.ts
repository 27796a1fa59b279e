/**
 * Numbers as colours. The ramps run between colours of the style sheet, light or dark, and differ in lightness, so
 * that they read without colour too.
 *
 * @module
 */

/** A ramp from the smallest to the largest value; through 0 in the middle where there are values on both sides. */
export interface Ramp {
  readonly low: number;
  readonly high: number;
  readonly diverging: boolean;
}

/** The ramp of some numbers. */
export function rampOf(values: Iterable<number>): Ramp {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return { low: 0, high: 1, diverging: false };
  if (low < 0 && high > 0) {
    const size = Math.max(-low, high);
    return { low: -size, high: size, diverging: true };
  }
  return { low, high, diverging: false };
}

/** Place on the ramp: 0 to 1, or −1 to 1 where it diverges. */
export function rampPosition({ low, high, diverging }: Ramp, value: number): number {
  if (diverging) return value / high;
  return high === low ? 0.5 : (value - low) / (high - low);
}

/** Colour at a place, as CSS. */
export function rampColour(position: number): string {
  const end = position < 0 ? 'var(--ramp-negative)' : 'var(--ramp-high)';
  return `color-mix(in srgb, ${end} ${(100 * Math.abs(position)).toFixed(1)}%, var(--ramp-low))`;
}

/** Colour of writing on that: where light and dark writing read equally well differs between the two themes. */
export function rampInk(position: number): string {
  const on = (from: number): string => (Math.abs(position) > from ? 'var(--ramp-ink-high)' : 'var(--ink)');
  return `light-dark(${on(0.68)}, ${on(0.45)})`;
}

/** The ramp as a CSS gradient, for its legend. */
export function rampGradient({ diverging }: Ramp): string {
  const ends = 'var(--ramp-low), var(--ramp-high)';
  return `linear-gradient(in srgb to right, ${diverging ? `var(--ramp-negative), ${ends}` : ends})`;
}

const SERIES_COLOURS = 6;
const SYMBOLS = ['circle', 'triangle', 'square', 'diamond', 'star', 'wye'] as const;
const DASHES = ['', '6 3', '2 3', '8 3 2 3', '10 4', '1 3'];

/** How a series is told from others: by colour, by the form of its points, and by the dashes of its line. */
export function seriesStyle(index: number): {
  colour: string;
  symbol: (typeof SYMBOLS)[number];
  dashes: string;
} {
  const place = index % SERIES_COLOURS;
  return { colour: `var(--series-${place + 1})`, symbol: SYMBOLS[place]!, dashes: DASHES[place]! };
}
