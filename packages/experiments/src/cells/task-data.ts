/**
 * Which pairs and items a cell means: taken from a task by a rule, and checked by their hash.
 *
 * @module
 */
import { canonicalJson, createRandom, HashMismatchError, sha256 } from '@austeer/core';
import { splitItems, type Task, type TaskPair, type TestItem } from '@austeer/pairs';
import type { ItemsInput, PairsInput } from './cell-context.ts';

/** Pairs of a task for a cell: the first ones, or as many drawn at random (draws of one number are nested). */
export function pairsInput(
  task: Task,
  options: { count: number; draw?: number | undefined; negatives?: PairsInput['negatives'] },
): PairsInput {
  const { count, draw, negatives } = options;
  const rule = {
    task: task.name,
    count: Math.min(count, task.pairs.length),
    ...(draw !== undefined && { draw }),
    ...(negatives !== undefined && negatives !== 'task' && { negatives }),
  };
  return { ...rule, sha256: hashOf(choosePairs(task, rule)) };
}

/** The pairs that a cell means. Throws HashMismatchError where the task's data are others here. */
export function takePairs(task: Task, input: PairsInput): readonly TaskPair[] {
  return checked(choosePairs(task, input), input, task);
}

/** Items of a task for a cell. */
export function itemsInput(task: Task, options: Omit<ItemsInput, 'task' | 'sha256'>): ItemsInput {
  const validation = Math.min(options.validation, Math.floor(task.items.length / 2));
  const rule = { ...options, validation, task: task.name };
  const items = chooseItems(task, rule);
  return { ...rule, count: items.length, sha256: hashOf(items) };
}

/** The items that a cell means. Throws HashMismatchError where the task's data are others here. */
export function takeItems(task: Task, input: ItemsInput): readonly TestItem[] {
  return checked(chooseItems(task, input), input, task);
}

function choosePairs({ pairs }: Task, { count, draw }: Omit<PairsInput, 'sha256'>): readonly TaskPair[] {
  return (draw === undefined ? pairs : createRandom(draw).shuffle(pairs)).slice(0, count);
}

function chooseItems(
  { items }: Task,
  { part, validation, count, seed }: Omit<ItemsInput, 'sha256'>,
): readonly TestItem[] {
  return splitItems(items, { validation, seed, limit: Math.max(1, count) })[part].slice(0, count);
}

function hashOf(rows: readonly unknown[]): string {
  return sha256(canonicalJson(rows));
}

function checked<Row>(rows: readonly Row[], input: PairsInput | ItemsInput, task: Task): readonly Row[] {
  const given = hashOf(rows);
  if (given !== input.sha256) {
    throw new HashMismatchError({
      path: task.source.files.join(', '),
      given,
      expected: input.sha256,
      advice: 'The cell was made from other data: make the cells again, or give the same data folder',
    });
  }
  return rows;
}
