/**
 * The place in the report that is shown now, for all parts of the page.
 *
 * @module
 */
import { useEffect, useState } from 'preact/hooks';
import { formatRoute, parseRoute, type Route } from './route.ts';

const listeners = new Set<(route: Route) => void>();

function announce(): void {
  const route = parseRoute(location.hash);
  for (const listener of listeners) listener(route);
}

/** Begins to follow the address. */
export function startRoutes(): void {
  addEventListener('hashchange', () => {
    announce();
    showPlace(parseRoute(location.hash));
  });
  showPlace(parseRoute(location.hash));
}

/** Scrolls to a part of the page, if it is there. */
function showPlace({ id }: Route): void {
  if (id === '') return;
  document.getElementById(id)?.scrollIntoView({ block: 'start' });
}

/** Changes the address in place: what is shown can be passed on as a link, and "back" leaves the page. */
export function replaceRoute(route: Route): void {
  try {
    history.replaceState(null, '', formatRoute(route));
  } catch {
    // A page without an address of its own (in a frame of another) keeps its state without one.
  }
  announce();
}

/** The route as it is now. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    listeners.add(setRoute);
    return () => {
      listeners.delete(setRoute);
    };
  }, []);
  return route;
}
