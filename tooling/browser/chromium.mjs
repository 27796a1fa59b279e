/**
 * A real Chromium for tests and pictures: the one of the system.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Where systems keep it; `AUSTEER_CHROMIUM` goes before. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Path of the browser.
 *
 * @returns {string}
 */
export function findChromium() {
  const place = [process.env.AUSTEER_CHROMIUM, ...PLACES].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (place === undefined) {
    throw new Error(
      'There is no Chromium here. Install one with "npm run browser:install" (Debian, Ubuntu), or name one in AUSTEER_CHROMIUM.',
    );
  }
  return place;
}

/**
 * Starts it. It asks no host for anything.
 *
 * @returns {Promise<import('playwright-core').Browser>}
 */
export function startChromium() {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--font-render-hinting=none',
    ],
  });
}
