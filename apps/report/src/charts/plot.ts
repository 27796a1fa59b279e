/**
 * What all charts share: size, margins, writing.
 *
 * @module
 */
import * as Plot from '@observablehq/plot';

/** A drawing of a given width. */
export type DrawChart = (width: number) => SVGSVGElement;

/** Options of {@link Plot.plot} that a chart may set. */
export type ChartOptions = Plot.PlotOptions & { readonly width: number };

/** Draws a chart in the writing of the page. */
export function plot(options: ChartOptions): SVGSVGElement {
  return Plot.plot({
    marginBottom: 40,
    style: { fontFamily: 'inherit', fontSize: '12px', overflow: 'visible' },
    ...options,
    figure: false,
  }) as SVGSVGElement;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Several drawings as one, in rows that are no wider than `width`. */
export function joinCharts(charts: readonly SVGSVGElement[], width: number): SVGSVGElement {
  const outer = document.createElementNS(SVG, 'svg');
  let [x, y, rowHeight] = [0, 0, 0];
  for (const chart of charts) {
    const [w, h] = [Number(chart.getAttribute('width')), Number(chart.getAttribute('height'))];
    if (x > 0 && x + w > width + 1) {
      x = 0;
      y += rowHeight + 12;
      rowHeight = 0;
    }
    chart.setAttribute('x', String(x));
    chart.setAttribute('y', String(y));
    outer.append(chart);
    x += w;
    rowHeight = Math.max(rowHeight, h);
  }
  const height = y + rowHeight;
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) {
    outer.setAttribute(name, String(value));
  }
  return outer;
}

/** Room that the longest of some labels takes at 12 px, within bounds. */
export function labelRoom(labels: readonly string[], most: number): number {
  const longest = Math.max(0, ...labels.map((label) => label.length));
  return Math.min(most, 18 + longest * 6.4);
}

/** Cuts a label to a room; the table of the figure has it whole. */
export function shorten(label: string, room: number): string {
  const characters = Math.max(4, Math.round((room - 18) / 6.4));
  return label.length <= characters ? label : `${label.slice(0, characters - 1)}…`;
}
