/**
 * `npm run browser:install`: Chromium and the fonts of the pictures, by the package manager of Debian or Ubuntu.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { runInForeground } from '../bootstrap/steps.mjs';

const PACKAGES = ['chromium', 'fonts-inter', 'fonts-liberation'];

if (!existsSync('/usr/bin/apt-get')) {
  console.error(
    'This installs by apt-get only. Elsewhere, install Chromium or Chrome and name it in AUSTEER_CHROMIUM.',
  );
  process.exit(1);
}
const asRoot = process.getuid?.() === 0 ? [] : ['sudo'];
for (const command of [
  ['apt-get', 'update'],
  ['apt-get', 'install', '--yes', '--no-install-recommends', ...PACKAGES],
]) {
  const { code } = await runInForeground([...asRoot, ...command], { cwd: '/' });
  if (code !== 0) process.exit(code ?? 1);
}
