import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DrawChart } from '../charts/plot.ts';

/** Width of a page of A4 or letter between its margins, in the pixels of a browser. */
const PAPER_WIDTH = 660;

/** A drawing as wide as its place; drawn anew when that changes. `label` is what a screen reader says. */
export function Chart({ draw, label }: { draw: DrawChart; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (width === 0) return;
    const show = (shown: number): void => {
      const drawing = draw(shown);
      // The label of the place speaks for all of it.
      drawing.setAttribute('aria-hidden', 'true');
      place.current?.replaceChildren(drawing);
    };
    show(width);
    const onPaper = (): void => show(PAPER_WIDTH);
    const onScreen = (): void => show(width);
    addEventListener('beforeprint', onPaper);
    addEventListener('afterprint', onScreen);
    return () => {
      removeEventListener('beforeprint', onPaper);
      removeEventListener('afterprint', onScreen);
    };
  }, [draw, width]);
  return <div class="chart" role="img" aria-label={label} ref={place} />;
}
