/**
 * Items scored as rows of batches.
 *
 * @module
 */
import type { ScoreItem, TokenSequence } from '@austeer/core';
import type { GraphPurpose } from '@austeer/onnx';
import { padRows } from './engine/padded-rows.ts';
import type { SteeringOfRow } from './engine/row-steering.ts';
import { followRowStrengths } from './engine/row-strengths.ts';
import type { ModelContext } from './model-context.ts';
import { groupRows } from './row-batches.ts';
import { logProbabilities, mostLikely } from './sampling.ts';
import { longCandidates } from './shared-heads.ts';

/** One call, and what it has found so far. */
export interface ScoreSheet {
  readonly context: ModelContext;
  readonly items: readonly ScoreItem[];
  readonly steeringOf: SteeringOfRow;
  readonly purpose: GraphPurpose;
  /** Of each item, the log-probability of each candidate. */
  readonly sums: number[][];
  readonly topTokens: number[];
}

/** How a sheet is filled in. */
export interface ScoreCall {
  readonly batchSize: number;
  readonly signal: AbortSignal | undefined;
  /** Called with the number of items that are done since the last call. */
  readonly onItems: (count: number) => void;
}

/** One text to run: a prompt, or a prompt and a longer candidate. */
interface ScoreRow {
  readonly item: number;
  readonly tokens: TokenSequence;
  readonly candidate: number | undefined;
  /** Whether the prompt's end is read here: in one row of an item. */
  readonly isFirst: boolean;
}

/** Fills in the sheet for some of its items. */
export async function scoreRows(
  sheet: ScoreSheet,
  of: readonly number[],
  { batchSize, signal, onItems }: ScoreCall,
): Promise<void> {
  const { context, items, steeringOf, purpose } = sheet;
  const rows = of.flatMap((item) => rowsOf(items[item]!, item));
  const groups = groupRows(
    rows.map(({ tokens }) => tokens.length),
    batchSize,
  );
  for (const group of groups) {
    signal?.throwIfAborted();
    const batchRows = group.map((row) => rows[row]!);
    await context.exclusively(async () => {
      const steering = batchRows.map(({ item }) => steeringOf(item));
      const strengths = followRowStrengths({
        steering,
        prompts: batchRows.map(({ item }) => items[item]!.prompt),
        tokenizer: context.tokenizer,
      });
      const sequences = batchRows.map(({ tokens }) => tokens);
      const capacity = Math.max(...sequences.map((tokens) => tokens.length));
      const batch = await context.decoder.open({ purpose, steering, capacity });
      const padded = padRows({ rows: sequences, padding: context.padding });
      const wanted = batchRows.flatMap((row, index) =>
        placesOf(items[row.item]!, row).map((at) => ({ row, at, column: padded.column(index, at) })),
      );
      const rowOf = new Map(batchRows.map((row, index) => [row, index]));
      const positions = wanted.map(({ row, column }) => [rowOf.get(row)!, column] as const);
      const { logits } = await batch.run(padded, positions, strengths?.next(sequences, padded));
      for (const [place, { row, at }] of wanted.entries()) {
        const values = logits.subarray(place * context.vocabularySize, (place + 1) * context.vocabularySize);
        const { prompt } = items[row.item]!;
        if (at === prompt.length - 1) readPromptEnd(sheet, row.item, values);
        else readCandidate(sheet, row.item, row.candidate!, at - prompt.length + 1, values);
      }
    });
    onItems(batchRows.filter(({ isFirst }) => isFirst).length);
  }
}

/** The most likely token, and the first token of every candidate. */
export function readPromptEnd(sheet: ScoreSheet, item: number, logits: Float32Array): void {
  const { candidates } = sheet.items[item]!;
  sheet.topTokens[item] = mostLikely(logits);
  const found = logProbabilities(
    logits,
    candidates.map(([first]) => first!),
  );
  for (const candidate of candidates.keys()) sheet.sums[item]![candidate]! += found[candidate]!;
}

/** Token `index` of a candidate, 1 or later. */
export function readCandidate(
  sheet: ScoreSheet,
  item: number,
  candidate: number,
  index: number,
  logits: Float32Array,
): void {
  const [found] = logProbabilities(logits, [sheet.items[item]!.candidates[candidate]![index]!]);
  sheet.sums[item]![candidate]! += found!;
}

/** Longer candidates need a row each; where there is none, the prompt alone is one. */
function rowsOf(item: ScoreItem, index: number): ScoreRow[] {
  const { prompt, candidates } = item;
  const long = longCandidates(item);
  if (long.length === 0) return [{ item: index, tokens: prompt, candidate: undefined, isFirst: true }];
  return long.map((candidate, at) => ({
    item: index,
    tokens: [...prompt, ...candidates[candidate]!.slice(0, -1)],
    candidate,
    isFirst: at === 0,
  }));
}

/** Tokens of a row after which the next one is read. */
function placesOf({ prompt }: ScoreItem, { tokens, isFirst }: ScoreRow): number[] {
  const start = prompt.length - (isFirst ? 1 : 0);
  return Array.from({ length: tokens.length - start }, (_, place) => start + place);
}
