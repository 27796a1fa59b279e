import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Compared, excerpt, sharedBeginning, sharedEnding, verdictOf } from '../samples.ts';
import { Answer, Marked, VerdictMark } from './sample-parts.tsx';

/** Height of a row in pixels, as the style sheet has it: with it the place of any row is known. */
const ROW_HEIGHT = 64;
/** Rows drawn above and below those in sight. */
const MARGIN = 6;

/** A list of any length: only the rows in sight are in the page. Arrow keys go from row to row. */
export function SampleList(props: {
  compared: Compared;
  /** Places in the set. */
  items: readonly number[];
  search: string;
  opened: number | undefined;
  label: string;
  onOpen: (item: number) => void;
}) {
  const { compared, items, search, opened, label, onOpen } = props;
  const { set, first, second } = compared;
  const box = useRef<HTMLElement>(null);
  const [view, setView] = useState({ top: 0, height: 480 });
  const [focused, setFocused] = useState<number>();
  /** A row that the keyboard went to and that is not drawn yet. */
  const awaited = useRef<number | null>(null);
  const shared = useMemo(
    () => ({ beginning: sharedBeginning(set.prompts), ending: sharedEnding(set.prompts) }),
    [set],
  );
  const hasGold = useMemo(() => set.golds.some((gold) => gold !== ''), [set]);

  useLayoutEffect(() => {
    const element = box.current!;
    const look = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  // Another list begins at its top, or at the sample that is open.
  useLayoutEffect(() => {
    const place = opened === undefined ? -1 : items.indexOf(opened);
    box.current!.scrollTop = place < 0 ? 0 : Math.max(0, (place - 1) * ROW_HEIGHT);
  }, [items]);
  useEffect(() => {
    const row = box.current!.querySelector<HTMLButtonElement>(`[data-row="${awaited.current}"]`);
    if (row === null) return;
    awaited.current = null;
    row.focus({ preventScroll: true });
  }, [focused, view.top]);

  const from = Math.max(0, Math.floor(view.top / ROW_HEIGHT) - MARGIN);
  const to = Math.min(items.length, Math.ceil((view.top + view.height) / ROW_HEIGHT) + MARGIN);
  const reachable =
    focused !== undefined && focused >= from && focused < to ? focused : Math.ceil(view.top / ROW_HEIGHT);

  const move = (row: number): void => {
    const next = Math.max(0, Math.min(items.length - 1, row));
    const element = box.current!;
    const head = element.querySelector('thead')!.offsetHeight;
    const [top, bottom] = [next * ROW_HEIGHT, (next + 1) * ROW_HEIGHT];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight - head) {
      element.scrollTop = bottom - element.clientHeight + head;
    }
    awaited.current = next;
    setFocused(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = Number((event.target as HTMLElement).dataset.row);
    if (Number.isNaN(row)) return;
    const page = Math.max(1, Math.floor(view.height / ROW_HEIGHT) - 1);
    const steps: Record<string, number> = {
      ArrowDown: row + 1,
      ArrowUp: row - 1,
      PageDown: row + page,
      PageUp: row - page,
      Home: 0,
      End: items.length - 1,
    };
    const target = steps[event.key];
    if (target === undefined) return;
    event.preventDefault();
    move(target);
  };

  return (
    <section class="sample-list" ref={box} aria-label={label}>
      <table aria-rowcount={items.length + 1} onKeyDown={onKeyDown}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">prompt</th>
            <th scope="col" class="wide">
              {first.name}
            </th>
            {second !== undefined && (
              <th scope="col" class="wide">
                {second.name}
              </th>
            )}
            {hasGold && (
              <th scope="col" class="wide short">
                gold
              </th>
            )}
            <th scope="col" class="short">
              verdict
            </th>
          </tr>
        </thead>
        <tbody>
          {from > 0 && <tr class="spacer" style={{ height: `${from * ROW_HEIGHT}px` }} />}
          {items.slice(from, to).map((item, index) => (
            <tr key={item} class={item === opened ? 'opened' : undefined} aria-rowindex={from + index + 2}>
              <td>
                <button
                  type="button"
                  class="sample-open"
                  data-row={from + index}
                  tabIndex={from + index === reachable ? 0 : -1}
                  aria-expanded={item === opened}
                  onFocus={() => setFocused(from + index)}
                  onClick={() => onOpen(item)}
                >
                  <Marked text={excerpt(set.prompts[item] ?? '', { ...shared, search })} search={search} />
                </button>
              </td>
              <td class="wide">
                <Answer condition={first} item={item} search={search} />
              </td>
              {second !== undefined && (
                <td class="wide">
                  <Answer condition={second} item={item} search={search} />
                </td>
              )}
              {hasGold && (
                <td class="wide">
                  <span class="clamp">
                    <Marked text={set.golds[item] ?? ''} search={search} />
                  </span>
                </td>
              )}
              <td>
                <VerdictMark verdict={verdictOf(compared, item)} />
              </td>
            </tr>
          ))}
          {to < items.length && (
            <tr class="spacer" style={{ height: `${(items.length - to) * ROW_HEIGHT}px` }} />
          )}
        </tbody>
      </table>
      {items.length === 0 && <p class="nothing">No sample is like that.</p>}
    </section>
  );
}
