/**
 * Which answers were given how often: one bar a condition.
 *
 * @module
 */
import * as Plot from '@observablehq/plot';
import { formatNumber } from '../format.ts';
import { labelRoom, plot } from './plot.ts';

/** The shares of one bar; together 1. */
export interface ShareBar {
  readonly name: string;
  readonly parts: readonly { readonly answer: string; readonly share: number; readonly colour: string }[];
}

/** A part narrower than this, in pixels, is named in the tooltip and the table only. */
const WRITING = 46;

/** Draws the bars. */
export function drawShares(bars: readonly ShareBar[], width: number): SVGSVGElement {
  const marginLeft = labelRoom(
    bars.map(({ name }) => name),
    width / 3,
  );
  const parts = bars.flatMap(({ name, parts: inBar }) => {
    let end = 0;
    return inBar.map(({ answer, share, colour }) => {
      const start = end;
      end += share;
      return { name, answer, share, colour, start, end };
    });
  });
  const room = (share: number): number => share * (width - marginLeft - 14);
  return plot({
    width,
    height: bars.length * 40 + 44,
    marginLeft,
    marginRight: 14,
    marginTop: 4,
    x: { domain: [0, 1], label: 'share of answers', labelArrow: 'none', ticks: 5 },
    y: { type: 'band', domain: bars.map(({ name }) => name), label: null, tickSize: 0, padding: 0.25 },
    color: { type: 'identity' },
    marks: [
      Plot.barX(parts, {
        x1: 'start',
        x2: 'end',
        y: 'name',
        fill: 'colour',
        insetLeft: 0.75,
        insetRight: 0.75,
        rx: 2,
        title: ({ name, answer, share }: (typeof parts)[number]) =>
          `${name}: ${answer} ${formatNumber(share)}`,
      }),
      Plot.text(
        parts.filter(({ share }) => room(share) > WRITING),
        {
          x: ({ start, end }: (typeof parts)[number]) => (start + end) / 2,
          y: 'name',
          text: ({ answer, share }: (typeof parts)[number]) =>
            fit(`${answer} ${(100 * share).toFixed(0)} %`, room(share)),
          fill: 'var(--on-share)',
          fontWeight: 500,
        },
      ),
    ],
  });
}

function fit(text: string, room: number): string {
  const characters = Math.floor((room - 8) / 6.6);
  if (text.length <= characters) return text;
  const percent = /\d+ %$/.exec(text)?.[0] ?? '';
  return percent.length <= characters ? percent : '';
}
