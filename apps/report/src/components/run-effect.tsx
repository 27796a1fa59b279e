import type { ReportRun } from '@austeer/experiments';
import { useCallback, useMemo } from 'preact/hooks';
import { drawIntervalPanels, type IntervalPanel } from '../charts/interval-panels.ts';
import { drawShares, type ShareBar } from '../charts/shares.ts';
import { caution, describeDifference, type Measure, measuresOf, verdictOn } from '../effect.ts';
import { formatEstimate, formatNumber, formatP, MISSING } from '../format.ts';
import { FigureFrame } from './figure-frame.tsx';
import { type LegendItem, SeriesLegend } from './legends.tsx';
import { ScrollBox } from './scroll-box.tsx';

export const VANILLA: LegendItem = {
  name: 'vanilla',
  colour: 'var(--vanilla)',
  symbol: 'circle',
  hollow: true,
};
export const STEERED: LegendItem = { name: 'steered', colour: 'var(--series-1)', symbol: 'circle' };

/** Panels of levels and, where there are two conditions, of differences. */
export function effectPanels(
  measures: readonly Pick<Measure, 'vanilla' | 'steered' | 'difference'>[],
): IntervalPanel[] {
  const compared = measures.some(({ difference }) => difference !== null);
  return [
    {
      title: compared ? 'vanilla and steered' : 'vanilla',
      domain: [0, 1],
      series: [
        { ...VANILLA, symbol: 'circle', estimates: measures.map(({ vanilla }) => vanilla) },
        ...(compared
          ? [{ ...STEERED, symbol: 'circle' as const, estimates: measures.map(({ steered }) => steered) }]
          : []),
      ],
    },
    ...(compared
      ? [
          {
            title: 'steered minus vanilla',
            reference: 0,
            series: [
              {
                name: 'difference',
                colour: 'var(--series-1)',
                symbol: 'circle' as const,
                estimates: measures.map(({ difference }) => difference),
              },
            ],
          },
        ]
      : []),
  ];
}

/** What the test showed. */
export function RunEffect({ run, id }: { run: ReportRun; id: string }) {
  const { header } = run;
  const measures = useMemo(() => measuresOf(header), [header]);
  const labels = useMemo(() => measures.map(({ label }) => label), [measures]);
  const draw = useCallback(
    (width: number) => drawIntervalPanels(labels, effectPanels(measures), width),
    [labels, measures],
  );
  const { vanilla, steered } = header.test;
  const warning = caution(header);
  return (
    <>
      {measures.some(({ difference }) => difference !== null) && (
        <ul class="findings">
          {measures
            .filter(({ difference }) => difference !== null)
            .map(({ key, label, difference }) => (
              <li key={key} class="finding" data-verdict={verdictOn(difference!)}>
                <span class="finding-name">{label}</span>
                <span class="finding-verdict">{verdictOn(difference!)}</span>
                <span class="number">{describeDifference(difference!)}</span>
              </li>
            ))}
        </ul>
      )}
      {warning !== undefined && <p class="caution">{warning}</p>}
      <FigureFrame
        id={`${id}.measures`}
        title="What the answers come to"
        draw={draw}
        legend={steered === undefined ? undefined : <SeriesLegend items={[VANILLA, STEERED]} />}
        flat={{
          columns: [
            'measure',
            ...['vanilla', 'steered', 'difference'].flatMap((name) => [name, `${name} low`, `${name} high`]),
            'p value',
          ],
          rows: measures.map(({ label, vanilla: first, steered: second, difference }) => [
            label,
            ...[first, second, difference].flatMap((part) => [
              part?.value ?? null,
              part?.low ?? null,
              part?.high ?? null,
            ]),
            difference?.pValue ?? null,
          ]),
        }}
        table={<MeasuresTable measures={measures} />}
        caption={
          <>
            {vanilla.scored} of {vanilla.items} test items could be scored. Intervals are 95 %: Wilson for
            shares, bootstrap over items for the rest; p by an exact test on the same items (McNemar’s; of
            preferences the sign test).
            {vanilla.majorityBaseline !== undefined &&
              ` Always giving the most frequent answer would be right for ${formatNumber(vanilla.majorityBaseline)} of them.`}
          </>
        }
      />
      <AnswerShares run={run} id={id} />
    </>
  );
}

function MeasuresTable({ measures }: { measures: readonly Measure[] }) {
  return (
    <ScrollBox label="Numbers of the test">
      <table class="data">
        <thead>
          <tr>
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
            <th scope="col" class="number">
              gained
            </th>
            <th scope="col" class="number">
              lost
            </th>
            <th scope="col" class="number">
              test
            </th>
          </tr>
        </thead>
        <tbody>
          {measures.map(({ key, label, vanilla, steered, difference }) => (
            <tr key={key}>
              <th scope="row">{label}</th>
              <td class="number">{formatEstimate(vanilla, 'share')}</td>
              <td class="number">{formatEstimate(steered, 'share')}</td>
              <td class="number">{formatEstimate(difference, 'share')}</td>
              <td class="number">{difference?.onlySecond ?? MISSING}</td>
              <td class="number">{difference?.onlyFirst ?? MISSING}</td>
              <td class="number">
                {difference?.pValue === undefined ? MISSING : formatP(difference.pValue)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

/** Colours of listed answers, in the order in which they first come; the rest is grey. */
const SHARE_COLOURS = [
  'var(--share-1)',
  'var(--share-2)',
  'var(--share-3)',
  'var(--share-4)',
  'var(--share-5)',
];

function AnswerShares({ run, id }: { run: ReportRun; id: string }) {
  const bars = useMemo(() => shareBars(run), [run]);
  const draw = useCallback((width: number) => drawShares(bars, width), [bars]);
  return (
    <FigureFrame
      id={`${id}.answers`}
      title="Which answers were given"
      draw={draw}
      flat={{
        columns: ['condition', 'answer', 'share'],
        rows: bars.flatMap(({ name, parts }) => parts.map(({ answer, share }) => [name, answer, share])),
      }}
      caption={
        run.header.test.vanilla.predictionShares === undefined
          ? 'The most frequent answers as written, trimmed and in lower case.'
          : 'The most frequent answers as written, trimmed and in lower case; below them the likelier class of each item, in whatever form it would be written.'
      }
    />
  );
}

function shareBars({ header }: ReportRun): ShareBar[] {
  const colours = new Map<string, string>();
  const colourOf = (answer: string): string => {
    const known = colours.get(answer) ?? SHARE_COLOURS[colours.size] ?? 'var(--share-other)';
    colours.set(answer, known);
    return known;
  };
  const conditions = [
    ['vanilla', header.test.vanilla] as const,
    ...(header.test.steered ? [['steered', header.test.steered] as const] : []),
  ];
  const part = ({ answer, share }: { answer: string; share: number }) => ({
    answer: answer === '' ? '(empty)' : answer,
    share,
    colour: colourOf(answer.toLowerCase()),
  });
  return [
    ...conditions.map(([name, summary]) => ({
      name: `${name}, as written`,
      parts: [
        ...summary.answerShares.map(part),
        ...(summary.otherAnswers > 0
          ? [{ answer: 'other', share: summary.otherAnswers, colour: 'var(--share-other)' }]
          : []),
      ],
    })),
    ...conditions.flatMap(([name, summary]) =>
      summary.predictionShares === undefined
        ? []
        : [{ name: `${name}, likelier`, parts: summary.predictionShares.map(part) }],
    ),
  ];
}
