import { describe, expect, it } from 'vitest';
import { type CellKind, defineCell, withNeeds } from './cell.ts';
import { receiveCell, sendCell } from './kinds.ts';

const square = (version: number): CellKind<{ x: number }, number> => ({
  name: 'square',
  version,
  label: ({ x }) => `${x}²`,
  work: () => 1,
  run: async (cells) => cells.map(({ inputs }) => ({ result: inputs.x ** 2 })),
});

describe('defineCell', () => {
  it('has one hash for equal content, and another when kind, version, inputs or needs differ', () => {
    const two = defineCell(square(1), { x: 2 });
    const hashes = [
      two,
      defineCell(square(1), { x: 3 }),
      defineCell(square(2), { x: 2 }),
      defineCell({ ...square(1), name: 'cube' }, { x: 2 }),
      defineCell(square(1), { x: 2 }, { base: two }),
      defineCell(square(1), { x: 2 }, { other: two }),
    ].map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(defineCell(square(1), { x: 2 }).hash).toBe(two.hash);
  });

  it('changes with what it needs, however far away', () => {
    const chain = (x: number) =>
      [1, 2, 3].reduce(
        (cell, step) => defineCell(square(1), { x: step }, { cell }),
        defineCell(square(1), { x }),
      );
    expect(chain(5).hash).not.toBe(chain(6).hash);
  });
});

describe('withNeeds', () => {
  it('gives each cell once, needs first', () => {
    const base = defineCell(square(1), { x: 1 });
    const left = defineCell(square(1), { x: 2 }, { base });
    const right = defineCell(square(1), { x: 3 }, { base, left });
    expect(withNeeds([right, left])).toEqual([base, left, right]);
  });
});

describe('receiveCell', () => {
  it('is the cell that was sent, after a trip as JSON', () => {
    const base = defineCell(square(1), { x: 1 });
    const cell = defineCell(square(1), { x: 2 }, { base });
    const received = receiveCell(JSON.parse(JSON.stringify(sendCell(cell))), [square(1)]);
    expect(received).toMatchObject({
      inputs: { x: 2 },
      hash: cell.hash,
      needs: { base: { hash: base.hash } },
    });
  });

  it('refuses a kind of another version', () => {
    const sent = sendCell(defineCell(square(2), { x: 1 }));
    expect(() => receiveCell(sent, [square(1)])).toThrow(/square version 2.*square version 1.*same version/s);
  });
});
