/**
 * Computes the cells of a group and keeps their results.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';
import type { RunnableCell } from '../cells/cell.ts';
import type { CellContext } from '../cells/cell-context.ts';
import type { StoredCell } from '../cells/stored-cell.ts';
import type { CellStore } from '../store/cell-store.ts';
import type { Lease } from '../store/lease.ts';

/** A cell is computed from others that are not there. */
class CellNeedMissingError extends AusteerError {
  constructor(options: { label: string; role: string; hash: string }) {
    const { label, role, hash } = options;
    super('CELL_NEED_MISSING', `${label} needs the cell ${hash} (${role}), which was not computed.`);
  }
}

/** What became of a group. */
export interface GroupOutcome {
  /** Computed here and now. */
  readonly computed: readonly StoredCell[];
  /** Cells that another runner holds. */
  readonly elsewhere: readonly RunnableCell[];
}

/**
 * Computes those cells of a group that are not there and that no other runner holds. All they need must be there.
 *
 * @throws CellNeedMissingError, and whatever the kind throws: then nothing of the group is kept.
 */
export async function runGroup(options: {
  cells: readonly RunnableCell[];
  store: CellStore;
  context: CellContext;
}): Promise<GroupOutcome> {
  const { cells, store, context } = options;
  const leases: Lease[] = [];
  const [mine, elsewhere]: [RunnableCell[], RunnableCell[]] = [[], []];
  try {
    for (const cell of cells) {
      if (await store.has(cell.hash)) continue;
      const lease = await store.lease(cell.hash);
      if (lease === undefined) elsewhere.push(cell);
      else leases.push(lease);
      // Another runner may have finished between the two questions.
      if (lease !== undefined && !(await store.has(cell.hash))) mine.push(cell);
    }
    const computed = mine.length === 0 ? [] : await computeCells(mine, store, context);
    return { computed, elsewhere };
  } finally {
    for (const lease of leases) await lease.release();
  }
}

async function computeCells(
  cells: readonly RunnableCell[],
  store: CellStore,
  context: CellContext,
): Promise<StoredCell[]> {
  const { kind } = cells[0]!;
  const running = await Promise.all(
    cells.map(async ({ inputs, needs }) => ({
      inputs,
      needs: await readNeeds(inputs, needs, cells[0]!, store),
    })),
  );
  context.signal?.throwIfAborted();
  const works = cells.map(({ inputs }) => kind.work(inputs));
  const total = works.reduce((sum, work) => sum + work, 0);
  const started = performance.now();
  const outcomes = await kind.run(running, context);
  const seconds = (performance.now() - started) / 1000;
  const stored: StoredCell[] = [];
  for (const [index, cell] of cells.entries()) {
    const work = works[index]!;
    const share = total === 0 ? 1 / cells.length : work / total;
    if (await store.write(cell, outcomes[index]!, { seconds: seconds * share, work })) {
      stored.push((await store.readHash(cell.hash))!);
    }
  }
  return stored;
}

async function readNeeds(
  inputs: object,
  needs: RunnableCell['needs'],
  { kind }: RunnableCell,
  store: CellStore,
): Promise<Record<string, StoredCell>> {
  const entries = Object.entries(needs).map(async ([role, { hash }]) => {
    const stored = await store.readHash(hash);
    if (stored === undefined) throw new CellNeedMissingError({ label: kind.label(inputs), role, hash });
    return [role, stored] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
