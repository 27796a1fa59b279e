/**
 * Points in a plane.
 *
 * @module
 */
import type { ScatterFigure } from '@austeer/experiments';
import * as Plot from '@observablehq/plot';
import { formatAny } from '../format.ts';
import { seriesStyle } from '../scale.ts';
import { plot } from './plot.ts';

/** Draws points; many are drawn small and light. */
export function drawScatter({ x, y, series }: ScatterFigure, width: number): SVGSVGElement {
  const crowded = series.reduce((sum, { points }) => sum + points.length, 0) > 300;
  const rows = series.map(({ name, points }) =>
    points.map((point) => ({
      ...point,
      title: `${name}${point.label === undefined ? '' : `: ${point.label}`}\n${x.label} ${formatAny(point.x)}\n${y.label} ${formatAny(point.y)}`,
    })),
  );
  return plot({
    width,
    height: Math.min(420, Math.max(260, width * 0.55)),
    marginLeft: 58,
    marginTop: 24,
    x: { label: x.label, labelArrow: 'none', labelAnchor: 'center', grid: true, nice: true },
    y: { label: y.label, labelArrow: 'none', grid: true, nice: true },
    symbol: { type: 'identity' },
    marks: [
      ...rows.map((points, index) => {
        const { colour, symbol } = seriesStyle(index);
        return Plot.dot(points, {
          x: 'x',
          y: 'y',
          symbol,
          r: crowded ? 2 : 4,
          fill: colour,
          fillOpacity: crowded ? 0.5 : 0.8,
          stroke: 'var(--ground)',
          strokeWidth: crowded ? 0 : 0.75,
        });
      }),
      Plot.tip(rows.flat(), Plot.pointer({ x: 'x', y: 'y', title: 'title' })),
    ],
  });
}
