/**
 * Layers × dimensions as one picture: a mask of one pixel a number, so that its colours stay those of the page,
 * light, dark or on paper.
 *
 * @module
 */
import type { ScoreMapFigure } from '@austeer/experiments';
import { formatAny } from '../format.ts';
import { type Ramp, rampOf, rampPosition } from '../scale.ts';
import { plot } from './plot.ts';

const SVG = 'http://www.w3.org/2000/svg';
let masks = 0;

/** The ramp of a score map, for its legend. */
export function scoreMapRamp({ values }: ScoreMapFigure): Ramp {
  return rampOf(values.flat());
}

/** Draws a score map, layer 0 below. */
export function drawScoreMap(figure: ScoreMapFigure, width: number): SVGSVGElement {
  const { values, dimensionsPerColumn, valueLabel } = figure;
  const layers = values.length;
  const columns = values[0]?.length ?? 0;
  const ramp = scoreMapRamp(figure);
  const marginLeft = 46;
  const rowHeight = Math.max(6, Math.min(14, 360 / layers));
  const height = rowHeight * layers + 62;
  const chart = plot({
    width,
    height,
    marginLeft,
    marginRight: 12,
    marginTop: 22,
    x: {
      domain: [0, columns * dimensionsPerColumn],
      label: `dimension of ${figure.site}`,
      labelArrow: 'none',
    },
    y: {
      domain: [-0.5, layers - 0.5],
      label: 'layer',
      labelArrow: 'none',
      ticks: Math.min(layers, 8),
      tickFormat: String,
    },
    marks: [
      (
        _index,
        _scales,
        _channels,
        {
          marginLeft: left = 0,
          marginTop: top = 0,
          width: w,
          height: h,
          marginRight: right = 0,
          marginBottom: bottom = 0,
        },
      ) => picture(figure, ramp, { x: left, y: top, width: w - left - right, height: h - top - bottom }),
    ],
  });
  const readout = document.createElementNS(SVG, 'text');
  for (const [name, value] of Object.entries({
    x: width - 12,
    y: 12,
    'text-anchor': 'end',
    fill: 'currentColor',
  })) {
    readout.setAttribute(name, String(value));
  }
  chart.append(readout);
  chart.addEventListener('pointermove', (event) => {
    const { left, top, width: shown } = chart.getBoundingClientRect();
    const scale = width / shown;
    const column = Math.floor(
      (((event.clientX - left) * scale - marginLeft) / (width - marginLeft - 12)) * columns,
    );
    const layer = layers - 1 - Math.floor(((event.clientY - top) * scale - 22) / ((height - 62) / layers));
    const value = values[layer]?.[column];
    const from = column * dimensionsPerColumn;
    const place = dimensionsPerColumn === 1 ? String(from) : `${from}–${from + dimensionsPerColumn - 1}`;
    readout.textContent =
      value === undefined ? '' : `layer ${layer}, dimension ${place}: ${valueLabel} ${formatAny(value)}`;
  });
  chart.addEventListener('pointerleave', () => {
    readout.textContent = '';
  });
  return chart;
}

function picture(
  { values }: ScoreMapFigure,
  ramp: Ramp,
  box: { x: number; y: number; width: number; height: number },
): SVGElement {
  const group = document.createElementNS(SVG, 'g');
  const ground = rectangle(box, 'var(--ramp-low)');
  group.append(ground);
  const sides = ramp.diverging ? ([1, -1] as const) : ([1] as const);
  for (const side of sides) {
    const mask = document.createElementNS(SVG, 'mask');
    mask.id = `score-mask-${++masks}`;
    mask.setAttribute('style', 'mask-type:alpha');
    mask.append(image(maskUrl(values, ramp, side), box));
    const cover = rectangle(box, side > 0 ? 'var(--ramp-high)' : 'var(--ramp-negative)');
    cover.setAttribute('mask', `url(#${mask.id})`);
    group.append(mask, cover);
  }
  return group;
}

function rectangle(box: object, fill: string): SVGElement {
  const rect = document.createElementNS(SVG, 'rect');
  for (const [name, value] of Object.entries({ ...box, fill })) rect.setAttribute(name, String(value));
  return rect;
}

function image(href: string, box: object): SVGElement {
  const element = document.createElementNS(SVG, 'image');
  const attributes = { ...box, href, preserveAspectRatio: 'none', style: 'image-rendering:pixelated' };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** One pixel a number, as opaque as it is far on the ramp; the top row is the last layer. */
function maskUrl(values: ScoreMapFigure['values'], ramp: Ramp, side: 1 | -1): string {
  const columns = values[0]?.length ?? 0;
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, columns);
  canvas.height = Math.max(1, values.length);
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(canvas.width, canvas.height);
  for (const [layer, row] of values.entries()) {
    for (const [column, value] of row.entries()) {
      const place = ((values.length - 1 - layer) * columns + column) * 4;
      pixels.data[place + 3] = Math.round(255 * Math.max(0, side * rampPosition(ramp, value)));
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}
