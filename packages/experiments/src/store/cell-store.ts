/**
 * Computed cells in a folder: one JSON file each, by hash, made whole or not at all. The folder is the only state of an
 * experiment; it can be copied, merged with another, or deleted in parts.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { access, link, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFormatError } from '@austeer/core';
import { readFileBytes, writeFileAtomic } from '@austeer/core/node';
import type { Cell, RunnableCell } from '../cells/cell.ts';
import type { CellOutcome, StoredCell } from '../cells/stored-cell.ts';
import { type Lease, type RunnerIdentity, runnerIdentity, takeLease } from './lease.ts';

/** Computed cells by hash. */
export interface CellStore {
  readonly folder: string;
  readonly runner: RunnerIdentity;
  has(hash: string): Promise<boolean>;
  /** `undefined` where the cell was not computed. Throws FileFormatError for a damaged file. */
  read<Result>(cell: Cell<Result>): Promise<StoredCell<Result> | undefined>;
  readHash(hash: string): Promise<StoredCell | undefined>;
  readFile(hash: string, name: string): Promise<Uint8Array>;
  /** Keeps a result. @returns false when the cell was there already: the first result stays */
  write(
    cell: RunnableCell,
    outcome: CellOutcome<unknown>,
    facts: { seconds: number; work: number },
  ): Promise<boolean>;
  /** The lease of a cell; `undefined` while another runner holds it. */
  lease(hash: string): Promise<Lease | undefined>;
  /** Every computed cell. */
  list(): AsyncIterable<StoredCell>;
}

/**
 * Opens a folder of cells; it is made with the first result.
 *
 * @example
 * ```ts
 * const store = openCellStore('runs/cells');
 * for await (const { kind, seconds } of store.list()) console.log(kind, seconds);
 * ```
 */
export function openCellStore(
  folder: string,
  options: { leaseTimeout?: number | undefined } = {},
): CellStore {
  const runner = runnerIdentity();
  const placeOf = (hash: string): string => join(folder, hash.slice(0, 2));
  const pathOf = (hash: string): string => join(placeOf(hash), `${hash}.json`);

  const readHash = async (hash: string): Promise<StoredCell | undefined> => {
    const path = pathOf(hash);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return text === undefined ? undefined : parseCell(text, path, hash);
  };
  return {
    folder,
    runner,
    has: (hash) =>
      access(pathOf(hash)).then(
        () => true,
        () => false,
      ),
    read: async <Result>({ hash }: Cell<Result>) => (await readHash(hash)) as StoredCell<Result> | undefined,
    readHash,
    readFile: (hash, name) =>
      readFileBytes(join(placeOf(hash), `${hash}.${name}`), { what: 'File of a cell' }),
    async write(cell, { result, files = {} }, { seconds, work }) {
      const { hash, kind, inputs, needs } = cell;
      const stored: StoredCell = {
        format: 'austeer-cell',
        kind: kind.name,
        version: kind.version,
        hash,
        inputs,
        needs: Object.fromEntries(Object.entries(needs).map(([role, need]) => [role, need.hash])),
        result,
        files: Object.keys(files),
        seconds,
        work,
        finishedAt: new Date().toISOString(),
        runner: `${runner.host}:${runner.process}:${runner.word}`,
      };
      // Files first: the JSON document is what makes the cell computed.
      for (const [name, bytes] of Object.entries(files)) {
        await writeFileAtomic(join(placeOf(hash), `${hash}.${name}`), bytes);
      }
      await mkdir(placeOf(hash), { recursive: true });
      const temporary = join(placeOf(hash), `${hash}.${randomUUID()}.tmp`);
      await writeFileAtomic(temporary, `${JSON.stringify(stored)}\n`);
      try {
        // A link, unlike a rename, fails where the target exists.
        await link(temporary, pathOf(hash));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(temporary, { force: true });
      }
    },
    lease: (hash) =>
      takeLease({
        folder: join(folder, 'leases'),
        hash,
        runner,
        ...(options.leaseTimeout !== undefined && { timeout: options.leaseTimeout }),
      }),
    async *list() {
      for (const prefix of await entriesOf(folder)) {
        if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
        for (const name of await entriesOf(join(folder, prefix))) {
          if (!/^[0-9a-f]{64}\.json$/.test(name)) continue;
          const stored = await readHash(name.slice(0, 64));
          if (stored !== undefined) yield stored;
        }
      }
    },
  };
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

function parseCell(text: string, path: string, hash: string): StoredCell {
  const fail = (problem: string, cause?: unknown): FileFormatError =>
    new FileFormatError({
      path,
      format: 'computed cell',
      problem,
      advice: 'Delete it; it will be computed again',
      cause,
    });
  let stored: Partial<StoredCell> | null;
  try {
    stored = JSON.parse(text) as Partial<StoredCell> | null;
  } catch (cause) {
    throw fail('it is not JSON', cause);
  }
  if (stored?.format !== 'austeer-cell') throw fail('it is of another kind');
  if (stored.hash !== hash) throw fail(`it holds the cell ${stored.hash}`);
  return stored as StoredCell;
}
