import type { ReportRun, SampleSet } from '@austeer/experiments';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { download } from '../export-figure.ts';
import { formatCount } from '../format.ts';
import { replaceRoute, useRoute } from '../route-store.ts';
import { type Compared, FILTERS, type SampleFilter, selectSamples } from '../samples.ts';
import { PrintedSamples } from './printed-samples.tsx';
import { SampleDetail } from './sample-detail.tsx';
import { SampleList } from './sample-list.tsx';

const FILTER_NAMES: Readonly<Record<SampleFilter, string>> = {
  all: 'all',
  changed: 'other answer',
  gained: 'gained: wrong, then right; or preferred by the judge',
  lost: 'lost: right, then wrong; or the other preferred',
  tied: 'tied, by the judge',
  right: 'right in both',
  wrong: 'wrong in both',
  invalid: 'of no known form',
  unjudged: 'could not be judged',
};

/** How long to wait for the next letter of a search, in milliseconds. */
const TYPING = 150;

/** Every question and its answers. */
export function SamplesBrowser({ run, id }: { run: Pick<ReportRun, 'name' | 'samples'>; id: string }) {
  const route = useRoute();
  const here = route.id === id ? route.settings : {};
  const [settings, setSettings] = useState(here);
  useEffect(() => {
    if (route.id === id) setSettings(route.settings);
  }, [route, id]);
  // A search that waits for the next letter must not bring back what was chosen meanwhile.
  const latest = useRef(settings);
  latest.current = settings;
  const change = (changed: Readonly<Record<string, string>>): void => {
    const next = { ...latest.current, ...changed };
    setSettings(next);
    replaceRoute({ id, settings: next });
  };

  const set = run.samples.find(({ phase }) => phase === settings.phase) ?? run.samples[0]!;
  const compared = useMemo(() => conditionsOf(set, settings), [set, settings.first, settings.second]);
  const filter = FILTERS.find((name) => name === settings.show) ?? 'all';
  const search = settings.search ?? '';
  const found = useMemo(() => selectSamples(compared, { filter, search }), [compared, filter, search]);
  const wanted = settings.sample === undefined ? -1 : set.ids.indexOf(settings.sample);
  const opened = wanted >= 0 ? wanted : undefined;

  const names = set.conditions.map(({ name }) => name);
  return (
    <div class="samples">
      <search class="sample-controls" aria-label={`Samples of ${run.name}`}>
        {run.samples.length > 1 && (
          <Choice
            label="Items"
            value={set.phase}
            options={run.samples.map(({ phase }) => [phase, phase])}
            onChange={(phase) => change({ phase, first: '', second: '', sample: '' })}
          />
        )}
        {names.length > 1 && (
          <>
            <Choice
              label="First"
              value={compared.first.name}
              options={names.map((name) => [name, name])}
              onChange={(first) => change({ first })}
            />
            <Choice
              label="Second"
              value={compared.second?.name ?? ''}
              options={names.map((name) => [name, name])}
              onChange={(second) => change({ second })}
            />
          </>
        )}
        <Choice
          label="Show"
          value={filter}
          options={FILTERS.filter(
            (name) => compared.second !== undefined || !['changed', 'gained', 'lost'].includes(name),
          ).map((name) => [name, FILTER_NAMES[name]])}
          onChange={(show) => change({ show: show === 'all' ? '' : show })}
        />
        <Search value={search} onChange={(text) => change({ search: text })} />
      </search>
      <p class="sample-count">
        <span role="status">
          {found.length === set.ids.length
            ? `${formatCount(found.length)} samples`
            : `${formatCount(found.length)} of ${formatCount(set.ids.length)} samples`}
        </span>
        <button
          type="button"
          class="quiet"
          onClick={() =>
            download(`${id}.jsonl`, new Blob([jsonLines(compared, found)], { type: 'application/jsonl' }))
          }
        >
          Save these as JSON lines
        </button>
      </p>
      <SampleList
        compared={compared}
        items={found}
        search={search}
        opened={opened}
        label={`Samples of ${run.name}`}
        onOpen={(item) => change({ sample: set.ids[item]! })}
      />
      {opened !== undefined && (
        <SampleDetail
          compared={compared}
          item={opened}
          search={search}
          onClose={() => change({ sample: '' })}
        />
      )}
      <PrintedSamples compared={compared} items={found} />
    </div>
  );
}

function conditionsOf(set: SampleSet, settings: Readonly<Record<string, string>>): Compared {
  const find = (name: string | undefined) => set.conditions.find((condition) => condition.name === name);
  const first = find(settings.first) ?? set.conditions[0]!;
  const second = find(settings.second) ?? set.conditions.find((condition) => condition !== first);
  return { set, first, ...(second !== first && { second }) };
}

function Choice(props: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}) {
  const { label, value, options, onChange } = props;
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Search({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label class="search">
      <span>Search</span>
      <input
        type="search"
        value={text}
        placeholder="in prompts and answers"
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}

function jsonLines({ set, first, second }: Compared, items: readonly number[]): string {
  return items
    .map((item) =>
      JSON.stringify({
        id: set.ids[item],
        prompt: set.prompts[item],
        gold: set.golds[item],
        answers: Object.fromEntries(
          [first, ...(second ? [second] : [])].map(({ name, answers, correct }) => [
            name,
            { answer: answers[item], correct: correct[item] },
          ]),
        ),
      }),
    )
    .map((line) => `${line}\n`)
    .join('');
}
