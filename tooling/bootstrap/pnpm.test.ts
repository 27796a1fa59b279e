import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parsePackageManager, verifyTarball } from './pnpm.mjs';

const folder = mkdtempSync(join(tmpdir(), 'austeer-pnpm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('parsePackageManager', () => {
  it('reads what package.json pins', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const { version, sha512 } = parsePackageManager(manifest.packageManager);
    expect(manifest.packageManager).toBe(`pnpm@${version}+sha512.${sha512}`);
  });

  it.each(['pnpm@10.34.9', 'yarn@4.0.0', 'pnpm@10.34.9+sha256.00'])('refuses %s', (field) => {
    expect(() => parsePackageManager(field)).toThrow('expected pnpm@<version>+sha512');
  });
});

describe('verifyTarball', () => {
  it('takes the pinned content and refuses any other', () => {
    const path = join(folder, 'pnpm.tgz');
    writeFileSync(path, 'content');
    const hash = createHash('sha512').update('content').digest('hex');
    expect(() => verifyTarball(path, hash)).not.toThrow();
    writeFileSync(path, 'other content');
    expect(() => verifyTarball(path, hash)).toThrow('It was not used');
  });
});
