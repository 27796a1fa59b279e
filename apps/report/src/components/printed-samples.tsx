import { useMemo } from 'preact/hooks';
import { formatCount } from '../format.ts';
import { type Compared, excerpt, sharedBeginning, sharedEnding, verdictOf } from '../samples.ts';
import { Answer, VerdictMark } from './sample-parts.tsx';

/** Samples on paper, where nothing scrolls. */
const PRINTED = 12;

/** The first samples of the list, in full; seen on paper only. */
export function PrintedSamples({ compared, items }: { compared: Compared; items: readonly number[] }) {
  const { set, first, second } = compared;
  const beginning = useMemo(() => sharedBeginning(set.prompts), [set]);
  const ending = useMemo(() => sharedEnding(set.prompts), [set]);
  return (
    <div class="print-only">
      <p>
        The first {Math.min(PRINTED, items.length)} of {formatCount(items.length)}:
      </p>
      <table class="data">
        <thead>
          <tr>
            <th scope="col">prompt</th>
            <th scope="col">{first.name}</th>
            {second !== undefined && <th scope="col">{second.name}</th>}
            <th scope="col">gold</th>
            <th scope="col">verdict</th>
          </tr>
        </thead>
        <tbody>
          {items.slice(0, PRINTED).map((item) => (
            <tr key={item}>
              <td>{excerpt(set.prompts[item] ?? '', { beginning, ending, search: '' })}</td>
              <td>
                <Answer condition={first} item={item} search="" />
              </td>
              {second !== undefined && (
                <td>
                  <Answer condition={second} item={item} search="" />
                </td>
              )}
              <td>{set.golds[item]}</td>
              <td>
                <VerdictMark verdict={verdictOf(compared, item)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
