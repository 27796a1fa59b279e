import { describe, expect, it } from 'vitest';
import { writeGguf } from '../testing/write-gguf.ts';
import { type HeaderWalk, walkHeader } from './header-walk.ts';

const KEYS_AT = 24;
const bytes = writeGguf(
  { architecture: 'llama', count: 2, tokens: ['a', 'bc'], scores: [0.5, 1], flag: true },
  [{ name: 'x', type: 'F32', shape: [2, 32], numbers: new Float32Array(64) }],
);
const walk = (content: Uint8Array, version = 3, start = KEYS_AT): HeaderWalk =>
  walkHeader({
    bytes: content,
    start,
    version,
    end: (needed) => new Error(`needs ${needed}`),
    fail: (problem) => new Error(problem),
  });
const text = (value: string): number[] => [value.length, 0, 0, 0, ...new TextEncoder().encode(value)];
const uint32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];

describe('walkHeader', () => {
  it('comes to the data of the tensors, and needs every byte before', () => {
    const header = walk(bytes);
    header.keys(Number(new DataView(bytes.buffer).getBigUint64(16, true)));
    header.tensors(1);
    const end = header.at;
    // The data begin at the next multiple of the alignment.
    expect(bytes.length).toBe(Math.ceil(end / 32) * 32 + 64 * 4);
    for (let length = KEYS_AT; length < end; length++) {
      const cut = walk(bytes.subarray(0, length));
      expect(() => {
        cut.keys(5);
        cut.tensors(1);
      }).toThrow(/needs \d+/);
    }
  });

  it('knows a false count before it walks it', () => {
    // A list of a million texts, in a file of some bytes.
    const claims = Uint8Array.from([...text('k'), ...uint32(9), ...uint32(8), ...uint32(1e6), ...text('a')]);
    expect(() => walk(claims, 1, 0).keys(1)).toThrow(`needs ${17 + 4e6}`);
    const whole = Uint8Array.from([...text('k'), ...uint32(9), ...uint32(8), ...uint32(1), ...text('a')]);
    const header = walk(whole, 1, 0);
    header.keys(1);
    expect(header.at).toBe(whole.length);
  });

  it('refuses types there are not, and lists in lists without end', () => {
    expect(() => walk(Uint8Array.from([...text('k'), ...uint32(13)]), 1, 0).keys(1)).toThrow(
      'unknown type 13',
    );
    const deep = Array.from({ length: 6 }, () => [...uint32(9), ...uint32(1)]).flat();
    expect(() => walk(Uint8Array.from([...text('k'), ...uint32(9), ...deep]), 1, 0).keys(1)).toThrow(
      'unknown type 9',
    );
  });
});
