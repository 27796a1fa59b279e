import { writerOf } from '../format.ts';
import { type Ramp, rampGradient } from '../scale.ts';

const SHAPES = {
  circle: 'M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10z',
  triangle: 'M8 2.5l6 10.5h-12z',
  square: 'M3.5 3.5h9v9h-9z',
  diamond: 'M8 1.5l5 6.5l-5 6.5l-5-6.5z',
  star: 'M8 1.5l1.6 4.4h4.7l-3.8 2.8l1.5 4.6l-4-2.8l-4 2.8l1.5-4.6l-3.8-2.8h4.7z',
  line: 'M0 7h4v2h-4zM6 7h4v2h-4zM12 7h4v2h-4z',
  wye: 'M6 14v-5l-4-3l2-3l4 3l4-3l2 3l-4 3v5z',
} as const;

/** What a colour and a form stand for. */
export interface LegendItem {
  readonly name: string;
  readonly colour: string;
  readonly symbol: keyof typeof SHAPES;
  readonly hollow?: boolean | undefined;
}

/** Names of series with their marks. */
export function SeriesLegend({ items }: { items: readonly LegendItem[] }) {
  return (
    <ul class="legend">
      {items.map(({ name, colour, symbol, hollow = false }) => (
        <li key={name}>
          <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
            <path d={SHAPES[symbol]} fill={hollow ? 'none' : colour} stroke={colour} stroke-width="1.8" />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** The colours of numbers, from smallest to largest. */
export function RampLegend({ ramp, label }: { ramp: Ramp; label: string }) {
  const write = writerOf([ramp.low, ramp.high]);
  return (
    <p class="ramp-legend">
      <span>{label}</span>
      <span class="number">{write(ramp.low)}</span>
      <span class="ramp" style={{ background: rampGradient(ramp) }} aria-hidden="true" />
      <span class="number">{write(ramp.high)}</span>
    </p>
  );
}
