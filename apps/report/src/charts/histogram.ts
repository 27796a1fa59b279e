/**
 * How often values occur.
 *
 * @module
 */
import type { HistogramFigure } from '@austeer/experiments';
import * as Plot from '@observablehq/plot';
import { formatAny, formatCount } from '../format.ts';
import { seriesStyle } from '../scale.ts';
import { plot } from './plot.ts';

/** Draws histograms over each other. */
export function drawHistogram({ x, series }: HistogramFigure, width: number): SVGSVGElement {
  const describe =
    (name: string) =>
    (bin: { from: number; to: number; count: number }): string =>
      `${name}\n${formatAny(bin.from)} to ${formatAny(bin.to)}\n${formatCount(bin.count)}`;
  return plot({
    width,
    height: Math.min(320, Math.max(220, width * 0.4)),
    marginLeft: 58,
    marginTop: 24,
    x: { label: x.label, labelArrow: 'none', labelAnchor: 'center' },
    y: { label: 'count', labelArrow: 'none', grid: true },
    marks: [
      ...series.map(({ name, bins }, index) => {
        const { colour, dashes } = seriesStyle(index);
        return Plot.rect(bins, {
          x1: 'from',
          x2: 'to',
          y1: 0,
          y2: 'count',
          fill: colour,
          fillOpacity: series.length === 1 ? 0.75 : 0.2,
          stroke: colour,
          strokeWidth: 1,
          strokeDasharray: dashes,
          insetLeft: 0.5,
          insetRight: 0.5,
          title: describe(name),
        });
      }),
      Plot.ruleY([0]),
    ],
  });
}
