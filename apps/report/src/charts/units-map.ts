/**
 * Where the units of a ranking lie, and how many of each layer a plan steers.
 *
 * @module
 */
import * as Plot from '@observablehq/plot';
import { formatNumber } from '../format.ts';
import { joinCharts, plot } from './plot.ts';

/** A unit of the ranking of one site. */
export interface MappedUnit {
  readonly layer: number;
  readonly index: number;
  readonly score: number;
  readonly sign: number;
  /** Place in the ranking, from 1. */
  readonly rank: number;
  readonly steered: boolean;
}

/** Draws units by layer and dimension; beside them, where a plan steers this site, its units of each layer. */
export function drawUnitsMap(
  options: {
    readonly site: string;
    readonly units: readonly MappedUnit[];
    readonly layers: number;
    readonly width: number;
    readonly perLayer?: readonly number[] | undefined;
  },
  chartWidth: number,
): SVGSVGElement {
  const { site, units, layers, width, perLayer } = options;
  const barsWidth = perLayer === undefined ? 0 : Math.min(160, chartWidth * 0.26);
  const height = Math.max(8, Math.min(14, 360 / layers)) * layers + 62;
  const shared = {
    height,
    marginTop: 22,
    y: {
      domain: [-0.6, layers - 0.4],
      label: 'layer',
      labelArrow: 'none',
      ticks: Math.min(layers, 8),
      tickFormat: String,
    },
  } as const;
  const points = units.map((unit) => ({
    ...unit,
    colour: unit.sign > 0 ? 'var(--series-1)' : 'var(--series-2)',
    symbol: unit.sign > 0 ? 'triangle' : 'square',
    title: `no. ${unit.rank}: layer ${unit.layer}, dimension ${unit.index}\nscore ${unit.sign > 0 ? '+' : '−'}${formatNumber(unit.score)}`,
  }));
  const map = plot({
    ...shared,
    width: chartWidth - barsWidth,
    marginLeft: 46,
    marginRight: 12,
    x: { domain: [0, width], label: `dimension of ${site}`, labelArrow: 'none' },
    symbol: { type: 'identity' },
    color: { type: 'identity' },
    marks: [
      Plot.ruleY(
        Array.from({ length: layers }, (_, layer) => layer),
        { stroke: 'var(--rule)', strokeOpacity: 0.7 },
      ),
      Plot.dot(points, {
        x: 'index',
        y: 'layer',
        r: 4.2,
        symbol: 'symbol',
        stroke: 'colour',
        strokeWidth: 1.2,
        fill: 'colour',
        fillOpacity: ({ steered }: MappedUnit) => (steered ? 0.9 : 0),
      }),
      Plot.tip(points, Plot.pointer({ x: 'index', y: 'layer', title: 'title' })),
    ],
  });
  if (perLayer === undefined) return map;
  const bars = plot({
    ...shared,
    width: barsWidth,
    marginLeft: 14,
    marginRight: 26,
    x: { label: 'units steered', labelArrow: 'none', ticks: barsWidth > 110 ? 3 : 1, tickFormat: String },
    marks: [
      Plot.axisY({ ticks: [], label: null }),
      Plot.rect(
        perLayer.map((count, layer) => ({ count, layer })).filter(({ count }) => count > 0),
        {
          x1: 0,
          x2: 'count',
          y1: ({ layer }) => layer - 0.38,
          y2: ({ layer }) => layer + 0.38,
          fill: 'var(--series-1)',
        },
      ),
      Plot.text(
        perLayer.map((count, layer) => ({ count, layer })).filter(({ count }) => count > 0),
        {
          x: 'count',
          y: 'layer',
          text: 'count',
          textAnchor: 'start',
          dx: 4,
          fontSize: 10.5,
        },
      ),
      Plot.ruleX([0]),
    ],
  });
  return joinCharts([map, bars], chartWidth);
}
