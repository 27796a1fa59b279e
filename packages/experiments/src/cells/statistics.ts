/**
 * Counts and moments of pairs: what rankings, score maps and overlaps are made of.
 *
 * @module
 */
import type { Site } from '@austeer/core';
import { type CountsFile, countsFromSafetensors, countsToSafetensors, measurePairs } from '@austeer/localize';
import { type Cell, type CellKind, defineCell } from './cell.ts';
import type { CellContext, ModelInput, PairsInput } from './cell-context.ts';
import type { StoredCell } from './stored-cell.ts';

/** Inputs of a cell of pair statistics. */
export interface StatisticsInputs {
  readonly model: ModelInput;
  readonly pairs: PairsInput;
  readonly sites: readonly Site[];
}

/** What became of the pairs; the numbers are in `counts.safetensors`. */
export interface StatisticsResult {
  readonly pairs: number;
  readonly truncated: number;
  readonly answerLost: number;
  readonly joinedDifferently: number;
  readonly identical: number;
}

const COUNTS_FILE = 'counts.safetensors';

const statistics: CellKind<StatisticsInputs, StatisticsResult> = {
  name: 'statistics',
  version: 1,
  label: ({ pairs, sites }) => `statistics of ${pairs.count} pairs of ${pairs.task} at ${sites.join(', ')}`,
  work: ({ pairs }) => pairs.count,
  async run(cells, context) {
    const { model, pairs, sites } = cells[0]!.inputs;
    const { identity } = await context.model(model);
    const { report } = await context.tokenPairs(model, pairs);
    const found = await measurePairs(await context.activations(model, pairs, sites), {
      sites,
      signal: context.signal,
    });
    const bytes = countsToSafetensors({ ...found, model: identity, provenance: { pairs } });
    const result: StatisticsResult = {
      pairs: found.counts.pairs,
      truncated: report.truncated.length,
      answerLost: report.answerLost.length,
      joinedDifferently: report.joinedDifferently.length,
      identical: report.identical.length,
    };
    return [{ result, files: { [COUNTS_FILE]: bytes } }];
  },
};

/** A cell of pair statistics. */
export function statisticsCell(inputs: StatisticsInputs): Cell<StatisticsResult> {
  return defineCell(statistics, inputs);
}

/** The numbers of a computed cell of pair statistics. */
export async function readStatistics(
  { hash }: Pick<StoredCell, 'hash'>,
  file: CellContext['file'],
): Promise<CountsFile> {
  return countsFromSafetensors(await file(hash, COUNTS_FILE));
}

export { statistics as STATISTICS_KIND };
