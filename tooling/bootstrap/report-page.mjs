/**
 * Builds the page of `austeer report` and puts it where the command finds it. Does so only when what it is made of
 * has changed.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './steps.mjs';

/** The page inside the command's package. */
const PAGE = 'apps/cli/dist/report.html';
/** Its first line says what it was made of. */
const MARK = '<!-- made of ';

/**
 * Builds the page if it is not the one of these sources.
 *
 * @param {string} root of the workspace
 * @returns {Promise<boolean>} whether there was something to do
 */
export async function buildReportPage(root) {
  const fingerprint = pageFingerprint(root);
  const target = join(root, PAGE);
  const mark = `${MARK}${fingerprint} -->\n`;
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(mark)) return false;
  const folder = join(root, 'apps/report');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await run([process.execPath, vite, 'build', '--logLevel', 'error'], { cwd: folder });
  const temporary = `${target}.${randomUUID()}.tmp`;
  mkdirSync(join(root, 'apps/cli/dist'), { recursive: true });
  writeFileSync(temporary, mark + readFileSync(join(folder, 'dist/index.html'), 'utf8'));
  renameSync(temporary, target);
  return true;
}

/**
 * Hash of everything the page is made of; libraries by the lock file.
 *
 * @param {string} root
 * @returns {string}
 */
function pageFingerprint(root) {
  const folder = join(root, 'apps/report');
  const sources = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const path of [
    join(root, 'pnpm-lock.yaml'),
    ...['index.html', 'vite.config.ts'].map((name) => join(folder, name)),
    ...sources.sort(),
  ]) {
    hash.update(path.slice(root.length).replaceAll('\\', '/')).update(readFileSync(path));
  }
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildReportPage(fileURLToPath(new URL('../..', import.meta.url)));
}
