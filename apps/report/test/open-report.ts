/**
 * Reports in a real browser, with everything noted that a page must not do.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** Folder of the workspace. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Pictures of every test run; not in version control. */
const SCREENSHOTS = join(ROOT, '.austeer/screenshots');

/** A page and what it said and asked for. */
export interface OpenedReport {
  readonly page: Page;
  /** Messages of the console and errors. */
  readonly complaints: readonly string[];
  /** Addresses asked for besides the page itself. */
  readonly requests: readonly string[];
}

/** Runs `austeer` as a user does. */
export function austeer(...argv: string[]): string {
  return execFileSync(process.execPath, [join(ROOT, 'apps/cli/bin/austeer.js'), ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Opens a report file, at a place behind `#` if one is given. */
export async function openReport(
  browser: Browser,
  path: string,
  { hash = '', ...options }: BrowserContextOptions & { hash?: string } = {},
): Promise<OpenedReport> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  const address = pathToFileURL(path).href;
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) requests.push(url);
  });
  await page.goto(address + hash);
  await page.locator('h1').waitFor();
  return { page, complaints, requests };
}

/** Problems that axe-core finds, one a line. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // By the debugger, as the page lets no other script in.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Keeps a picture of the page. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
