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
    const cases: [Parameters<typeof changed>[0], RegExp][] = [
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
      expect(() => countsFromSafetensors(bytes)).toThrow(message);
    }
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
  });
});
