import type { ResultFigure } from '@austeer/experiments';
import { useMemo } from 'preact/hooks';
import { drawCurves } from '../charts/curves.ts';
import { drawHeatMap, heatMapRamp } from '../charts/heat-map.ts';
import { drawHistogram } from '../charts/histogram.ts';
import { drawIntervalPanels } from '../charts/interval-panels.ts';
import type { DrawChart } from '../charts/plot.ts';
import { drawScatter } from '../charts/scatter.ts';
import { drawScoreMap, scoreMapRamp } from '../charts/score-map.ts';
import { tablePanels } from '../charts/table-panels.ts';
import { flattenFigure } from '../flatten-figure.ts';
import { seriesStyle } from '../scale.ts';
import { FigureFrame } from './figure-frame.tsx';
import { type LegendItem, RampLegend, SeriesLegend } from './legends.tsx';
import { ResultTable } from './result-table.tsx';

/** A figure or table of an experiment. */
export function ResultFigureView({ figure, id }: { figure: ResultFigure; id: string }) {
  const { content, title, caption, notes, command } = figure;
  const draw = useMemo(() => drawingOf(figure), [figure]);
  const flat = useMemo(() => flattenFigure(content), [content]);
  return (
    <FigureFrame
      id={id}
      title={title}
      level={3}
      caption={caption}
      notes={notes}
      command={command}
      draw={draw}
      flat={flat}
      legend={<Legend content={content} />}
      {...(content.kind === 'table' && {
        table: <ResultTable content={content} label={title} />,
        begins: 'table',
      })}
    />
  );
}

function drawingOf({ content }: ResultFigure): DrawChart | undefined {
  switch (content.kind) {
    case 'table': {
      const { labels, panels } = tablePanels(content);
      return panels.length === 0 ? undefined : (width) => drawIntervalPanels(labels, panels, width);
    }
    case 'curves':
      return (width) => drawCurves(content, width);
    case 'heatmap':
      return (width) => drawHeatMap(content, width);
    case 'score-map':
      return (width) => drawScoreMap(content, width);
    case 'histogram':
      return (width) => drawHistogram(content, width);
    case 'scatter':
      return (width) => drawScatter(content, width);
  }
}

function Legend({ content }: Pick<ResultFigure, 'content'>) {
  switch (content.kind) {
    case 'heatmap':
      return <RampLegend ramp={heatMapRamp(content)} label={content.valueLabel} />;
    case 'score-map':
      return <RampLegend ramp={scoreMapRamp(content)} label={content.valueLabel} />;
    case 'table':
      return hasPaper(content) ? <SeriesLegend items={MEASURED_AND_PAPER} /> : null;
    default: {
      const references = content.kind === 'curves' ? (content.references ?? []) : [];
      const items: LegendItem[] = [
        ...content.series.map(({ name }, index) => ({ name, ...seriesStyle(index) })),
        ...references.map(({ name }) => ({ name, colour: 'var(--muted)', symbol: 'line' as const })),
      ];
      return items.length > 1 ? <SeriesLegend items={items} /> : null;
    }
  }
}

const MEASURED_AND_PAPER: readonly LegendItem[] = [
  { name: 'measured here', colour: 'var(--series-1)', symbol: 'circle' },
  { name: 'the paper’s number', colour: 'var(--vanilla)', symbol: 'diamond', hollow: true },
];

function hasPaper({ rows }: Extract<ResultFigure['content'], { kind: 'table' }>): boolean {
  return rows.some(({ cells }) =>
    Object.values(cells).some((cell) => typeof cell === 'object' && cell?.paper !== undefined),
  );
}
