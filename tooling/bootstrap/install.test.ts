import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installFingerprint, isInstalled, markInstalled } from './install.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'austeer-install-'));
  mkdirSync(join(root, 'packages/one/node_modules/csv'), { recursive: true });
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'lock');
  writeFileSync(join(root, 'packages/one/package.json'), '{"dependencies":{"csv":"1"}}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('isInstalled', () => {
  it('is true after a finished install only', () => {
    const fingerprint = installFingerprint(root);
    expect(isInstalled(root, fingerprint)).toBe(false);
    markInstalled(root, fingerprint);
    expect(isInstalled(root, installFingerprint(root))).toBe(true);
  });

  it.each(['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'packages/one/package.json'])(
    'is false after a change of %s',
    (file) => {
      markInstalled(root, installFingerprint(root));
      writeFileSync(join(root, file), '{"dependencies":{"csv":"2"}}');
      expect(isInstalled(root, installFingerprint(root))).toBe(false);
    },
  );

  it('is false where a library was removed by hand', () => {
    markInstalled(root, installFingerprint(root));
    rmSync(join(root, 'packages/one/node_modules'), { recursive: true });
    expect(isInstalled(root, installFingerprint(root))).toBe(false);
  });
});
