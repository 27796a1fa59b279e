import type { ReportComparison, ReportData, ReportRun } from '@austeer/experiments';
import type { JSX } from 'preact';
import { formatCount } from '../format.ts';
import {
  comparisonOutline,
  figuresOutline,
  type OutlineEntry,
  type RunSection,
  runOutline,
  slug,
} from '../outline.ts';
import { formatRoute } from '../route.ts';
import { Contents } from './contents.tsx';
import { ResultFigureView } from './result-figure.tsx';
import { RunEffect } from './run-effect.tsx';
import { RunProvenance } from './run-provenance.tsx';
import { RunSetting } from './run-setting.tsx';
import { RunUnits } from './run-units.tsx';
import { RunsCompared } from './runs-compared.tsx';
import { SamplesBrowser } from './samples-browser.tsx';

const SECTIONS: Readonly<Record<RunSection, (props: { run: ReportRun; id: string }) => JSX.Element>> = {
  effect: RunEffect,
  setting: RunSetting,
  units: RunUnits,
  samples: SamplesBrowser,
  provenance: RunProvenance,
};

/** The whole page. */
export function Report({ data }: { data: ReportData }) {
  const { runs, comparisons, figures, tool } = data;
  const experiments = figuresOutline(data);
  const entries: OutlineEntry[] = [
    ...(runs.length > 1 ? [{ id: 'runs', title: 'All runs', parts: [] }] : []),
    ...runs.map(runOutline),
    ...comparisons.map(comparisonOutline),
    ...(experiments === undefined ? [] : [experiments]),
  ];
  return (
    <>
      <a class="skip" href="#content">
        To the content
      </a>
      <Contents entries={entries} />
      <main id="content">
        <header class="title">
          <p class="kicker">Steering report</p>
          <h1>{titleOf(data)}</h1>
          <p class="lead">{summaryOf(data)}</p>
        </header>
        {runs.length > 1 && (
          <section id="runs" class="part" aria-labelledby="runs.title">
            <h2 id="runs.title">All runs</h2>
            <RunsCompared runs={runs} />
          </section>
        )}
        {runs.map((run) => (
          <Run key={run.name} run={run} alone={runs.length === 1 && comparisons.length === 0} />
        ))}
        {comparisons.map((comparison) => (
          <Comparison key={comparison.name} comparison={comparison} />
        ))}
        {experiments !== undefined && (
          <section id="figures" class="part" aria-labelledby="figures.title">
            <h2 id="figures.title">Experiments</h2>
            {figures.map((figure) => (
              <ResultFigureView key={figure.id} figure={figure} id={`figure.${slug(figure.id)}`} />
            ))}
          </section>
        )}
        <footer>
          Made by {tool.name} {tool.version}. The page holds its data and needs no network.
        </footer>
      </main>
    </>
  );
}

function Run({ run, alone }: { run: ReportRun; alone: boolean }) {
  const { id, parts } = runOutline(run);
  const { header } = run;
  return (
    <section id={id} class="part" aria-labelledby={`${id}.title`}>
      <h2 id={`${id}.title`} class={alone ? 'unseen' : undefined}>
        {run.name}
      </h2>
      {!alone && (
        <p class="lead">
          {header.task.description} {describeRun(run)}
        </p>
      )}
      {parts.map(({ id: part, title, section }) => {
        const Section = SECTIONS[section!];
        return (
          <section key={part} id={part} aria-labelledby={`${part}.title`}>
            <h3 id={`${part}.title`}>
              <a class="anchor" href={formatRoute({ id: part, settings: {} })}>
                {title}
              </a>
            </h3>
            <Section run={run} id={part} />
          </section>
        );
      })}
    </section>
  );
}

function Comparison({ comparison }: { comparison: ReportComparison }) {
  const { id, parts } = comparisonOutline(comparison);
  const { name, figure, samples } = comparison;
  return (
    <section id={id} class="part" aria-labelledby={`${id}.title`}>
      <h2 id={`${id}.title`}>{name}</h2>
      <ResultFigureView figure={figure} id={`${id}.methods`} />
      {samples.length > 0 && (
        <section id={`${id}.samples`} aria-labelledby={`${id}.samples.title`}>
          <h3 id={`${id}.samples.title`}>{parts.at(-1)?.title}</h3>
          <SamplesBrowser run={comparison} id={`${id}.samples`} />
        </section>
      )}
    </section>
  );
}

function titleOf({ runs, comparisons, figures }: ReportData): string {
  const [only] = runs;
  if (only !== undefined && runs.length === 1 && comparisons.length === 0)
    return `${only.header.task.name} on ${only.header.model.name}`;
  const [compared] = comparisons;
  if (runs.length === 0 && compared !== undefined) return compared.figure.title;
  const models = [...new Set(runs.map(({ header }) => header.model.name))];
  if (models.length === 1) return `${runs.length} runs on ${models[0]}`;
  return runs.length > 0 ? `${runs.length} runs on ${models.length} models` : `${figures.length} figures`;
}

function summaryOf({ runs, figures }: ReportData): string {
  const [only] = runs;
  if (only !== undefined && runs.length === 1) return `${only.header.task.description} ${describeRun(only)}`;
  const days = [...new Set(runs.map(({ header }) => header.startedAt.slice(0, 10)))].sort();
  const span = days.length > 1 ? `${days[0]} to ${days.at(-1)}` : days[0];
  return [
    ...(runs.length > 0
      ? [`Tasks ${[...new Set(runs.map(({ header }) => header.task.name))].join(', ')}; run on ${span}.`]
      : []),
    ...(figures.length > 0 ? [`${figures.length} tables and figures of experiments.`] : []),
  ].join(' ');
}

function describeRun({ header }: ReportRun): string {
  const { task, plan, model } = header;
  const units =
    plan === undefined
      ? 'not steered'
      : `${formatCount(plan.edits)} units steered at strength ${plan.strength}`;
  return `${formatCount(task.testItems)} test items; ${model.name}, ${units}.`;
}
