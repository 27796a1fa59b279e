/**
 * Runs cells and all that they need, in this process. Killed anywhere and called again, it goes on where it stood; several
 * runners on one folder share the work.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError } from '@austeer/core';
import { type Cell, withNeeds } from '../cells/cell.ts';
import type { CellContext } from '../cells/cell-context.ts';
import type { StoredCell } from '../cells/stored-cell.ts';
import type { CellStore } from '../store/cell-store.ts';
import { type CellGroup, groupCells } from './group-cells.ts';
import { runGroup } from './run-group.ts';

/** What happens while cells run. */
export type CellEvent =
  | { readonly kind: 'started'; readonly cells: readonly Cell[] }
  | {
      readonly kind: 'computed';
      readonly label: string;
      readonly cell: StoredCell;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'failed'; readonly cells: readonly Cell[]; readonly error: unknown }
  | { readonly kind: 'waiting'; readonly cells: number };

/** What came of a run. */
export interface CellReport {
  /** Cells in all, those needed by others included. */
  readonly total: number;
  /** Found in the store. */
  readonly cached: number;
  /** Computed by this run. */
  readonly computed: number;
  /** Computed by another runner meanwhile. */
  readonly elsewhere: number;
  /** Cells that failed, and cells that need one of those. */
  readonly failures: readonly { readonly cell: Cell; readonly reason: string }[];
  /** Seconds of all cells, whenever they were computed: what the whole costs from nothing. */
  readonly cellSeconds: number;
  readonly seconds: number;
}

/** How long to wait for other runners before looking again, in milliseconds. */
const PATIENCE = 500;

/**
 * Runs cells: what is in the store is left alone, the rest is computed, needs first. A cell that fails takes those with
 * it that need it, and no others; the next run tries again.
 *
 * @param options.shard part `index` of `count`: only these groups of cells are begun here, and what they need
 * @throws the signal's reason when stopped; nothing is left half written.
 *
 * @example
 * ```ts
 * import type { Cell, CellContext, CellStore } from '@austeer/experiments';
 * declare const cells: readonly Cell[];
 * declare const store: CellStore;
 * declare const context: CellContext;
 * const { computed, failures } = await runCells({ cells, store, context });
 * ```
 */
export async function runCells(options: {
  cells: readonly Cell[];
  store: CellStore;
  context: CellContext;
  shard?: { readonly index: number; readonly count: number } | undefined;
  onEvent?: ((event: CellEvent) => void) | undefined;
}): Promise<CellReport> {
  const { store, context, onEvent } = options;
  const started = performance.now();
  const all = withNeeds(options.shard === undefined ? options.cells : shardOf(options.cells, options.shard));
  const open = new Map<string, Cell>();
  let cellSeconds = 0;
  for (const cell of all) {
    const stored = await store.read(cell);
    if (stored === undefined) open.set(cell.hash, cell);
    else cellSeconds += stored.seconds;
  }
  const cached = all.length - open.size;
  const failures = new Map<string, { cell: Cell; reason: string }>();
  let [computed, elsewhere] = [0, 0];

  const finish = (stored: StoredCell): void => {
    open.delete(stored.hash);
    cellSeconds += stored.seconds;
  };
  const fail = (cells: readonly Cell[], reason: string): void => {
    for (const cell of cells) {
      failures.set(cell.hash, { cell, reason });
      open.delete(cell.hash);
    }
  };
  /** Computes a group, or what of it no other runner holds. @returns whether anything was settled */
  const tryGroup = async (cells: readonly Cell[]): Promise<boolean> => {
    const before = open.size;
    context.signal?.throwIfAborted();
    onEvent?.({ kind: 'started', cells });
    try {
      for (const stored of (await runGroup({ cells, store, context })).computed) {
        const { kind, inputs } = open.get(stored.hash)!;
        finish(stored);
        computed++;
        const done = all.length - open.size;
        onEvent?.({ kind: 'computed', label: kind.label(inputs), cell: stored, done, total: all.length });
      }
    } catch (error) {
      context.signal?.throwIfAborted();
      onEvent?.({ kind: 'failed', cells, error });
      fail(
        cells.filter(({ hash }) => open.has(hash)),
        error instanceof Error ? error.message : String(error),
      );
    }
    for (const cell of cells) {
      const stored = open.has(cell.hash) ? await store.read(cell) : undefined;
      if (stored === undefined) continue;
      finish(stored);
      elsewhere++;
    }
    return open.size < before;
  };
  while (open.size > 0) {
    context.signal?.throwIfAborted();
    const blocked = [...open.values()].filter(({ needs }) =>
      Object.values(needs).some(({ hash }) => failures.has(hash)),
    );
    fail(blocked, 'a cell that it needs failed');
    if (blocked.length > 0) continue;
    const ready = [...open.values()].filter(
      ({ needs }) => !Object.values(needs).some(({ hash }) => open.has(hash)),
    );
    // One group at a time, and then a new look: what the first cells need comes before what later ones need.
    let moved = false;
    for (const { cells } of groupCells(ready)) {
      moved = await tryGroup(cells);
      if (moved) break;
    }
    if (!moved) {
      onEvent?.({ kind: 'waiting', cells: open.size });
      await sleep(PATIENCE, undefined, { signal: context.signal }).catch(() =>
        context.signal?.throwIfAborted(),
      );
    }
  }
  return {
    total: all.length,
    cached,
    computed,
    elsewhere,
    failures: [...failures.values()],
    cellSeconds,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The groups that fall to one of several runners, by their keys: every group to exactly one. */
function shardOf(cells: readonly Cell[], { index, count }: { index: number; count: number }): Cell[] {
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(index) || index < 1 || index > count) {
    throw new InvalidArgumentError({
      argument: 'shard',
      given: `${index}/${count}`,
      expected: 'i/n with whole numbers, i from 1 to n',
    });
  }
  const falls = ({ key }: CellGroup): boolean => Number.parseInt(key.slice(0, 8), 16) % count === index - 1;
  return groupCells(cells)
    .filter(falls)
    .flatMap(({ cells: members }) => [...members]);
}
