/**
 * From answers to the numbers of a figure.
 *
 * @module
 */
import { type AnswerRecord, bootstrapInterval, mcNemarExact, wilsonInterval } from '@austeer/evaluators';
import type { AnswersResult } from '../cells/answers.ts';
import type { Cell } from '../cells/cell.ts';
import type { Estimate } from '../result-figure.ts';
import type { Bench, BenchTask } from './bench.ts';
import type { Results } from './experiment.ts';

/** A number of the paper in percent, as a share. */
export function share(percent: number | null | undefined): number | undefined {
  // Four digits are what was printed; 56.01 / 100 is not quite .5601.
  return percent === null || percent === undefined ? undefined : Number((percent / 100).toFixed(4));
}

/** The accuracy of a cell with its interval; against vanilla a paired test. `null` where the cell failed. */
export function accuracy(
  results: Results,
  cell: Cell<AnswersResult>,
  options: {
    paper?: number | undefined;
    against?: Cell<AnswersResult> | undefined;
    note?: string | undefined;
  } = {},
): Estimate | null {
  const { paper, against, note } = options;
  const records = results.get(cell)?.result.records.filter(isScored);
  if (records === undefined || records.length === 0) return null;
  const base = against && results.get(against)?.result.records;
  return {
    ...wilsonInterval({ successes: records.filter(isRight).length, trials: records.length }),
    items: records.length,
    ...(paper !== undefined && { paper }),
    ...(base && { pValue: pairedTest(base, records) }),
    ...(note !== undefined && { note }),
  };
}

/**
 * The mean of several accuracies, each of its own items. The ends of its interval lie as far from it as independent
 * deviations to the ends of theirs add up to (the square-and-add method of Newcombe and Zou), also where all are 0.
 */
export function meanAccuracy(
  estimates: readonly (Estimate | null)[],
  paper?: number | undefined,
): Estimate | null {
  const known = estimates.filter((estimate) => estimate !== null);
  if (known.length === 0) return null;
  const value = known.reduce((sum, estimate) => sum + estimate.value, 0) / known.length;
  const distance = (end: 'low' | 'high'): number =>
    Math.hypot(...known.map((estimate) => estimate.value - (estimate[end] ?? estimate.value))) / known.length;
  return {
    value,
    low: Math.max(0, value - distance('low')),
    high: Math.min(1, value + distance('high')),
    items: known.reduce((sum, { items = 0 }) => sum + items, 0),
    ...(paper !== undefined && { paper }),
    ...(known.length < estimates.length && { note: `mean of ${known.length} of ${estimates.length} tasks` }),
  };
}

/** What always differs from the paper. */
export function commonNotes(bench: Bench, tasks: readonly BenchTask[] = []): string[] {
  const { model, quick, sizes } = bench;
  const missing = tasks.flatMap((task) => (task.missing === undefined ? [] : [task.missing]));
  const judged = tasks.flatMap((data) => {
    if (data.missing !== undefined) return [];
    const { task, test } = data;
    const { verdict } = test;
    if (verdict === undefined) return [];
    return task.answerKind === 'continuation'
      ? [`Toxicity scorer of ${task.name}: ${verdict}; the paper’s is Perspective.`]
      : [`Judge of ${task.name}: ${describeJudge(verdict)}.`];
  });
  return [
    `Model: ${model.identity.name}, ${model.input.precision}; the paper’s numbers beside it are of its own, larger models.`,
    quick
      ? `Quick sizes: ${sizes.pairs} pairs; settings chosen on ${sizes.label.validation} items (${sizes.text.validation} where text is generated), tested on ${sizes.label.test} others (${sizes.text.test})${sizes.newTokens === undefined ? '' : `; answers of at most ${sizes.newTokens} tokens`}. The paper uses 1,000 pairs, whole test sets, and up to 500 tokens.`
      : `Up to ${sizes.pairs} pairs; settings chosen on ${sizes.label.validation} items and tested on all others.`,
    'Settings are chosen on validation items that are not tested on; the paper’s main tables choose on the test items.',
    ...new Set(judged),
    ...new Set(missing),
  ];
}

function describeJudge(name: string): string {
  return name === 'local' ? 'the model itself; docs/judge.md says what a small judge is worth' : name;
}

/** Wins less losses against the model's own responses, as a share of all: the paper's ΔWR. `null` where the cell failed. */
export function winRateDifference(
  results: Results,
  cell: Cell<AnswersResult>,
  paper: number | undefined,
): Estimate | null {
  const outcomes = results
    .get(cell)
    ?.result.records.filter(isScored)
    .map(({ prediction }) => (prediction === 'win' ? 1 : prediction === 'lose' ? -1 : 0));
  if (outcomes === undefined || outcomes.length === 0) return null;
  const estimate = bootstrapInterval({
    rows: outcomes.length,
    statistic: (rows) => rows.reduce((sum, row) => sum + outcomes[row]!, 0) / rows.length,
  })!;
  return { ...estimate, items: outcomes.length, ...(paper !== undefined && { paper }) };
}

/** The setting that was chosen. */
export function settingOfCell(results: Results, cell: Cell<AnswersResult>) {
  return results.get(cell)?.result.setting;
}

/** Seconds of cells that were computed, summed. */
export function secondsOf(results: Results, cells: readonly Cell[]): number {
  return [...new Map(cells.map((cell) => [cell.hash, cell])).values()].reduce(
    (sum, cell) => sum + (results.get(cell)?.seconds ?? 0),
    0,
  );
}

function pairedTest(first: readonly AnswerRecord[], second: readonly AnswerRecord[]): number {
  const before = new Map(first.filter(isScored).map((record) => [record.id, isRight(record)]));
  const changed = second.filter(
    (record) => before.has(record.id) && before.get(record.id) !== isRight(record),
  );
  const onlySecond = changed.filter(isRight).length;
  return mcNemarExact({ onlyFirst: changed.length - onlySecond, onlySecond });
}

function isScored({ correct }: AnswerRecord): boolean {
  return correct !== undefined;
}

function isRight({ correct }: AnswerRecord): boolean {
  return correct === true;
}
