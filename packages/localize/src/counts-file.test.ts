import { floatTensor, readSafetensors, writeSafetensors } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { countsFromSafetensors, countsToSafetensors } from './counts-file.ts';
import { measureGradients } from './gradient-moments.ts';
import { measurePairs } from './label-counts.ts';

const site = (...values: number[]) => floatTensor(Float32Array.from(values), [2, 2]);

async function file() {
  const statistics = await measurePairs(
    [
      {
        id: 'a',
        label: '__proto__',
        positive: { ffn: site(1, 2, 3, 4), attention: site(0, 0, 1, 0) },
        negative: { ffn: site(0, 3, 3, 1), attention: site(1, 0, 0, 0) },
      },
      {
        id: 'b',
        label: 'no',
        positive: { ffn: site(5, 2, 3, 4), attention: site(0, 7, 1, 0) },
        negative: { ffn: site(0, 3, 1, 1), attention: site(1, 0, 9, 0) },
      },
    ],
    { sites: ['attention', 'ffn'] },
  );
  return { ...statistics, provenance: { task: 'boolq' } };
}

/** The file with its tensors or header changed. */
async function changed(change: {
  tensors?: (tensors: Map<string, Parameters<typeof writeSafetensors>[0]['tensors'][string]>) => void;
  header?: Record<string, unknown>;
}) {
  const { metadata, tensors } = readSafetensors(countsToSafetensors(await file()));
  const copy = new Map(tensors);
  change.tensors?.(copy);
  const header = JSON.stringify({ ...JSON.parse(metadata.austeer!), ...change.header });
  return writeSafetensors({ metadata: { austeer: header }, tensors: Object.fromEntries(copy) });
}

describe('a counts file', () => {
  it('gives back counts, moments and labels as they were', async () => {
    const written = await file();
    expect(countsFromSafetensors(countsToSafetensors(written))).toEqual(written);
  });

  it('gives back counts alone', async () => {
    const { counts } = await file();
    expect(countsFromSafetensors(countsToSafetensors({ counts, provenance: {} }))).toEqual({
      counts,
      provenance: {},
    });
  });

  it('gives back gradients by class and information, with units that were not measured', async () => {
    const item = (label: string | undefined, ...values: number[]) => ({
      id: String(label),
      ...(label !== undefined && { label }),
      margin: 0,
      gradients: { ffn: site(...values), attention: site(4, 3, 2, 1) },
    });
    const items = [item('yes', 1, 2, 3, Number.NaN), item(undefined, 5, 6, 7, Number.NaN)];
    const gradients = await measureGradients(items, { sites: ['attention', 'ffn'] });
    const information = gradients[0]!.moments;
    const written = { ...(await file()), gradients, information };
    const bytes = countsToSafetensors(written);
    expect(countsFromSafetensors(bytes)).toEqual(written);
    const { metadata, tensors } = readSafetensors(bytes);
    const broken = (header: object, left = tensors) =>
      writeSafetensors({
        metadata: { austeer: JSON.stringify({ ...JSON.parse(metadata.austeer!), ...header }) },
        tensors: Object.fromEntries(left),
      });
    const without = new Map(tensors);
    without.delete('gradient.1.ffn.mean');
    expect(() => countsFromSafetensors(broken({}, without))).toThrow(/gradient\.1\.moments of some sites/);
    expect(() => countsFromSafetensors(broken({ gradients: 'x' }))).toThrow(/no list/);
    expect(() => countsFromSafetensors(broken({ gradients: [{ items: 0 }] }))).toThrow(/no number of items/);
    expect(() => countsFromSafetensors(broken({ information: {} }))).toThrow(/no number of items/);
    without.set('gradient.1.ffn.mean', tensors.get('gradient.1.ffn.mean')!);
    for (const site of ['ffn', 'attention']) without.delete(`information.${site}.squares`);
    expect(() => countsFromSafetensors(broken({}, without))).toThrow(/no information of any site/);
    const one = { items: 1 };
    expect(() => countsFromSafetensors(broken({ gradients: [one, one, one] }))).toThrow(
      /gradients of class 2/,
    );
  });

  it('refuses counts that cannot be', async () => {
    const impossible = { dtype: 'I32', shape: [2, 2], data: Int32Array.of(3, 0, 0, 0) } as const;
    const counts = (shape: number[], ...values: number[]) =>
      ({ dtype: 'I32', shape, data: Int32Array.from(values) }) as const;
    const other = counts([1, 4], 0, 0, 0, 0);
    const floats = { dtype: 'F32', shape: [2, 2], data: new Float32Array(4) } as const;
    const both = (prefix: string, tensor: typeof other) => ({
      tensors: (all: Map<string, Parameters<typeof writeSafetensors>[0]['tensors'][string]>) =>
        all.set(`${prefix}.promoted`, tensor).set(`${prefix}.suppressed`, tensor),
    });
    const cases: [Parameters<typeof changed>[0], RegExp][] = [
      [{ tensors: (all) => all.set('ffn.promoted', floats) }, /of ffn are not int32/],
      [{ tensors: (all) => all.set('ffn.suppressed', floats) }, /of ffn are not int32/],
      [{ tensors: (all) => all.set('ffn.suppressed', other) }, /of ffn are not int32/],
      [both('ffn', counts([4], 0, 0, 0, 0)), /of ffn are not int32/],
      [both('ffn', other), /ffn has 1 layers, another site 2/],
      [
        { tensors: (all) => all.set('ffn.promoted', counts([2, 2], 0, -1, 0, 0)) },
        /unit 1 of ffn was promoted -1/,
      ],
      [
        { tensors: (all) => all.set('ffn.suppressed', counts([2, 2], 0, 0, 0, -1)) },
        /unit 3 of ffn was promoted 2 and suppressed -1 times in 2 pairs/,
      ],
      [
        { tensors: (all) => all.set('ffn.suppressed', counts([2, 2], 2, 0, 0, 0)) },
        /unit 0 of ffn was promoted 2 and suppressed 2 times in 2 pairs/,
      ],
      [{ tensors: (all) => all.clear() }, /no counts of any site$|no counts of any site\./],
      [
        {
          tensors: (all) => {
            for (const name of [...all.keys()]) if (name.startsWith('label.0.attention')) all.delete(name);
          },
        },
        /label "__proto__" has counts of other units/,
      ],
      [
        {
          tensors: (all) => {
            for (const name of [...all.keys()]) if (name.startsWith('label.0.')) all.delete(name);
            const wide = counts([1, 2], 0, 0);
            for (const site of ['ffn', 'attention']) {
              all.set(`label.0.${site}.promoted`, wide).set(`label.0.${site}.suppressed`, wide);
            }
          },
        },
        /label "__proto__" has counts of other units/,
      ],
      [{ header: { pairs: 1.5 } }, /how many pairs/],
      [{ header: { pairs: '2' } }, /how many pairs/],
      [{ header: { labels: [{ label: '__proto__', pairs: 1 }, 'no'] } }, /no list/],
      [{ header: { labels: [null] } }, /no list/],
      [{ header: { labels: [[]] } }, /no list/],
      [{ header: { gradients: [{ items: 1 }, 3] } }, /no list/],
      [{ header: { gradients: [{ items: 1, label: 3 }] } }, /a label that is no text/],
      [{ tensors: (all) => all.set('ffn.promoted', impossible) }, /unit 0 of ffn was promoted 3/],
      [{ tensors: (all) => all.set('label.1.ffn.promoted', impossible) }, /label\.1\.ffn/],
      [{ tensors: (all) => all.delete('label.0.ffn.promoted') }, /label\.0\.ffn are not int32/],
      [{ tensors: (all) => all.delete('attention.suppressed') }, /of attention are not int32/],
      [{ tensors: (all) => all.delete('attention.mean') }, /moments of some sites only/],
      [{ header: { pairs: 0 } }, /how many pairs/],
      [{ header: { labels: [{ pairs: 1 }] } }, /label 0 has no name/],
      [{ header: { labels: 'yes' } }, /no list/],
      [{ header: { labels: [{ label: 'yes', pairs: 0 }] } }, /how many pairs/],
      [{ header: { version: 9 } }, /version 9/],
      [{ header: { format: 'x' } }, /names no momentum counts/],
    ];
    for (const [change, message] of cases) {
      const bytes = await changed(change);
      const read = () => countsFromSafetensors(bytes, { path: 'counts.safetensors' });
      expect(read).toThrow(message);
      expect(read).toThrow(
        expect.objectContaining({
          code: 'FILE_FORMAT',
          message: expect.stringMatching(/counts\.safetensors.*momentum counts.*austeer localize/s),
        }),
      );
    }
  });

  it('refuses what is no safetensors file under its name, and one without metadata', () => {
    const read = (bytes: Uint8Array) => () => countsFromSafetensors(bytes, { path: 'counts.safetensors' });
    expect(read(new Uint8Array(3))).toThrow('counts.safetensors');
    expect(read(writeSafetensors({ metadata: {}, tensors: {} }))).toThrow('names no momentum counts');
    expect(read(writeSafetensors({ metadata: { austeer: 'null' }, tensors: {} }))).toThrow(
      'no momentum counts',
    );
    expect(() => countsFromSafetensors(writeSafetensors({ metadata: {}, tensors: {} }))).toThrow('bytes');
  });

  it('refuses moments that cannot be', async () => {
    for (const [name, value] of [
      ['squares', -1],
      ['mean', Number.NaN],
      ['squares', Number.POSITIVE_INFINITY],
    ] as const) {
      const data = Float64Array.of(value, 0, 0, 0);
      const bytes = await changed({
        tensors: (all) => all.set(`ffn.${name}`, { dtype: 'F64', shape: [2, 2], data }),
      });
      expect(() => countsFromSafetensors(bytes)).toThrow(`ffn.${name} holds numbers that cannot be`);
    }
    const bytes = await changed({
      tensors: (all) => all.set('ffn.mean', { dtype: 'F32', shape: [2, 2], data: new Float32Array(4) }),
    });
    expect(() => countsFromSafetensors(bytes)).toThrow(/ffn\.mean is not float64 \[2, 2\]/);
    const turned = await changed({
      tensors: (all) => all.set('ffn.mean', { dtype: 'F64', shape: [4, 1], data: new Float64Array(4) }),
    });
    expect(() => countsFromSafetensors(turned)).toThrow(/ffn\.mean is not float64 \[2, 2\]/);
  });
});
