/**
 * `npm run screenshots -- runs/demo`: the pictures of docs/report.md, of the runs named.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../bootstrap/setup.mjs';
import { run } from '../bootstrap/steps.mjs';
import { startChromium } from './chromium.mjs';

const IMAGES = join(ROOT, 'docs/images');
/** Each: where it looks, in which colours, and what is opened before. */
const PICTURES = /** @type {const} */ ([
  { name: 'report-effect', place: '#winogrande.effect', colorScheme: 'light', opensSample: false },
  {
    name: 'report-samples',
    place: '#brevity.samples?show=gained',
    colorScheme: 'dark',
    opensSample: true,
  },
]);

const runs = process.argv.slice(2);
if (runs.length === 0) throw new Error('Name a run folder, for example: npm run screenshots -- runs/demo');
const folder = mkdtempSync(join(tmpdir(), 'austeer-screenshots-'));
const browser = await startChromium();
try {
  const report = join(folder, 'report.html');
  const austeer = join(ROOT, 'apps/cli/bin/austeer.js');
  await run([process.execPath, austeer, 'report', ...runs, '--out', report], { cwd: ROOT });
  mkdirSync(IMAGES, { recursive: true });
  for (const { name, place, colorScheme, opensSample } of PICTURES) {
    const context = await browser.newContext({ viewport: { width: 1120, height: 800 }, colorScheme });
    const page = await context.newPage();
    await page.goto(pathToFileURL(report).href + place);
    await page.locator('.chart > svg').first().waitFor();
    if (opensSample) await page.locator('[id="brevity.samples"] .sample-open').nth(1).click();
    // What was drawn above has moved the place.
    await page
      .locator(`[id="${place.slice(1).split('?')[0]}"]`)
      .evaluate((element) => element.scrollIntoView());
    await page.screenshot({ path: join(IMAGES, `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
