/**
 * Estimates as points with their intervals: panels side by side over the same rows.
 *
 * @module
 */
import type { Estimate } from '@austeer/experiments';
import * as Plot from '@observablehq/plot';
import { type ColumnFormat, formatAs, formatEstimate, formatP } from '../format.ts';
import { joinCharts, labelRoom, plot, shorten } from './plot.ts';

/** One series of estimates, one for each row. */
export interface IntervalSeries {
  readonly name: string;
  readonly colour: string;
  readonly symbol: 'circle' | 'diamond' | 'square' | 'triangle';
  /** Drawn as an outline. */
  readonly hollow?: boolean | undefined;
  readonly estimates: readonly (Estimate | null)[];
}

/** A column of the picture. */
export interface IntervalPanel {
  readonly title: string;
  readonly series: readonly IntervalSeries[];
  /** Ends of the axis. @default those of the data */
  readonly domain?: readonly [number, number] | undefined;
  /** A line, for example at no difference. */
  readonly reference?: number | undefined;
  readonly format?: ColumnFormat | undefined;
}

const ROW = 34;
/** A panel narrower than this moves into the next row of panels. */
const NARROW = 190;

/** Draws the panels in as many rows as the width asks for. */
export function drawIntervalPanels(
  labels: readonly string[],
  panels: readonly IntervalPanel[],
  width: number,
): SVGSVGElement {
  const room = labelRoom(labels, Math.max(124, width / 3.2)) + 6;
  const inRow = Math.max(1, Math.min(panels.length, Math.floor((width - room) / NARROW)));
  const panelWidth = (width - room) / inRow;
  const charts = panels.map((panel, index) => {
    const first = index % inRow === 0;
    return drawPanel(labels, panel, {
      width: Math.floor(panelWidth + (first ? room : 0)),
      marginLeft: first ? room : 14,
      named: first,
    });
  });
  return joinCharts(charts, width);
}

function drawPanel(
  labels: readonly string[],
  { title, series, domain, reference, format = 'number' }: IntervalPanel,
  { width, marginLeft, named }: { width: number; marginLeft: number; named: boolean },
): SVGSVGElement {
  const rows = series.flatMap(({ name, colour, symbol, hollow = false, estimates }, place) =>
    estimates.flatMap((estimate, row) =>
      estimate === null
        ? []
        : [
            {
              y: row + (place - (series.length - 1) / 2) * Math.min(0.26, 0.7 / series.length),
              x: estimate.value,
              low: estimate.low ?? Number.NaN,
              high: estimate.high ?? Number.NaN,
              colour,
              symbol,
              fill: hollow ? 'var(--ground)' : colour,
              title: describe(labels[row] ?? '', name, estimate, format),
            },
          ],
    ),
  );
  return plot({
    width,
    height: labels.length * ROW + 64,
    marginLeft,
    marginRight: 14,
    marginTop: 30,
    marginBottom: 34,
    x: {
      ...(domain && { domain: [...domain] }),
      nice: domain === undefined,
      axis: null,
    },
    y: {
      domain: [labels.length - 0.5, -0.5],
      ticks: labels.map((_, row) => row),
      tickFormat: (row: number) => (named ? shorten(labels[row] ?? '', marginLeft) : ''),
      tickSize: 0,
      tickPadding: 10,
      label: null,
    },
    symbol: { type: 'identity' },
    marks: [
      Plot.ruleY(
        labels.map((_, row) => row),
        { stroke: 'var(--rule)' },
      ),
      Plot.axisX({
        anchor: 'bottom',
        label: null,
        tickSize: 4,
        ticks: Math.max(2, Math.floor((width - marginLeft) / 80)),
        ...(format !== 'number' &&
          format !== 'share' && { tickFormat: (value: number) => formatAs(value, format) }),
      }),
      Plot.text([title], {
        frameAnchor: 'top-left',
        dy: -24,
        fontWeight: 600,
        text: (text: string) => shorten(text, width - marginLeft),
      }),
      ...(reference === undefined
        ? []
        : [Plot.ruleX([reference], { stroke: 'var(--muted)', strokeDasharray: '4 3' })]),
      Plot.link(rows, {
        x1: 'low',
        x2: 'high',
        y1: 'y',
        y2: 'y',
        stroke: 'colour',
        strokeWidth: 1.75,
        strokeLinecap: 'round',
      }),
      Plot.dot(rows, {
        x: 'x',
        y: 'y',
        r: 4.5,
        fill: 'fill',
        stroke: 'colour',
        strokeWidth: 1.75,
        symbol: 'symbol',
      }),
      Plot.tip(rows, Plot.pointer({ x: 'x', y: 'y', title: 'title' })),
    ],
    color: { type: 'identity' },
  });
}

function describe(label: string, name: string, estimate: Estimate, format: ColumnFormat): string {
  const { pValue, note } = estimate;
  return [
    `${label}${name === '' ? '' : `, ${name}`}`,
    formatEstimate(estimate, format),
    ...(pValue === undefined ? [] : [formatP(pValue)]),
    ...(note === undefined ? [] : [note]),
  ].join('\n');
}
