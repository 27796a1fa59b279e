/**
 * What cells leave behind.
 *
 * @module
 */

/** What a run function gives back for a cell. */
export interface CellOutcome<Result> {
  /** JSON-safe. */
  readonly result: Result;
  /** Binary files that belong to the result, by name. */
  readonly files?: Readonly<Record<string, Uint8Array>> | undefined;
}

/** A cell that has been computed, as the store keeps it. */
export interface StoredCell<Result = unknown> {
  readonly format: 'austeer-cell';
  readonly kind: string;
  readonly version: number;
  readonly hash: string;
  readonly inputs: object;
  /** Hashes of the cells that it was computed from. */
  readonly needs: Readonly<Record<string, string>>;
  readonly result: Result;
  /** Names of its files. */
  readonly files: readonly string[];
  /** Computing time of this cell; of cells that ran together, each one's share. */
  readonly seconds: number;
  readonly work: number;
  /** ISO 8601. */
  readonly finishedAt: string;
  /** Who computed it: host, process, and a random word. */
  readonly runner: string;
}
