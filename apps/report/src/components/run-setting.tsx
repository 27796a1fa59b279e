import type { HeatMapFigure, ReportRun } from '@austeer/experiments';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { drawHeatMap, heatMapRamp } from '../charts/heat-map.ts';
import { accuracyName } from '../effect.ts';
import { flattenFigure } from '../flatten-figure.ts';
import { slug } from '../outline.ts';
import type { Ramp } from '../scale.ts';
import { describeCell, SWEEP_MEASURES, type SweepMeasure, sweepMaps, sweepMeasures } from '../sweep.ts';
import { FigureFrame } from './figure-frame.tsx';
import { RampLegend } from './legends.tsx';

/** How many units and how strongly: what was tried, and what was chosen. */
export function RunSetting({ run, id }: { run: ReportRun; id: string }) {
  const { header } = run;
  const selection = header.selection!;
  const { criterion, chosen, cells } = selection;
  const [measure, setMeasure] = useState<SweepMeasure>(criterion);
  const names = { ...SWEEP_MEASURES, accuracy: accuracyName(header) };
  const maps = useMemo(() => sweepMaps(selection, measure, names[measure]), [selection, measure]);
  const ramp = useMemo(() => heatMapRamp(...maps.map(({ figure }) => figure)), [maps]);
  const known = sweepMeasures(selection);
  return (
    <>
      <p>
        {cells.length} settings were tried on {header.task.validationItems} validation items, which the test
        does not use. Chosen by {names[criterion]}: <strong>{describeCell(chosen)}</strong>. Ties go to fewer
        units, then to the weaker strength.
      </p>
      {known.length > 1 && (
        <p class="control">
          <label>
            Show{' '}
            <select
              value={measure}
              onChange={(event) => setMeasure(event.currentTarget.value as SweepMeasure)}
            >
              {known.map((name) => (
                <option key={name} value={name}>
                  {names[name]}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      {maps.map(({ place, figure }) => (
        <SweepMap
          key={place}
          id={`${id}.${slug(place)}`}
          place={place}
          figure={figure}
          ramp={ramp}
          criterion={measure === criterion}
        />
      ))}
    </>
  );
}

function SweepMap(props: {
  id: string;
  place: string;
  figure: HeatMapFigure;
  ramp: Ramp;
  criterion: boolean;
}) {
  const { id, place, figure, ramp, criterion } = props;
  const draw = useCallback((width: number) => drawHeatMap(figure, width, ramp), [figure, ramp]);
  return (
    <FigureFrame
      id={id}
      title={`Settings tried${place === '' ? '' : ` at ${place}`}: ${figure.valueLabel}`}
      draw={draw}
      legend={<RampLegend ramp={ramp} label={figure.valueLabel} />}
      flat={flattenFigure(figure)}
      caption={`Validation items, with 95 % intervals.${figure.chosen === undefined ? '' : ` The frame is around the setting that was chosen${criterion ? '' : ', by another number than this'}.`}`}
    />
  );
}
