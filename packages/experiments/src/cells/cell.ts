/**
 * Cells: the smallest pieces of an experiment that are computed once and kept. A cell is data; its hash covers all
 * that its result depends on.
 *
 * @module
 */
import { canonicalJson, sha256 } from '@austeer/core';
import type { CellContext } from './cell-context.ts';
import type { CellOutcome, StoredCell } from './stored-cell.ts';

/** How one kind of cell is computed. A kind is one file: a description and a run function. */
export interface CellKind<Inputs extends object, Result> {
  readonly name: string;
  /** Raised when the code would give another result for the same inputs; every cell of the kind is then computed anew. */
  readonly version: number;
  /** It measures time: whoever shares a machine with others runs it when they are done. @default false */
  readonly alone?: boolean | undefined;
  /** A few words for people. */
  label(inputs: Inputs): string;
  /** Amount of work in units that the kind chooses (rows, pairs): seconds of like cells are compared by it. */
  work(inputs: Inputs): number;
  /** Cells of one group share work (a fit, batches) and are run by one call. Left out: each cell is run alone. */
  groupOf?(inputs: Inputs): string;
  /** One outcome for each cell, in order. */
  run(cells: readonly RunningCell<Inputs>[], context: CellContext): Promise<readonly CellOutcome<Result>[]>;
}

/** A cell of any kind. */
export interface Cell<Result = unknown> {
  readonly kind: CellKind<object, Result>;
  readonly inputs: object;
  /** Cells whose results this one is computed from, by role. */
  readonly needs: Readonly<Record<string, Cell>>;
  /** SHA-256 of kind, version, inputs and the hashes of `needs`, hexadecimal. */
  readonly hash: string;
  /** Carries the type of the result; never set. */
  readonly result?: Result;
}

/** A cell whose needs are known by their hashes only. */
export type RunnableCell = Omit<Cell, 'needs'> & {
  readonly needs: Readonly<Record<string, { readonly hash: string }>>;
};

/** A cell as its run function gets it: everything it needs is there. */
export interface RunningCell<Inputs extends object> {
  readonly inputs: Inputs;
  readonly needs: Readonly<Record<string, StoredCell>>;
}

/**
 * A cell of a kind.
 *
 * @example
 * ```ts
 * import type { CellKind } from '@austeer/experiments';
 * const square: CellKind<{ x: number }, number> = {
 *   name: 'square', version: 1, label: ({ x }) => `${x}²`, work: () => 1,
 *   run: async (cells) => cells.map(({ inputs }) => ({ result: inputs.x ** 2 })),
 * };
 * defineCell(square, { x: 3 }).hash === defineCell(square, { x: 3 }).hash; // true
 * ```
 */
export function defineCell<Inputs extends object, Result>(
  kind: CellKind<Inputs, Result>,
  inputs: Inputs,
  needs: Readonly<Record<string, Cell>> = {},
): Cell<Result> {
  const hashes = Object.fromEntries(Object.entries(needs).map(([role, { hash }]) => [role, hash]));
  const content = { kind: kind.name, version: kind.version, inputs, needs: hashes };
  return { kind, inputs, needs, hash: sha256(canonicalJson(content)) };
}

/**
 * Cells with all that they need, each once, needs first.
 *
 * @example
 * ```ts
 * declare const cells: readonly Cell[];
 * withNeeds(cells).length >= new Set(cells.map(({ hash }) => hash)).size; // true
 * ```
 */
export function withNeeds(cells: readonly Cell[]): Cell[] {
  const found = new Map<string, Cell>();
  const visit = (cell: Cell): void => {
    if (found.has(cell.hash)) return;
    Object.values(cell.needs).forEach(visit);
    found.set(cell.hash, cell);
  };
  cells.forEach(visit);
  return [...found.values()];
}
