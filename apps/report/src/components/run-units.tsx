import type { ReportRun, ScoreMapFigure, SiteLog } from '@austeer/experiments';
import { useCallback, useMemo } from 'preact/hooks';
import { drawScoreMap, scoreMapRamp } from '../charts/score-map.ts';
import { drawUnitsMap, type MappedUnit } from '../charts/units-map.ts';
import { flattenFigure } from '../flatten-figure.ts';
import { formatNumber } from '../format.ts';
import { FigureFrame } from './figure-frame.tsx';
import { type LegendItem, RampLegend, SeriesLegend } from './legends.tsx';
import { ScrollBox } from './scroll-box.tsx';

const SIGNS: readonly LegendItem[] = [
  { name: 'promoted (+), steered', colour: 'var(--series-1)', symbol: 'triangle' },
  { name: 'suppressed (−), steered', colour: 'var(--series-2)', symbol: 'square' },
  { name: 'listed only', colour: 'var(--muted)', symbol: 'circle', hollow: true },
];

/** Which units were found, and where they lie. */
export function RunUnits({ run, id }: { run: ReportRun; id: string }) {
  const { header, scoreMaps } = run;
  const { localization } = header;
  return (
    <>
      {localization !== undefined && (
        <p>
          Ranked by {localization.ranking} over {localization.pairs} pairs; units of one score{' '}
          {localization.tieOrder === 'index'
            ? 'by layer and dimension'
            : 'by the size of their mean difference'}
          .
        </p>
      )}
      {localization !== undefined &&
        Object.entries(localization.sites).map(([site, log]) => (
          <SiteUnits key={site} id={`${id}.${site}`} site={site} log={log} run={run} />
        ))}
      {scoreMaps.map((figure) => (
        <ScoreMap key={figure.site} id={`${id}.${figure.site}.scores`} figure={figure} />
      ))}
    </>
  );
}

function SiteUnits({ run, site, log, id }: { run: ReportRun; site: string; log: SiteLog; id: string }) {
  const { model, plan, selection, localization } = run.header;
  const perLayer = plan?.sites.find((planned) => planned.site === site)?.perLayer;
  const steered = selection?.chosen.site === site ? (selection.chosen.k ?? 0) : 0;
  const units = useMemo(
    () => log.top.map((unit, place): MappedUnit => ({ ...unit, rank: place + 1, steered: place < steered })),
    [log, steered],
  );
  const width = model.widths[site as keyof typeof model.widths] ?? 0;
  const draw = useCallback(
    (chartWidth: number) => drawUnitsMap({ site, units, layers: model.layers, width, perLayer }, chartWidth),
    [site, units, model.layers, width, perLayer],
  );
  const { ties, labelShare } = log;
  return (
    <FigureFrame
      id={id}
      title={`Where the best units of ${site} lie`}
      draw={draw}
      legend={<SeriesLegend items={SIGNS} />}
      flat={{
        columns: ['rank', 'layer', 'dimension', 'score', 'sign', 'promoted', 'suppressed'],
        rows: log.top.map(({ layer, index, score, sign, promoted, suppressed }, place) => [
          place + 1,
          layer,
          index,
          score,
          sign,
          promoted,
          suppressed,
        ]),
      }}
      table={<UnitsTable log={log} site={site} pairs={localization?.pairs} steered={steered} />}
      caption={
        <>
          The first {log.top.length} units of the ranking
          {steered > 0 ? `; the plan steers the first ${steered}` : ''}.
          {ties.tied > ties.taken &&
            ` At the largest budget ${ties.tied} units share the score ${formatNumber(ties.score)}, of which ${ties.taken} are taken: their order decides.`}
          {labelShare !== undefined &&
            ` Of the best ${labelShare.units}, ${labelShare.opposed} rise with one answer and fall with another: they tell the answers apart, not right from wrong.`}
        </>
      }
    />
  );
}

function UnitsTable(props: { log: SiteLog; site: string; pairs: number | undefined; steered: number }) {
  const { log, site, pairs, steered } = props;
  return (
    <ScrollBox label={`Best units of ${site}`}>
      <table class="data">
        <thead>
          <tr>
            {['rank', 'layer', 'dimension', 'score', 'promoted', 'suppressed'].map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
            <th scope="col">steered</th>
          </tr>
        </thead>
        <tbody>
          {log.top.map(({ layer, index, score, sign, promoted, suppressed }, place) => (
            <tr key={`${layer} ${index}`}>
              <td class="number">{place + 1}</td>
              <td class="number">{layer}</td>
              <td class="number">{index}</td>
              <td class="number">
                {sign > 0 ? '+' : '−'}
                {formatNumber(score)}
              </td>
              <td class="number">{promoted}</td>
              <td class="number">{suppressed}</td>
              <td>{place < steered ? 'yes' : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {pairs !== undefined && <p class="note">Promoted and suppressed: pairs of {pairs}.</p>}
    </ScrollBox>
  );
}

function ScoreMap({ figure, id }: { figure: ScoreMapFigure; id: string }) {
  const draw = useCallback((width: number) => drawScoreMap(figure, width), [figure]);
  return (
    <FigureFrame
      id={id}
      title={`Scores of all units of ${figure.site}`}
      draw={draw}
      legend={<RampLegend ramp={scoreMapRamp(figure)} label={figure.valueLabel} />}
      flat={flattenFigure(figure)}
      caption={
        figure.dimensionsPerColumn === 1
          ? 'Of the run’s counts: one column a dimension.'
          : `Of the run’s counts: mean over ${figure.dimensionsPerColumn} dimensions in a column.`
      }
    />
  );
}
