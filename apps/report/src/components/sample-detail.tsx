import type { SampleCondition } from '@austeer/experiments';
import { useEffect, useRef } from 'preact/hooks';
import { formatNumber } from '../format.ts';
import { type Compared, outcomeOf, verdictOf } from '../samples.ts';
import { Marked, VerdictMark } from './sample-parts.tsx';

/** One sample in full. */
export function SampleDetail(props: {
  compared: Compared;
  item: number;
  search: string;
  onClose: () => void;
}) {
  const { compared, item, search, onClose } = props;
  const { set, first, second } = compared;
  const place = useRef<HTMLElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), [item]);
  const label = set.labels[item] ?? null;
  return (
    <article class="sample-detail" ref={place} aria-label={`Sample ${set.ids[item]}`}>
      <header>
        <h4>
          {set.ids[item]} <VerdictMark verdict={verdictOf(compared, item)} />
        </h4>
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      </header>
      <h5>Prompt</h5>
      <p class="said">
        <Marked text={set.prompts[item] ?? ''} search={search} />
      </p>
      <h5>Gold</h5>
      <p class="said">
        <Marked text={set.golds[item] ?? ''} search={search} />
        {label !== null && label.trim() !== (set.golds[item] ?? '').trim() && (
          <span class="aside"> class {label}</span>
        )}
      </p>
      <div class="sides">
        <Side condition={first} item={item} search={search} />
        {second !== undefined && <Side condition={second} item={item} search={search} />}
      </div>
    </article>
  );
}

function Side({ condition, item, search }: { condition: SampleCondition; item: number; search: string }) {
  const answer = condition.answers[item] ?? null;
  const correct = condition.correct[item] ?? null;
  const prediction = condition.predictions[item] ?? null;
  const margin = condition.margins[item] ?? null;
  const isJudged = outcomeOf(condition, item) !== undefined;
  return (
    <section>
      <h5>
        {condition.name}{' '}
        <VerdictMark
          verdict={
            outcomeOf(condition, item) ?? (correct === null ? 'unjudged' : correct ? 'right' : 'wrong')
          }
        />
      </h5>
      {answer === null || answer.trim() === '' ? (
        <p class="said aside">{answer === null ? 'not asked' : '(empty)'}</p>
      ) : (
        <p class="said">
          <Marked text={answer} search={search} />
        </p>
      )}
      <p class="aside">
        {condition.valid[item] === false && 'Of no form that the task knows. '}
        {prediction !== null && !isJudged && `Likelier: ${prediction}`}
        {margin !== null && `, ${formatNumber(margin.value)} towards ${margin.towards}`}
        {prediction !== null && !isJudged && '.'}
      </p>
    </section>
  );
}
