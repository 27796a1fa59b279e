/**
 * The package in a real browser, bundled as an application would: the same numbers as in Node.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startChromium } from '../../../tooling/browser/chromium.mjs';
import { countAndRank } from './count-and-rank.ts';

const SIZE = [60, 12, 257] as const;
let browser: Browser;
let bundle: string;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('count-and-rank.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'localize',
    platform: 'browser',
    conditions: ['@austeer/source'],
  });
  bundle = outputFiles[0]!.text;
  browser = await startChromium();
});
afterAll(() => browser?.close());

it.each([
  ['with WebAssembly', '<title>page</title>', true],
  [
    'where the page forbids WebAssembly',
    `<meta http-equiv="Content-Security-Policy" content="script-src 'none'">`,
    false,
  ],
])('counts and ranks as Node does, %s', async (_, html, webAssembly) => {
  const page = await browser.newPage();
  await page.setContent(html);
  const found = await page.evaluate(`${bundle}; localize.countAndRank(${SIZE.join(', ')})`);
  expect(found).toEqual({ ...(await countAndRank(...SIZE)), webAssembly });
  await page.close();
});

it('asks for nothing of Node', () => {
  expect(bundle).not.toMatch(/require\(|from "node:/);
});
