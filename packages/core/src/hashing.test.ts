import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, createSha256, sha256 } from './hashing.ts';

describe('sha256', () => {
  it('equals the platform’s own, in any parts', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (parts) => {
        const own = createSha256();
        const platform = createHash('sha256');
        for (const part of parts) {
          own.update(part);
          platform.update(part);
        }
        expect(own.digest()).toBe(platform.digest('hex'));
      }),
    );
  });

  it('takes text as UTF-8', () => {
    expect(sha256('Größe ☂')).toBe(createHash('sha256').update('Größe ☂').digest('hex'));
  });
});

describe('canonicalJson', () => {
  it('does not depend on the order of keys', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
    expect(canonicalJson({ a: 1, b: 2 })).toBe(canonicalJson({ b: 2, a: 1 }));
  });
});
