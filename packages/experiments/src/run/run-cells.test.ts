import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cell, type CellKind, defineCell } from '../cells/cell.ts';
import type { CellContext } from '../cells/cell-context.ts';
import { openCellStore } from '../store/cell-store.ts';
import { planCells } from './plan-cells.ts';
import { runCells } from './run-cells.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'austeer-cells-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A sum of its own number and of what it needs, which counts how often it is computed. */
function sums(options: { fails?: (x: number) => boolean; pause?: number; group?: boolean } = {}) {
  const computed: number[] = [];
  const kind: CellKind<{ x: number }, number> = {
    name: 'sum',
    version: 1,
    label: ({ x }) => `sum ${x}`,
    work: () => 1,
    ...(options.group && { groupOf: () => 'all' }),
    async run(cells) {
      await sleep(options.pause ?? 0);
      return cells.map(({ inputs: { x }, needs }) => {
        if (options.fails?.(x)) throw new Error(`no ${x}`);
        computed.push(x);
        const rest = Object.values(needs).reduce((sum, { result }) => sum + (result as number), 0);
        return { result: x + rest, files: { 'x.bin': Uint8Array.of(x) } };
      });
    },
  };
  const cell = (x: number, needs: readonly Cell[] = []): Cell<number> =>
    defineCell(kind, { x }, Object.fromEntries(needs.map((need, at) => [`n${at}`, need])));
  return { cell, computed };
}

const context = (signal?: AbortSignal): CellContext => ({ signal }) as CellContext;
const run = (cells: readonly Cell[], more: { shard?: { index: number; count: number } } = {}) =>
  runCells({ cells, store: openCellStore(folder), context: context(), ...more });
const resultOf = async (cell: Cell) => (await openCellStore(folder).read(cell))?.result;

describe('runCells', () => {
  it('computes what is needed first, once, and nothing the second time', async () => {
    const { cell, computed } = sums();
    const base = cell(1);
    const top = cell(4, [cell(2, [base]), cell(3, [base])]);
    expect(await run([top, base])).toMatchObject({ total: 4, cached: 0, computed: 4, failures: [] });
    expect(await resultOf(top)).toBe(4 + 3 + 2 + 2 * 1);
    expect(await openCellStore(folder).readFile(base.hash, 'x.bin')).toEqual(Buffer.of(1));
    expect(await run([top])).toMatchObject({ total: 4, cached: 4, computed: 0 });
    expect(computed.sort()).toEqual([1, 2, 3, 4]);
  });

  it('computes only what depends on a changed input', async () => {
    const { cell, computed } = sums();
    await run([cell(10, [cell(1), cell(2)]), cell(20, [cell(2)])]);
    computed.length = 0;
    await run([cell(10, [cell(7), cell(2)]), cell(20, [cell(2)])]);
    expect(computed).toEqual([7, 10]);
  });

  it('keeps what was computed when it is stopped, and goes on from there', async () => {
    const { cell, computed } = sums();
    const cells = Array.from({ length: 6 }, (_, x) => cell(x));
    const controller = new AbortController();
    const stopped = runCells({
      cells,
      store: openCellStore(folder),
      context: context(controller.signal),
      onEvent: (event) => {
        if (event.kind === 'computed' && event.done === 2) controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(computed).toEqual([0, 1]);
    expect(await run(cells)).toMatchObject({ cached: 2, computed: 4 });
    expect(computed).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await readdir(join(folder, 'leases'))).toEqual([]);
  });

  it('stopped anywhere, again and again, ends in the bytes of a run that was never stopped', async () => {
    const rows = fc.array(fc.tuple(fc.nat(9), fc.array(fc.nat(20), { maxLength: 3 })), {
      minLength: 1,
      maxLength: 12,
    });
    const stops = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rows, stops, fc.boolean(), async (drawn, after, group) => {
        const { cell } = sums({ group });
        const cells: Cell[] = [];
        for (const [x, needs] of drawn) {
          cells.push(
            cell(
              x,
              needs.flatMap((at) => cells[at] ?? []),
            ),
          );
        }
        const [stopped, whole] = [join(folder, 'stopped'), join(folder, 'whole')];
        for (const path of [stopped, whole]) await rm(path, { recursive: true, force: true });
        for (const count of after) {
          const controller = new AbortController();
          let computed = 0;
          await runCells({
            cells,
            store: openCellStore(stopped),
            context: context(controller.signal),
            onEvent: ({ kind }) => {
              if (kind === 'computed' && ++computed === count) controller.abort(new Error('enough'));
            },
          }).catch((error: Error) => expect(error.message).toBe('enough'));
        }
        for (const path of [stopped, whole]) {
          await runCells({ cells, store: openCellStore(path), context: context() });
        }
        const kept = async (path: string) => {
          const store = openCellStore(path);
          return Promise.all(
            cells.map(async (each) => [
              each.hash,
              (await store.read(each))?.result,
              await store.readFile(each.hash, 'x.bin'),
            ]),
          );
        };
        expect(await kept(stopped)).toEqual(await kept(whole));
        expect(await readdir(join(stopped, 'leases'))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  }, 30_000);

  it('loses only the cells that need a failed one, and tries again', async () => {
    let broken = true;
    const { cell } = sums({ fails: (x) => broken && x === 2 });
    const cells = [cell(1), cell(5, [cell(2)]), cell(6, [cell(5, [cell(2)])])];
    const { failures, computed } = await run(cells);
    expect(failures.map(({ reason }) => reason)).toEqual([
      'no 2',
      'a cell that it needs failed',
      'a cell that it needs failed',
    ]);
    expect(computed).toBe(1);
    broken = false;
    expect(await run(cells)).toMatchObject({ cached: 1, computed: 3, failures: [] });
  });

  it('never computes a cell twice with several runners on one folder', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(9), fc.array(fc.nat(20), { maxLength: 3 })), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.boolean(),
        async (rows, group) => {
          await rm(folder, { recursive: true });
          const { cell, computed } = sums({ pause: 1, group });
          const cells: Cell[] = [];
          for (const [x, needs] of rows)
            cells.push(
              cell(
                x,
                needs.flatMap((at) => cells[at] ?? []),
              ),
            );
          const reports = await Promise.all([run(cells), run(cells), run(cells)]);
          const different = new Set(cells.map(({ hash }) => hash)).size;
          expect(computed).toHaveLength(different);
          expect(reports.reduce((sum, report) => sum + report.computed, 0)).toBe(different);
        },
      ),
      { numRuns: 5 },
    );
  }, 30_000);

  it('divides groups among shards without a gap', async () => {
    const { cell, computed } = sums();
    const cells = Array.from({ length: 20 }, (_, x) => cell(x));
    for (const index of [1, 2, 3]) await run(cells, { shard: { index, count: 3 } });
    expect(computed.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, x) => x));
    await expect(run(cells, { shard: { index: 0, count: 3 } })).rejects.toThrow(/shard is "0\/3"/);
  });

  it('says which file is damaged', async () => {
    const { cell } = sums();
    const one = cell(1);
    await run([one]);
    const path = join(folder, one.hash.slice(0, 2), `${one.hash}.json`);
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 40));
    await expect(run([one])).rejects.toMatchObject({ code: 'FILE_FORMAT', path });
  });
});

describe('openCellStore', () => {
  it('keeps the first result', async () => {
    const { cell } = sums();
    const store = openCellStore(folder);
    const facts = { seconds: 1, work: 1 };
    expect(await store.write(cell(1), { result: 1 }, facts)).toBe(true);
    expect(await store.write(cell(1), { result: 2 }, facts)).toBe(false);
    expect(await resultOf(cell(1))).toBe(1);
    expect(await readdir(join(folder, cell(1).hash.slice(0, 2)))).toHaveLength(1);
  });
});

describe('planCells', () => {
  it('estimates from like cells, and says where it cannot', async () => {
    const { cell } = sums({ pause: 20 });
    const cells = [cell(1), cell(2)];
    expect(await planCells({ cells, store: openCellStore(folder) })).toMatchObject({ cached: 0, unknown: 2 });
    await run([cells[0]!]);
    const plan = await planCells({ cells, store: openCellStore(folder) });
    expect(plan).toMatchObject({ cached: 1, unknown: 0 });
    expect(plan.seconds).toBeGreaterThan(0.01);
    expect(plan.cells.map(({ label, cached }) => [label, cached])).toEqual([
      ['sum 1', true],
      ['sum 2', false],
    ]);
  });
});
