/**
 * Figures on disk: one {@link ResultFigure} in each JSON file of a folder.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFormatError, FileMissingError } from '@austeer/core';
import type { ResultFigure } from './result-figure.ts';

const FIGURE_KINDS = ['table', 'curves', 'heatmap', 'score-map', 'histogram', 'scatter'];

/**
 * Reads a folder of figures.
 *
 * @returns in the order of their ids, numbers in them by value
 * @throws FileMissingError without one.
 * @throws FileFormatError when a file is no figure of a known kind, or two have one id.
 *
 * @example
 * ```ts
 * const figures = await readFigures('figures');
 * ```
 */
export async function readFigures(folder: string): Promise<ResultFigure[]> {
  const names = await readdir(folder).catch((cause) => {
    throw new FileMissingError({ path: folder, what: 'Folder of figures', cause });
  });
  const figures: ResultFigure[] = [];
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    figures.push(parseFigure(await readFile(join(folder, name), 'utf8'), join(folder, name)));
  }
  if (figures.length === 0) {
    throw new FileMissingError({ path: join(folder, '*.json'), what: 'Figures' });
  }
  const twice = figures.find(({ id }, index) => figures.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) {
    throw new FileFormatError({ path: folder, format: 'figures', problem: `two files hold ${twice.id}` });
  }
  return figures.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

function parseFigure(text: string, path: string): ResultFigure {
  const problem = (what: string, cause?: unknown): FileFormatError =>
    new FileFormatError({ path, format: 'figure', problem: what, cause });
  let figure: ResultFigure;
  try {
    figure = JSON.parse(text) as ResultFigure;
  } catch (cause) {
    throw problem('it is not JSON', cause);
  }
  if (typeof figure?.id !== 'string' || typeof figure.title !== 'string') {
    throw problem('it has no id and title');
  }
  if (!FIGURE_KINDS.includes(figure.content?.kind)) {
    throw problem(
      `its content is ${JSON.stringify(figure.content?.kind)}; known are ${FIGURE_KINDS.join(', ')}`,
    );
  }
  return figure;
}
