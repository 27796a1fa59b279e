/**
 * Which items run as rows of a batch, and which one by one on the tokens that their prompts begin with alike.
 *
 * @module
 */
import type { ScoreItem, SteeringValues, TokenSequence } from '@austeer/core';

/** Items of one steering, each run on a common head that is computed once. */
export interface HeadGroup {
  readonly items: readonly number[];
  /** Tokens that all prompts begin with, each keeping at least one of its own; 0 where only candidates share a prompt. */
  readonly head: number;
}

/** How the items of a call are scored. Every item is in one of the two. */
export interface ScorePlan {
  readonly heads: readonly HeadGroup[];
  readonly rows: readonly number[];
}

/** What a single row costs for each token, beside one of a batch: its matrix products are smaller. */
const ROW_COST = 1.08;
/** A short run costs as many tokens as this, whatever it computes: it reads all weights. */
const SHORTEST_RUN = 12;

/**
 * Groups items by steering and takes, for each group, what costs less: whole rows side by side, or the common head once and
 * each item's own tokens on it, and a prompt once for all its longer candidates.
 *
 * @param items what is scored
 * @param steeringOf of each item
 */
export function planScoring(
  items: readonly ScoreItem[],
  steeringOf: (item: number) => SteeringValues | undefined,
): ScorePlan {
  const groups = new Map<SteeringValues | undefined, number[]>();
  for (const item of items.keys()) {
    const steering = steeringOf(item);
    const group = groups.get(steering);
    if (group === undefined) groups.set(steering, [item]);
    else group.push(item);
  }
  const heads: HeadGroup[] = [];
  const rows: number[] = [];
  for (const group of groups.values()) {
    const head = commonHead(group.map((item) => items[item]!.prompt));
    const own = group.map((item) => items[item]!);
    if (costOnHead(own, head) < costAsRows(own)) heads.push({ items: group, head });
    else rows.push(...group);
  }
  return { heads, rows: rows.sort((a, b) => a - b) };
}

/**
 * What rows that generate together may share: the tokens that all begin with, where all are steered alike and running them
 * once costs less.
 */
export function headOf(
  prompts: readonly TokenSequence[],
  steering: readonly (SteeringValues | undefined)[],
): number {
  const items = prompts.map((prompt) => ({ prompt, candidates: [] }));
  const { heads, rows } = planScoring(items, (item) => steering[item]);
  return heads.length === 1 && rows.length === 0 ? heads[0]!.head : 0;
}

/** Candidates of which more than the first token is read. */
export function longCandidates({ candidates }: ScoreItem): number[] {
  return [...candidates.keys()].filter((index) => candidates[index]!.length > 1);
}

function costAsRows(items: readonly ScoreItem[]): number {
  return sum(items, (item) => {
    const long = longCandidates(item);
    const perRow = sum(long, (index) => item.prompt.length + item.candidates[index]!.length - 1);
    return long.length === 0 ? item.prompt.length : perRow;
  });
}

function costOnHead(items: readonly ScoreItem[], head: number): number {
  const run = (tokens: number): number => Math.max(tokens * ROW_COST, SHORTEST_RUN);
  const ofItems = sum(
    items,
    (item) =>
      run(item.prompt.length - head) +
      sum(longCandidates(item), (index) => run(item.candidates[index]!.length - 1)),
  );
  return ofItems + (head === 0 ? 0 : run(head));
}

/** Tokens that all rows begin with, leaving each at least one of its own; 0 for a single row. */
export function commonHead(rows: readonly TokenSequence[]): number {
  const [first, ...others] = rows;
  if (first === undefined || others.length === 0) return 0;
  let head = rows.reduce((least, row) => Math.min(least, row.length), first.length) - 1;
  for (const row of others) {
    let same = 0;
    while (same < head && row[same] === first[same]) same++;
    head = same;
  }
  return head;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
