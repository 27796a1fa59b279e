import type { ReportRun } from '@austeer/experiments';
import type { ComponentChildren } from 'preact';
import { describeJudges } from '../effect.ts';
import { formatCount, formatSeconds } from '../format.ts';

/** Where the numbers come from: everything that is needed to have them again. */
export function RunProvenance({ run }: { run: ReportRun }) {
  const { header } = run;
  const { model, task, localization, plan, tool, selection, method } = header;
  const widths = Object.entries(model.widths).map(([site, width]) => `${site} ${formatCount(width ?? 0)}`);
  const rows: [string, ComponentChildren][] = [
    ['Run', `${header.startedAt}, ${formatSeconds(header.seconds)}, seed ${header.seed}`],
    ['Program', `${tool.name} ${tool.version}`],
    ['Model', `${model.name}, ${model.architecture}, ${model.layers} layers, ${model.precision}`],
    ['Widths', widths.join(', ')],
    ...(model.weightsSha256 === undefined
      ? []
      : [['Weights', <Hash key="weights" value={model.weightsSha256} />] as [string, ComponentChildren]]),
    ...(model.tokenizerSha256 === undefined
      ? []
      : [
          ['Tokenizer', <Hash key="tokenizer" value={model.tokenizerSha256} />] as [
            string,
            ComponentChildren,
          ],
        ]),
    ['Task', `${task.name}: ${task.description}`],
    [
      'Items',
      `${formatCount(task.pairs)} pairs, ${formatCount(task.validationItems)} validation items, ${formatCount(task.testItems)} test items`,
    ],
    ['Data', `${task.source.kind}: ${task.source.files.join(', ')}`],
    ...task.source.notes.map((note): [string, ComponentChildren] => ['Note', note]),
    ...describeJudges(header.test),
    ...(method === undefined
      ? []
      : [
          [
            'Method',
            <>
              {method.name} <code>{words(method.facts)}</code>
            </>,
          ] as [string, ComponentChildren],
        ]),
    ...(localization === undefined
      ? []
      : [
          [
            'Localization',
            `${localization.ranking}, ties by ${localization.tieOrder}, mode ${localization.mode}, question and answer joined as ${localization.join}`,
          ] as [string, ComponentChildren],
          [
            'Pairs',
            `${localization.pairs} used; ${localization.pairsTruncated} cut to 512 tokens, ${localization.pairsThatLostTheirAnswer} lost their answer, ${localization.pairsJoinedDifferently} joined differently as text, ${localization.pairsIdentical} identical`,
          ] as [string, ComponentChildren],
        ]),
    ...(selection === undefined
      ? []
      : [
          ['Selection', `${selection.cells.length} settings by ${selection.criterion}`] as [
            string,
            ComponentChildren,
          ],
        ]),
    ...(plan === undefined
      ? []
      : [
          [
            'Plan',
            `${plan.edits} edits at strength ${plan.strength}, positions ${words(plan.positions)}, schedule ${words(plan.schedule)}`,
          ] as [string, ComponentChildren],
        ]),
  ];
  return (
    <dl class="provenance">
      {rows.map(([name, value], index) => (
        <div key={`${name} ${index}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Hash({ value }: { value: string }) {
  return <code class="hash">{value}</code>;
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
