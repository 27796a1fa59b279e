/**
 * Lines over a number.
 *
 * @module
 */
import type { CurvesFigure } from '@austeer/experiments';
import * as Plot from '@observablehq/plot';
import { formatAny, formatEstimate } from '../format.ts';
import { seriesStyle } from '../scale.ts';
import { labelRoom, plot, shorten } from './plot.ts';

/** Draws curves; intervals are bands, series are named at their ends. */
export function drawCurves({ x, y, series, references = [] }: CurvesFigure, width: number): SVGSVGElement {
  const room = labelRoom(
    series.map(({ name }) => name),
    width / 4,
  );
  const rows: Row[] = series.map(({ name, points }, index) => ({
    name,
    style: seriesStyle(index),
    points: points
      .filter((point) => x.scale !== 'log' || point.x > 0)
      .map((point) => ({
        x: point.x,
        // A gap in the line where the number could not be had.
        y: point.y?.value ?? Number.NaN,
        low: point.y?.low ?? Number.NaN,
        high: point.y?.high ?? Number.NaN,
        title: `${name}\n${x.label} ${formatAny(point.x)}\n${y.label} ${formatEstimate(point.y)}`,
      })),
  }));
  const height = Math.min(380, Math.max(240, width * 0.48));
  const places = [...new Set(rows.flatMap(({ points }) => points.map((point) => point.x)))];
  const named = withRoom(rows, references, height);
  return plot({
    width,
    height,
    marginLeft: 58,
    marginRight: room,
    marginTop: 24,
    x: {
      type: x.scale,
      label: x.label,
      labelArrow: 'none',
      labelAnchor: 'center',
      grid: false,
      ...(places.length <= 10 && { ticks: places }),
      ...(x.scale === 'log' && { tickFormat: formatAny }),
    },
    y: { label: y.label, labelArrow: 'none', grid: true, nice: true },
    symbol: { type: 'identity' },
    marks: [
      Plot.ruleY(references, { y: 'y', stroke: 'var(--muted)', strokeDasharray: '4 3' }),
      ...rows.map(({ points, style }) =>
        Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: style.colour, fillOpacity: 0.14 }),
      ),
      ...rows.map(({ points, style }) =>
        Plot.lineY(points, {
          x: 'x',
          y: 'y',
          stroke: style.colour,
          strokeWidth: 1.75,
          strokeDasharray: style.dashes,
        }),
      ),
      ...rows.map(({ points, style }) =>
        points.length > 80
          ? null
          : Plot.dot(points, {
              x: 'x',
              y: 'y',
              fill: style.colour,
              stroke: 'var(--ground)',
              strokeWidth: 0.75,
              symbol: style.symbol,
              r: 3.5,
            }),
      ),
      ...named.map(({ name, points, style }) =>
        Plot.text(points.filter((point) => !Number.isNaN(point.y)).slice(-1), {
          x: 'x',
          y: 'y',
          text: () => shorten(name, room),
          textAnchor: 'start',
          dx: 8,
          fill: style.colour,
          fontWeight: 600,
        }),
      ),
      Plot.tip(
        rows.flatMap(({ points }) => points),
        Plot.pointer({ x: 'x', y: 'y', title: 'title' }),
      ),
    ],
  });
}

interface Row {
  readonly name: string;
  readonly style: ReturnType<typeof seriesStyle>;
  readonly points: readonly { x: number; y: number; low: number; high: number; title: string }[];
}

/** Series whose names at their ends do not run into those of others; the legend names all. */
function withRoom(
  rows: readonly Row[],
  references: readonly { readonly y: number }[],
  height: number,
): readonly Row[] {
  const all = [
    ...rows.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low, high])),
    ...references.map(({ y }) => y),
  ].filter((value) => !Number.isNaN(value));
  const pixels = (height - 64) / Math.max(Number.MIN_VALUE, Math.max(...all) - Math.min(...all));
  const taken: number[] = [];
  return rows.filter(({ points }) => {
    const end = points.findLast(({ y }) => !Number.isNaN(y))?.y;
    if (end === undefined || taken.some((other) => Math.abs(other - end) * pixels < 13)) return false;
    taken.push(end);
    return true;
  });
}
