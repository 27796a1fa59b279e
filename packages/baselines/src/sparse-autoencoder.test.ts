import { type SafetensorsEntry, writeSafetensors } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDirection, encodeFeatures, readSparseAutoencoder } from './sparse-autoencoder.ts';

const tensor = (shape: number[], numbers: number[]): SafetensorsEntry => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(numbers),
});
// Two features of three dimensions.
const plain = {
  W_enc: tensor([3, 2], [1, 0, 0, 1, 0, 0]),
  b_enc: tensor([2], [0, -1]),
  W_dec: tensor([2, 3], [1, 0, 0, 0, 2, 0]),
  b_dec: tensor([3], [1, 1, 1]),
};
const file = (tensors: Record<string, SafetensorsEntry>, metadata = {}): Uint8Array =>
  writeSafetensors({ tensors, metadata });

/** An archive as `numpy.savez` writes it, without compression. */
function npz(tensors: Record<string, SafetensorsEntry>): Uint8Array {
  const text = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
    const numbers = new Uint8Array(data.buffer);
    const content = new Uint8Array(10 + header.length + numbers.length);
    content.set([0x93, ...text.encode('NUMPY'), 1, 0, header.length, 0]);
    content.set(text.encode(header), 10);
    content.set(numbers, 10 + header.length);
    const path = text.encode(`${name}.npy`);
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    local.setUint16(26, path.length, true);
    const entry = new DataView(new ArrayBuffer(46));
    entry.setUint32(0, 0x02014b50, true);
    entry.setUint32(20, content.length, true);
    entry.setUint32(24, content.length, true);
    entry.setUint16(28, path.length, true);
    entry.setUint32(42, offset, true);
    parts.push(new Uint8Array(local.buffer), path, content);
    directory.push(new Uint8Array(entry.buffer), path);
    offset += 30 + path.length + content.length;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, directory.length / 2, true);
  end.setUint32(16, offset, true);
  return Uint8Array.from([...parts, ...directory, new Uint8Array(end.buffer)].flatMap((part) => [...part]));
}

describe('readSparseAutoencoder', () => {
  it('reads a plain one, which takes its bias off first', async () => {
    const sae = await readSparseAutoencoder(file(plain, { layer: '7' }));
    expect(sae).toMatchObject({ width: 3, features: 2, centred: true, layer: 7 });
    expect(sae).not.toHaveProperty('threshold');
    expect([...encodeFeatures(sae, Float32Array.of(4, 3, 0))]).toEqual([3, 1]);
    expect([...encodeFeatures(sae, Float32Array.of(0, 2, 0))]).toEqual([0, 0]);
    expect([...decodeDirection(sae, Float64Array.of(3, 1))]).toEqual([3, 2, 0]);
  });

  it('reads Gemma Scope’s layout, where a feature is on above its own threshold', async () => {
    const sae = await readSparseAutoencoder(npz({ ...plain, threshold: tensor([2], [3, 0.5]) }));
    expect(sae).toMatchObject({ centred: false, features: 2 });
    expect([...encodeFeatures(sae, Float32Array.of(3, 2, 0))]).toEqual([0, 1]);
    expect([...encodeFeatures(sae, Float32Array.of(3.5, 1.25, 0))]).toEqual([3.5, 0]);
  });

  it('says what is missing or does not fit', async () => {
    const { b_dec: _, ...without } = plain;
    await expect(readSparseAutoencoder(file(without))).rejects.toThrow('no tensor b_dec');
    const wrong = { ...plain, W_dec: tensor([3, 2], [1, 0, 0, 0, 2, 0]) };
    await expect(readSparseAutoencoder(file(wrong), { path: 'x.safetensors' })).rejects.toThrow(
      'W_dec is [3, 2] and should be [2, 3]',
    );
    const flat = { ...plain, W_enc: tensor([6], [1, 0, 0, 1, 0, 0]) };
    await expect(readSparseAutoencoder(file(flat))).rejects.toThrow('1 dimensions');
    await expect(readSparseAutoencoder(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
      code: 'FILE_FORMAT',
    });
  });

  it('takes a damaged file for one, or refuses it by name', async () => {
    const whole = file(plain);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (place, byte) => {
        const bytes = whole.slice();
        bytes[place] = byte;
        const result = await readSparseAutoencoder(bytes).catch((error: { code?: string }) => error.code);
        expect(typeof result === 'object' || result === 'FILE_FORMAT').toBe(true);
      }),
    );
  });
});
