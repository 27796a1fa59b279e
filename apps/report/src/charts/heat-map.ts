/**
 * A number for each pair of categories, written into its cell where there is room.
 *
 * @module
 */
import type { Estimate, HeatMapFigure } from '@austeer/experiments';
import * as Plot from '@observablehq/plot';
import { formatEstimate, formatInterval, MISSING, writerOf } from '../format.ts';
import { type Ramp, rampColour, rampInk, rampOf, rampPosition } from '../scale.ts';
import { labelRoom, plot, shorten } from './plot.ts';

/** Cells narrower than this hold no number, in pixels. */
const NUMBER_ROOM = 40;
/** The same for an interval. */
const INTERVAL_ROOM = 84;

/** The ramp of heat maps of one measure, for their legend. */
export function heatMapRamp(...figures: readonly HeatMapFigure[]): Ramp {
  const cells = figures.flatMap(({ values }) => values.flat());
  return rampOf(cells.flatMap((cell) => (cell === null ? [] : [cell.value])));
}

/**
 * Draws a heat map; the cell that was chosen has a frame.
 *
 * @param ramp its own, or one that it shares with others beside it
 */
export function drawHeatMap(figure: HeatMapFigure, width: number, ramp = heatMapRamp(figure)): SVGSVGElement {
  const { x, y, values, valueLabel, chosen } = figure;
  const marginLeft = Math.max(46, labelRoom(y.values.map(String), width / 3));
  const cellWidth = Math.min(150, (width - marginLeft - 8) / Math.max(1, x.values.length));
  const slanted = labelRoom(x.values.map(String), 160) > cellWidth + 12;
  const roomy =
    cellWidth >= INTERVAL_ROOM && values.some((row) => row.some((cell) => cell?.low !== undefined));
  const cellHeight = roomy ? 48 : cellWidth >= NUMBER_ROOM ? 32 : Math.max(8, Math.min(22, cellWidth));
  const write = writerOf(values.flatMap((row) => row.map((cell) => cell?.value ?? 0)));
  const cells = values.flatMap((row, yIndex) =>
    row.map((cell, xIndex) => ({ xIndex, yIndex, cell, ...look(ramp, cell) })),
  );
  const at = { x: 'xIndex', y: 'yIndex' } as const;
  const known = cells.filter(({ cell }) => cell !== null);
  const describe = ({ xIndex, yIndex, cell }: (typeof cells)[number]): string =>
    `${y.label} ${y.values[yIndex]}, ${x.label} ${x.values[xIndex]}\n${valueLabel} ${formatEstimate(cell)}${cell?.note === undefined ? '' : `\n${cell.note}`}`;
  const isChosen = ({ xIndex, yIndex }: { xIndex: number; yIndex: number }): boolean =>
    chosen !== undefined && chosen[0] === xIndex && chosen[1] === yIndex;
  return plot({
    width,
    height: cellHeight * y.values.length + 68 + (slanted ? 70 : 0),
    marginLeft,
    marginRight: Math.max(8, width - marginLeft - cellWidth * x.values.length),
    marginTop: 26,
    marginBottom: 42 + (slanted ? 70 : 0),
    x: {
      type: 'band',
      domain: x.values.map((_, index) => index),
      label: x.label,
      labelOffset: 38 + (slanted ? 70 : 0),
      labelArrow: 'none',
      tickFormat: (index: number) =>
        slanted ? shorten(String(x.values[index]), 100) : String(x.values[index]),
      tickSize: 0,
      padding: 0,
      ...(slanted && { tickRotate: -40 }),
    },
    y: {
      type: 'band',
      domain: y.values.map((_, index) => index),
      label: y.label,
      labelAnchor: 'top',
      labelArrow: 'none',
      tickFormat: (index: number) => shorten(String(y.values[index]), marginLeft),
      tickSize: 0,
      padding: 0,
    },
    color: { type: 'identity' },
    marks: [
      Plot.cell(cells, { ...at, fill: 'colour', inset: 1, rx: 2 }),
      ...(cellWidth >= NUMBER_ROOM
        ? [
            ...[true, false].map((alone) =>
              Plot.text(
                cells.filter(({ cell }) => alone !== (roomy && cell?.low !== undefined)),
                {
                  ...at,
                  text: ({ cell }) => (cell === null ? MISSING : write(cell.value)),
                  fill: 'ink',
                  fontWeight: 600,
                  dy: alone ? 0 : -7,
                },
              ),
            ),
          ]
        : []),
      ...(roomy
        ? [
            Plot.text(known, {
              ...at,
              text: ({ cell }) =>
                cell?.low === undefined || cell.high === undefined
                  ? ''
                  : formatInterval(cell.low, cell.high, write),
              fill: 'ink',
              fontSize: 10.5,
              dy: 9,
            }),
          ]
        : []),
      Plot.cell(cells.filter(isChosen), {
        ...at,
        fill: 'none',
        stroke: 'var(--ink)',
        strokeWidth: 2.5,
        inset: 0,
        rx: 3,
      }),
      Plot.tip(known, Plot.pointer({ ...at, title: describe })),
    ],
  });
}

function look(ramp: Ramp, cell: Estimate | null): { colour: string; ink: string } {
  if (cell === null) return { colour: 'var(--missing)', ink: 'var(--ink)' };
  const position = rampPosition(ramp, cell.value);
  return { colour: rampColour(position), ink: rampInk(position) };
}
