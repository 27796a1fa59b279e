/**
 * The page: reads its data and draws itself.
 *
 * @module
 */
import { render } from 'preact';
import { Report } from './components/report.tsx';
import { readData } from './read-data.ts';
import { startRoutes } from './route-store.ts';
import { applyTheme, storedTheme } from './theme.ts';

const place = document.getElementById('app')!;
applyTheme(storedTheme());
try {
  const data = readData(document.getElementById('report-data')?.textContent ?? '');
  render(<Report data={data} />, place);
  document.title = `${document.querySelector('h1')?.textContent ?? ''} · steering report`;
  startRoutes();
} catch (error) {
  place.textContent = error instanceof Error ? error.message : String(error);
  throw error;
}
