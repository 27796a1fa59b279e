import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adviceOnHugePages, withHugePages } from './huge-pages.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-pages-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const advice = (text: string, environment = {}): string | undefined => {
  const setting = join(folder, 'enabled');
  writeFileSync(setting, text);
  return adviceOnHugePages({ environment, setting });
};

describe('adviceOnHugePages', () => {
  it('names the variable where programs have to ask for huge pages', () => {
    expect(advice('always [madvise] never\n')).toContain(' GLIBC_TUNABLES=glibc.malloc.hugetlb=1 ');
    expect(advice('always [madvise] never\n', { GLIBC_TUNABLES: 'glibc.malloc.arena_max=2' })).toContain(
      ' GLIBC_TUNABLES=glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1 ',
    );
  });

  it('is silent where they come by themselves, are forbidden, or were asked for', () => {
    expect(advice('[always] madvise never\n')).toBeUndefined();
    expect(advice('always madvise [never]\n')).toBeUndefined();
    const environment = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' };
    expect(advice('always [madvise] never\n', environment)).toBeUndefined();
  });

  it('is silent where the system has no such setting', () => {
    expect(adviceOnHugePages({ environment: {}, setting: join(folder, 'absent') })).toBeUndefined();
  });
});

it('withHugePages adds to what is set, and leaves alone what was said about them', () => {
  expect(withHugePages({ HOME: '/' })).toEqual({ HOME: '/', GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' });
  expect(withHugePages({ GLIBC_TUNABLES: 'glibc.malloc.arena_max=2' })).toEqual({
    GLIBC_TUNABLES: 'glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1',
  });
  const refused = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' };
  expect(withHugePages(refused)).toBe(refused);
});
