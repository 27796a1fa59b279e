/**
 * The report as a reader has it: real Chromium, a real run of a real model, every kind of figure.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunHeader } from '@austeer/experiments';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from '../../../tooling/browser/chromium.mjs';
import { EXAMPLE_FIGURES, HOSTILE } from './example-figures.ts';
import { accessibilityProblems, austeer, keepScreenshot, openReport, ROOT } from './open-report.ts';
import { writeSyntheticComparison, writeSyntheticRun } from './synthetic-run.ts';

/** A run takes a minute, so it is kept. */
const REAL_RUN = join(ROOT, 'runs/browser-test/winogrande');
const MANY = 100_000;
const RUN_ARGUMENTS = [
  'evaluate',
  '--task',
  'winogrande',
  '--method',
  'austeer',
  '--sites',
  'attention,ffn',
  '--k',
  '16,64',
  '--alpha',
  '10,20',
  '--pairs',
  '40',
  '--validation',
  '8',
  '--limit',
  '40',
  '--out',
  REAL_RUN,
];

let folder: string;
let browser: Browser;
let header: RunHeader;
const real = () => join(folder, 'real.html');
const many = () => join(folder, 'many.html');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-browser-'));
  if (!existsSync(REAL_RUN)) austeer(...RUN_ARGUMENTS);
  header = JSON.parse(readFileSync(join(REAL_RUN, 'run.json'), 'utf8')) as RunHeader;
  mkdirSync(join(folder, 'figures'));
  for (const figure of EXAMPLE_FIGURES) {
    writeFileSync(join(folder, 'figures', `${figure.id}.json`), JSON.stringify(figure));
  }
  austeer('report', REAL_RUN, '--figures', join(folder, 'figures'), '--out', real());
  await writeSyntheticRun(join(folder, 'many'), MANY);
  austeer('report', join(folder, 'many'), '--out', many());
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const rowsOf = (page: Page) => page.locator('.sample-list tbody tr:not(.spacer)');

describe('a report of a real run', () => {
  it('draws every figure, says nothing on the console and asks the network for nothing', async () => {
    const { page, complaints, requests } = await openReport(browser, real());
    const figures = await page.locator('figure.figure').count();
    // Effect, answers; two sweeps; two sites, two score maps; the examples.
    expect(figures).toBe(2 + 2 + 4 + EXAMPLE_FIGURES.length);
    for (const figure of await page.locator('figure.figure').all()) {
      const drawn = await figure.locator('.chart > svg, table').count();
      expect(drawn, (await figure.getAttribute('id')) ?? '').toBe(1);
    }
    await page.waitForTimeout(300);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    await keepScreenshot(page, 'light');
    await page.context().close();
  });

  it('shows the numbers of the log', async () => {
    const { page } = await openReport(browser, real());
    const { comparison, vanilla } = header.test;
    const effect = page.locator('[id="winogrande.effect"]');
    await expect
      .poll(() => effect.textContent())
      .toContain(comparison!.accuracy.low.toFixed(3).replace('-', '−'));
    await page.getByRole('button', { name: 'Show What the answers come to as a table' }).click();
    expect(await effect.locator('table').textContent()).toContain(vanilla.accuracy.value.toFixed(3));
    const { chosen } = header.selection!;
    expect(await page.locator('[id="winogrande.setting"] p').first().textContent()).toContain(
      `${chosen.site}, k = ${chosen.k}, α = ${chosen.alpha}`,
    );
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('is accessible in %s, as charts and as tables', async (colorScheme) => {
    const { page } = await openReport(browser, real(), { colorScheme });
    await rowsOf(page).first().getByRole('button').click();
    expect(await accessibilityProblems(page)).toEqual([]);
    if (colorScheme === 'dark') await keepScreenshot(page, 'dark');
    const charts = page.getByRole('button', { name: /as a table$/ });
    for (let left = await charts.count(); left > 0; left--) await charts.first().click();
    expect(await page.locator('.chart').count()).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.context().close();
  });

  it('fits a phone without scrolling sideways', async () => {
    const { page } = await openReport(browser, real(), { viewport: { width: 390, height: 844 } });
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Contents' }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Samples' }).click();
    expect(
      await page
        .locator('[id="winogrande.samples"]')
        .evaluate((element) => element.getBoundingClientRect().top),
    ).toBeLessThan(60);
    await keepScreenshot(page, 'phone');
    await page.context().close();
  });

  it('filters count what the log counts', async () => {
    const { page } = await openReport(browser, real());
    const { onlyFirst, onlySecond } = header.test.comparison!.accuracy;
    const status = page.locator('.sample-count [role=status]');
    for (const [filter, count] of [
      ['gained', onlySecond],
      ['lost', onlyFirst],
      ['changed', header.test.comparison!.changedAnswers],
    ] as const) {
      await page.locator('.sample-controls').getByRole('combobox', { name: 'Show' }).selectOption(filter);
      await expect.poll(() => status.textContent()).toMatch(new RegExp(`^${count} `));
    }
    await page.context().close();
  });

  it('prints in light colours, with samples and without controls', async () => {
    const { page } = await openReport(browser, real(), { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate(() => getComputedStyle(document.querySelector('h1')!).color)).toBe(
      'rgb(27, 32, 37)',
    );
    expect(await page.locator('.print-only').isVisible()).toBe(true);
    expect(await page.locator('nav, .sample-list, .figure-tools').first().isVisible()).toBe(false);
    await keepScreenshot(page, 'print');
    await page.emulateMedia({ media: null, colorScheme: 'dark' });
    // The charts are drawn for paper and afterwards for the screen again.
    const width = () => page.locator('.chart > svg').first().getAttribute('width');
    const room = () =>
      page
        .locator('.chart')
        .first()
        .evaluate(({ clientWidth }) => String(clientWidth));
    await expect.poll(async () => (await width()) === (await room())).toBe(true);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await width()).toBe('660');
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await width()).toBe(await room());
    expect((await page.pdf()).subarray(0, 4).toString()).toBe('%PDF');
    await page.context().close();
  });
});

describe('a comparison of methods', () => {
  it('is a table, a chart and samples of any two methods', async () => {
    const run = JSON.parse(readFileSync(join(folder, 'many', 'run.json'), 'utf8')) as RunHeader;
    await writeSyntheticComparison(join(folder, 'methods'), run);
    const path = join(folder, 'methods.html');
    austeer('report', join(folder, 'methods'), '--out', path);
    const { page, complaints } = await openReport(browser, path);
    expect(await page.locator('table.results').textContent()).toContain('austeer');
    expect(await page.locator('.notes').textContent()).toContain('caa: it knows no such site');
    await rowsOf(page).first().getByRole('button').click();
    expect(await page.locator('.sample-detail').textContent()).toContain('gained');
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('figures', () => {
  it('show hostile texts as texts', async () => {
    const { page, complaints } = await openReport(browser, real());
    const notes = await page.locator('[id="figure.table1"] .notes').textContent();
    expect(notes).toContain('</script><script>alert(1)</script>');
    expect(notes).toContain('<img src=x onerror=alert(1)>');
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('are saved as SVG, PNG and CSV of their own', async () => {
    const { page } = await openReport(browser, real(), { acceptDownloads: true });
    const save = async (figure: string, kind: string): Promise<Buffer> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `Save ${figure} as ${kind}` }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${kind.toLowerCase()}$`));
      return readFileSync((await download.path())!);
    };
    for (const { title, content } of EXAMPLE_FIGURES) {
      const csv = (await save(title, 'CSV')).toString();
      expect(csv.split('\r\n').length).toBeGreaterThan(3);
      if (content.kind === 'table') continue;
      const svg = (await save(title, 'SVG')).toString();
      expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      // It stands without the page’s style sheet.
      expect(svg).not.toMatch(/(fill|stroke)="[^"]*(var\(|color-mix|light-dark)/);
      const png = await save(title, 'PNG');
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect(png.readUInt32BE(16)).toBeGreaterThan(1000);
    }
    await page.context().close();
  });
});

describe('links', () => {
  it('lead to a section, a figure and a sample', async () => {
    const { page } = await openReport(browser, real(), { hash: '#figure.fig10' });
    const top = (id: string) =>
      page.locator(`[id="${id}"]`).evaluate((element) => element.getBoundingClientRect().top);
    await expect.poll(() => top('figure.fig10')).toBeLessThan(700);
    await page.getByRole('link', { name: 'Provenance' }).first().click();
    await expect.poll(() => top('winogrande.provenance')).toBeLessThan(700);
    await page.context().close();

    const id = 'synthetic.jsonl:77777';
    const hash = `#many.samples?search=question+777&sample=${encodeURIComponent(id)}`;
    const opened = await openReport(browser, many(), { hash });
    await opened.page.getByRole('article', { name: `Sample ${id}` }).waitFor();
    expect(await opened.page.getByLabel('Search').inputValue()).toBe('question 777');
    await opened.page
      .locator('.sample-controls')
      .getByRole('combobox', { name: 'Show' })
      .selectOption('changed');
    await expect.poll(() => opened.page.evaluate(() => location.hash)).toContain('show=changed');
    await opened.page.context().close();
  });
});

describe('100 000 samples', () => {
  it('scroll smoothly, and only those in sight are in the page', async () => {
    const started = performance.now();
    const { page, complaints } = await openReport(browser, many());
    const loaded = performance.now() - started;
    await page.locator('.sample-list').scrollIntoViewIfNeeded();
    const frames = await page.evaluate(async () => {
      const list = document.querySelector('.sample-list')!;
      const times: number[] = [];
      let last = performance.now();
      for (let step = 0; step < 120; step++) {
        list.scrollTop += step < 60 ? 90 : 50_000;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
      }
      return times.sort((a, b) => a - b);
    });
    const [median, slow] = [frames[60]!, frames[114]!];
    console.log(
      `100 000 samples: loaded in ${loaded.toFixed(0)} ms; frames while scrolling: median ${median.toFixed(1)} ms, 95 % below ${slow.toFixed(1)} ms`,
    );
    expect(slow).toBeLessThan(100);
    expect(await rowsOf(page).count()).toBeLessThan(40);
    const last = rowsOf(page).last();
    await page.locator('.sample-list').evaluate((list) => {
      list.scrollTop = list.scrollHeight;
    });
    await expect.poll(() => last.getAttribute('aria-rowindex')).toBe(String(MANY + 1));
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('are searched while one types', async () => {
    const { page } = await openReport(browser, many());
    const status = page.locator('.sample-count [role=status]');
    const started = performance.now();
    await page.getByLabel('Search').fill('question 99999:');
    await expect.poll(() => status.textContent(), { interval: 20 }).toBe('1 of 100\u202f000 samples');
    console.log(
      `100 000 samples: searched in ${(performance.now() - started).toFixed(0)} ms, typing pause included`,
    );
    expect(await rowsOf(page).locator('mark').first().textContent()).toBe('Question 99999:');
    // What is typed stays in the search, also after a row had the focus and the list has changed below it.
    await page.getByLabel('Search').fill('');
    await page.locator('[data-row="0"]').focus();
    await page.mouse.wheel(0, 2000);
    await page.getByLabel('Search').focus();
    await page.keyboard.type('no such words', { delay: 60 });
    await expect.poll(() => page.locator('.nothing').isVisible()).toBe(true);
    await page.context().close();
  });

  it('are walked through with the keyboard', async () => {
    const { page } = await openReport(browser, many());
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-row'));
    await page.locator('[data-row="0"]').focus();
    for (let press = 0; press < 25; press++) {
      await page.keyboard.press('ArrowDown');
      await expect.poll(focused).toBe(String(press + 1));
    }
    await page.keyboard.press('End');
    await expect.poll(focused).toBe(String(MANY - 1));
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: `Sample synthetic.jsonl:${MANY}` }).waitFor();
    await page.keyboard.press('Home');
    await expect.poll(focused).toBe('0');
    await page.context().close();
  });

  it('hold a hostile answer that stays a text', async () => {
    const { page, complaints } = await openReport(browser, many(), {
      hash: '#many.samples?sample=synthetic.jsonl%3A4',
    });
    const shown = await page.locator('.sample-detail').textContent();
    expect(shown).toContain(HOSTILE.slice(0, 40));
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
