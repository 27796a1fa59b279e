import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { DrawChart } from '../charts/plot.ts';
import { type FlatTable as Flat, toCsv } from '../csv.ts';
import { download, pngOf, standaloneSvg } from '../export-figure.ts';
import { formatRoute } from '../route.ts';
import { Chart } from './chart.tsx';
import { FlatTable } from './flat-table.tsx';

/** What a figure shows and how it is saved. */
export interface FigureFrameProps {
  /** Id in the page and name of the saved files. */
  readonly id: string;
  readonly title: string;
  /** Level of its heading. @default 4 */
  readonly level?: 3 | 4 | undefined;
  readonly caption?: ComponentChildren;
  readonly notes?: readonly string[] | undefined;
  readonly command?: string | undefined;
  /** Absent where there is a table only. */
  readonly draw?: DrawChart | undefined;
  readonly legend?: ComponentChildren;
  /** The data, for the CSV file and for the table where no other is given. */
  readonly flat: Flat;
  readonly table?: ComponentChildren;
  readonly begins?: 'chart' | 'table' | undefined;
  /** Anything between title and picture. */
  readonly controls?: ComponentChildren;
}

/** A figure with its title, caption, table and files. */
export function FigureFrame(props: FigureFrameProps) {
  const {
    id,
    title,
    caption,
    notes = [],
    command,
    draw,
    legend,
    flat,
    table,
    begins = 'chart',
    controls,
    level = 4,
  } = props;
  const Heading = `h${level}` as const;
  const [view, setView] = useState(draw === undefined ? 'table' : begins);
  const frame = useRef<HTMLElement>(null);
  const chart = (): SVGSVGElement | null =>
    frame.current?.querySelector<SVGSVGElement>('.chart > svg') ?? null;
  const saveSvg = (): void => {
    const drawing = chart();
    if (drawing !== null)
      download(`${id}.svg`, new Blob([standaloneSvg(drawing)], { type: 'image/svg+xml' }));
  };
  const savePng = async (): Promise<void> => {
    const drawing = chart();
    if (drawing !== null) download(`${id}.png`, await pngOf(drawing));
  };
  return (
    <figure class="figure" id={id} aria-labelledby={`${id}.title`} ref={frame}>
      <header class="figure-head">
        <Heading class="figure-title" id={`${id}.title`}>
          <a class="anchor" href={formatRoute({ id, settings: {} })}>
            {title}
          </a>
        </Heading>
        <div class="figure-tools">
          {draw !== undefined && (
            <button
              type="button"
              class="quiet"
              onClick={() => setView(view === 'table' ? 'chart' : 'table')}
              aria-label={`Show ${title} as a ${view === 'table' ? 'chart' : 'table'}`}
            >
              {view === 'table' ? 'Chart' : 'Table'}
            </button>
          )}
          {draw !== undefined && view === 'chart' && (
            <>
              <button type="button" class="quiet" onClick={saveSvg} aria-label={`Save ${title} as SVG`}>
                SVG
              </button>
              <button type="button" class="quiet" onClick={savePng} aria-label={`Save ${title} as PNG`}>
                PNG
              </button>
            </>
          )}
          <button
            type="button"
            class="quiet"
            onClick={() => download(`${id}.csv`, new Blob([toCsv(flat)], { type: 'text/csv' }))}
            aria-label={`Save ${title} as CSV`}
          >
            CSV
          </button>
        </div>
      </header>
      {controls}
      {draw !== undefined && view === 'chart' ? (
        <>
          {legend}
          <Chart draw={draw} label={`${title}. The button Table shows its numbers.`} />
        </>
      ) : (
        (table ?? <FlatTable table={flat} label={`Numbers of ${title}`} />)
      )}
      {(caption !== undefined || notes.length > 0 || command !== undefined) && (
        <figcaption>
          {caption !== undefined && <p>{caption}</p>}
          {notes.length > 0 && (
            <ul class="notes">
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
          {command !== undefined && (
            <p class="command">
              <code>{command}</code>
            </p>
          )}
        </figcaption>
      )}
    </figure>
  );
}
