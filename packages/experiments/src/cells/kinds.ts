/**
 * The kinds of cells by name: a worker of a queue gets names.
 *
 * @module
 */
import { UnknownNameError } from '@austeer/core';
import { ANSWERS_KIND } from './answers.ts';
import type { Cell, CellKind, RunnableCell } from './cell.ts';
import { CONVERGENCE_KIND } from './convergence.ts';
import { DIMENSION_SWEEP_KIND } from './dimension-sweep.ts';
import { OVERHEAD_KIND } from './overhead.ts';
import { PLAN_KIND } from './plan.ts';
import { SEARCH_KIND } from './search.ts';
import { STATISTICS_KIND } from './statistics.ts';
import { UNIT_EFFECTS_KIND } from './unit-effects.ts';

const KINDS: readonly CellKind<object, unknown>[] = [
  ANSWERS_KIND,
  CONVERGENCE_KIND,
  DIMENSION_SWEEP_KIND,
  OVERHEAD_KIND,
  PLAN_KIND,
  SEARCH_KIND,
  STATISTICS_KIND,
  UNIT_EFFECTS_KIND,
];

/** A cell as it travels to another process. JSON-safe. */
export interface SentCell {
  readonly kind: string;
  readonly version: number;
  readonly inputs: object;
  /** Hashes by role. */
  readonly needs: Readonly<Record<string, string>>;
  readonly hash: string;
}

/** A cell, to be sent. */
export function sendCell({ kind, inputs, needs, hash }: Cell): SentCell {
  return {
    kind: kind.name,
    version: kind.version,
    inputs,
    needs: Object.fromEntries(Object.entries(needs).map(([role, need]) => [role, need.hash])),
    hash,
  };
}

/**
 * A cell that was sent.
 *
 * @throws UnknownNameError for a kind, or a version of it, that this program does not have: sender and receiver differ.
 */
export function receiveCell(
  { kind: name, version, inputs, needs, hash }: SentCell,
  kinds: readonly CellKind<object, unknown>[] = KINDS,
): RunnableCell {
  const kind = kinds.find((candidate) => candidate.name === name && candidate.version === version);
  if (kind === undefined) {
    throw new UnknownNameError({
      kind: 'kind of cells',
      given: `${name} version ${version}`,
      known: kinds.map((known) => `${known.name} version ${known.version}`),
      advice: 'Install the same version of this program on every machine',
    });
  }
  const hashes = Object.entries(needs).map(([role, need]) => [role, { hash: need }] as const);
  return { kind, inputs, needs: Object.fromEntries(hashes), hash };
}
