import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readFileBytes, writeFileAtomic } from '@austeer/core/node';
import {
  createRatingSheets,
  formatRatingPage,
  formatRatings,
  formatSheet,
  parseRatingKey,
  parseSheet,
  summarizeRatings,
} from '@austeer/evaluators';
import { checkRunFolder } from '@austeer/experiments';
import { readAnswers } from '../answered-items.ts';
import type { HumanScoreFlags, HumanSheetFlags } from '../commands/human.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';

export async function runHumanSheet(this: AusteerContext, flags: HumanSheetFlags): Promise<void> {
  const { terminal } = this;
  const { out, items: itemCount, raters, seed, title, key: keyPath = `${resolve(out)}.key.json` } = flags;
  await checkRunFolder(out);
  if (resolve(keyPath).startsWith(`${resolve(out)}/`)) {
    throw usageError('--key', keyPath, 'a place outside the folder that raters get');
  }
  // Sheets that are out with raters are worth nothing without their key.
  if (existsSync(keyPath)) throw usageError('--key', keyPath, 'a file that does not exist yet');
  const { conditions, items } = await readAnswers(flags);
  const { sheets, key } = createRatingSheets({ items, conditions, itemCount, raters, seed });
  const files = [
    ...sheets.map((sheet) => ({ name: `rater-${sheet.rater}.csv`, content: formatSheet(sheet) })),
    { name: 'rating-page.html', content: formatRatingPage({ sheets, title }) },
  ];
  await writeFileAtomic(keyPath, `${JSON.stringify(key, null, 2)}\n`);
  try {
    await writeFolder(out, files);
  } catch (error) {
    await rm(keyPath, { force: true });
    throw error;
  }
  const answers = key.entries.length;
  if (flags.json) {
    terminal.printJson({ out, key: keyPath, files: files.map(({ name }) => name), answers, conditions });
    return;
  }
  terminal.print(`${answers} answers (${answers / conditions.length} items) for ${raters} raters → ${out}`);
  terminal.print(`key → ${keyPath}: keep it from the raters`);
}

export async function runHumanScore(
  this: AusteerContext,
  flags: HumanScoreFlags,
  ...paths: string[]
): Promise<void> {
  const { terminal } = this;
  const read = async (path: string, what: string): Promise<string> =>
    new TextDecoder().decode(await readFileBytes(path, { what }));
  const key = parseRatingKey(await read(flags.key, 'Rating key'), { path: flags.key });
  const ratings = [];
  for (const path of paths) ratings.push(...parseSheet(await read(path, 'Rating sheet'), { path }));
  const summary = summarizeRatings({ ratings, key, seed: flags.seed });
  if (flags.out !== undefined) await writeFileAtomic(flags.out, `${JSON.stringify(summary, null, 2)}\n`);
  if (flags.json) terminal.printJson(summary);
  else for (const line of formatRatings(summary)) terminal.print(line);
}

/** All files at once, or none. */
async function writeFolder(
  folder: string,
  files: readonly { name: string; content: string }[],
): Promise<void> {
  const target = resolve(folder);
  const temporary = `${target}.${randomUUID()}.tmp`;
  await mkdir(temporary, { recursive: true });
  try {
    for (const { name, content } of files) await writeFileAtomic(join(temporary, name), content);
    // An empty folder in the way is replaced.
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}
