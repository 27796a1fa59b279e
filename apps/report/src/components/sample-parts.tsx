import type { SampleCondition } from '@austeer/experiments';
import { MISSING } from '../format.ts';
import { splitAtHits, type Verdict } from '../samples.ts';

const VERDICTS: Readonly<Record<Verdict, readonly [sign: string, word: string]>> = {
  gained: ['↑', 'gained'],
  lost: ['↓', 'lost'],
  tied: ['=', 'tied'],
  right: ['✓', 'right'],
  wrong: ['✕', 'wrong'],
  unjudged: ['?', 'unjudged'],
};

/** A verdict by sign, word and colour. */
export function VerdictMark({ verdict }: { verdict: Verdict }) {
  const [sign, word] = VERDICTS[verdict];
  return (
    <span class={`verdict ${verdict}`}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}

/** A text with the search text marked in it. */
export function Marked({ text, search }: { text: string; search: string }) {
  const parts = splitAtHits(text, search);
  if (parts.length === 1) return <>{text}</>;
  return (
    <>{parts.map((part, index) => (index % 2 === 1 ? <mark key={`${index} ${part}`}>{part}</mark> : part))}</>
  );
}

/** An answer in a row of the list. */
export function Answer(props: { condition: SampleCondition; item: number; search: string }) {
  const { condition, item, search } = props;
  const answer = condition.answers[item] ?? null;
  if (answer === null) return <span class="aside">{MISSING}</span>;
  if (answer.trim() === '') return <span class="aside">(empty)</span>;
  return (
    <span class="clamp">
      <Marked text={answer} search={search} />
    </span>
  );
}
