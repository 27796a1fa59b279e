import type { ReportData } from '@austeer/experiments';
import { useCallback, useMemo } from 'preact/hooks';
import { drawIntervalPanels } from '../charts/interval-panels.ts';
import { accuracyName, describeDifference, measuresOf } from '../effect.ts';
import { formatEstimate, MISSING } from '../format.ts';
import { slug } from '../outline.ts';
import { formatRoute } from '../route.ts';
import { FigureFrame } from './figure-frame.tsx';
import { SeriesLegend } from './legends.tsx';
import { effectPanels, STEERED, VANILLA } from './run-effect.tsx';
import { ScrollBox } from './scroll-box.tsx';

/** All runs in one picture: the share of right answers, and what steering changed. */
export function RunsCompared({ runs }: Pick<ReportData, 'runs'>) {
  const rows = useMemo(() => runs.map((run) => ({ run, measure: measuresOf(run.header)[0]! })), [runs]);
  const draw = useCallback(
    (width: number) =>
      drawIntervalPanels(
        rows.map(({ run }) => run.name),
        effectPanels(rows.map(({ measure }) => measure)),
        width,
      ),
    [rows],
  );
  return (
    <FigureFrame
      id="runs.compared"
      title="Right answers, vanilla and steered"
      level={3}
      draw={draw}
      legend={<SeriesLegend items={[VANILLA, STEERED]} />}
      flat={{
        columns: ['run', 'model', 'vanilla', 'steered', 'difference', 'low', 'high', 'p value'],
        rows: rows.map(({ run, measure: { vanilla, steered, difference } }) => [
          run.name,
          run.header.model.name,
          vanilla?.value ?? null,
          steered?.value ?? null,
          difference?.value ?? null,
          difference?.low ?? null,
          difference?.high ?? null,
          difference?.pValue ?? null,
        ]),
      }}
      table={
        <ScrollBox label="Runs compared">
          <table class="data">
            <thead>
              <tr>
                <th scope="col">run</th>
                <th scope="col">model</th>
                <th scope="col">measure</th>
                <th scope="col" class="number">
                  vanilla
                </th>
                <th scope="col" class="number">
                  steered
                </th>
                <th scope="col" class="number">
                  difference
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ run, measure: { vanilla, steered, difference } }) => (
                <tr key={run.name}>
                  <th scope="row">
                    <a href={formatRoute({ id: slug(run.name), settings: {} })}>{run.name}</a>
                  </th>
                  <td>{run.header.model.name}</td>
                  <td>{accuracyName(run.header)}</td>
                  <td class="number">{formatEstimate(vanilla, 'share')}</td>
                  <td class="number">{formatEstimate(steered, 'share')}</td>
                  <td class="number">{difference === null ? MISSING : describeDifference(difference)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      }
      caption="Share of right answers of each run’s test items, with 95 % intervals; differences on the same items."
    />
  );
}
