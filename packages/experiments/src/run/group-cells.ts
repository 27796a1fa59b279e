/**
 * Which cells run together: cells of one group share a fit or a batch. Groups are cut, so that a run that is stopped
 * loses little, and so that several runners find work.
 *
 * @module
 */
import { canonicalJson, sha256 } from '@austeer/core';
import type { Cell } from '../cells/cell.ts';

/** Most cells that run together. */
const GROUP_SIZE = 8;

/** Cells that one call computes. */
export interface CellGroup {
  /** The same on every machine, whatever was computed before. */
  readonly key: string;
  readonly cells: readonly Cell[];
}

/** Cuts cells into groups, in the order of their first cells. */
export function groupCells(cells: readonly Cell[]): CellGroup[] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const name = groupNameOf(cell);
    const members = groups.get(name);
    if (members === undefined) groups.set(name, [cell]);
    else members.push(cell);
  }
  return [...groups].flatMap(([name, members]) =>
    Array.from({ length: Math.ceil(members.length / GROUP_SIZE) }, (_, part) => ({
      key: sha256(`${name} ${part}`),
      cells: members.slice(part * GROUP_SIZE, (part + 1) * GROUP_SIZE),
    })),
  );
}

function groupNameOf({ kind, inputs, hash }: Cell): string {
  const own = kind.groupOf?.(inputs);
  return own === undefined ? hash : canonicalJson([kind.name, kind.version, own]);
}
