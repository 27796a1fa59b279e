/**
 * An experiment: cells that are computed, and figures that are drawn from them.
 *
 * @module
 */
import type { Cell } from '../cells/cell.ts';
import type { StoredCell } from '../cells/stored-cell.ts';
import type { ResultFigure } from '../result-figure.ts';
import type { Bench } from './bench.ts';

/** What figures are made from. */
export interface Results {
  /** `undefined` where the cell failed or was not run. */
  get<Result>(cell: Cell<Result>): StoredCell<Result> | undefined;
  file(hash: string, name: string): Promise<Uint8Array>;
}

/** The part of a figure that an experiment makes; the rest is its own id, title and command. */
export type FigurePart = Omit<ResultFigure, 'id' | 'command'> & {
  /** Number of the part, where an experiment has several. */
  readonly part?: number | undefined;
};

/** An experiment on a bench. */
export interface Design {
  readonly cells: readonly Cell[];
  /** Why there are no figures, where data are missing. */
  readonly missing?: string | undefined;
  figures(results: Results): readonly FigurePart[] | Promise<readonly FigurePart[]>;
}

/** A table or figure of the paper as a program. */
export interface Experiment {
  /** `table1`, `fig10`, `appendixH`. */
  readonly id: string;
  /** What it shows, in one line. */
  readonly title: string;
  /** What it needs beside a model; empty where nothing. */
  readonly needs: string;
  design(bench: Bench): Promise<Design>;
}
