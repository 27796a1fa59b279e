/**
 * The two sides of a task, pairs and test items, from samples, published files or the hub.
 *
 * @module
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AusteerError, FileFormatError, FileMissingError } from '@austeer/core';
import { fetchHubFiles, type HubAccess } from '../hub/hub-files.ts';
import { splitPool } from '../split-pool.ts';
import { splitSamples } from '../split-samples.ts';
import type { Example, HubEdition, TaskDefinition, TaskVariant } from '../tasks/task-definition.ts';
import { readRows } from './read-rows.ts';

/** One row with the id that pairs and items get from it. */
export type IdentifiedExample = Example & { readonly id: string };

/** Both sides of a task before they are worded as pairs and items. */
export interface TaskSides {
  readonly pairs: readonly IdentifiedExample[];
  readonly items: readonly IdentifiedExample[];
  readonly files: readonly string[];
  readonly notes: readonly string[];
  /** How the data differ from what the paper used, where that is known. */
  readonly differs?: string | undefined;
}

/** What is read, and how. */
export interface ReadSidesOptions {
  readonly definition: TaskDefinition;
  readonly variant: TaskVariant;
  readonly seed: number;
  readonly skipBadRows: boolean;
}

/** A file: where it is, and what ids and notes call it. */
interface DataFile {
  readonly path: string;
  readonly name: string;
}

interface ReadExamples {
  readonly examples: readonly IdentifiedExample[];
  readonly notes: readonly string[];
}

/** Samples of this package, divided by the seed or by the rows themselves. */
export async function readSamples(options: ReadSidesOptions): Promise<TaskSides> {
  const { definition, seed } = options;
  const { sampleFile: name } = definition;
  // The same two steps lead from src/readers and from dist/readers to the package's data.
  const path = fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
  const { examples, notes } = await readExamples(options, [{ path, name }]);
  const isDivided = examples.every(({ side }) => side !== undefined);
  const { pairs, items, unused } = isDivided
    ? { ...sidesOf(examples), unused: 0 }
    : splitSamples(examples, seed);
  return {
    pairs,
    items,
    files: [name],
    notes: [
      `Original sample rows of this package, not the published data set: ${pairs.length} for pairs, ${items.length} for test items, divided ${isDivided ? 'by the rows themselves' : `with seed ${seed}`}.`,
      ...(unused === 0 ? [] : [`Rows unused, so that pairs hold every class equally often: ${unused}.`]),
      ...notes,
    ],
  };
}

/** The first edition of the data set whose files all lie in the folder. */
export async function readPublished(options: ReadSidesOptions, folder: string): Promise<TaskSides> {
  const { definition, seed } = options;
  const edition = await firstEdition(definition, folder);
  const files = (names: readonly string[]): DataFile[] =>
    names.map((name) => ({ name, path: join(folder, name) }));
  const { differs, testRows } = edition;
  const shared = { files: [...new Set([...edition.pairs, ...edition.items])], differs };
  if (testRows !== undefined) {
    const { examples, notes } = await readExamples(options, files(edition.pairs));
    return {
      ...shared,
      ...splitPool(examples, { items: testRows, seed }),
      notes: [...noteOf(differs), `Test items were drawn from the pool with seed ${seed}.`, ...notes],
    };
  }
  const pairs = await readExamples(options, files(edition.pairs), 'pair');
  const items = await readExamples(options, files(edition.items), 'item');
  return {
    ...shared,
    pairs: pairs.examples,
    items: items.examples,
    notes: [...noteOf(differs), ...new Set([...pairs.notes, ...items.notes])],
  };
}

/** The hub's Parquet edition, from the cache where it is there. */
export async function readHub(
  options: ReadSidesOptions,
  edition: HubEdition,
  hub: HubAccess,
): Promise<TaskSides> {
  const { repository } = edition;
  const files: string[] = [];
  const read = async (folder: string, side?: Example['side']): Promise<ReadExamples> => {
    const fetched = await fetchHubFiles({ ...hub, repository, folder });
    files.push(...fetched.files.map(({ name }) => `${repository}@${fetched.commit}/${name}`));
    const named = fetched.files.map(({ name, path }) => ({ path, name: `${repository}/${name}` }));
    return readExamples(options, named, side);
  };
  const isOne = edition.pairs === edition.items;
  const sides = isOne
    ? [await read(edition.pairs)]
    : [await read(edition.pairs, 'pair'), await read(edition.items, 'item')];
  const { pairs, items } = isOne
    ? sidesOf(sides[0]!.examples)
    : { pairs: sides[0]!.examples, items: sides[1]!.examples };
  return {
    pairs,
    items,
    files,
    notes: [
      `Read from the Parquet edition of ${repository} on the Hugging Face hub.`,
      ...new Set(sides.flatMap(({ notes }) => notes)),
    ],
  };
}

function sidesOf(examples: readonly IdentifiedExample[]): {
  pairs: IdentifiedExample[];
  items: IdentifiedExample[];
} {
  return {
    pairs: examples.filter(({ side }) => side === 'pair'),
    items: examples.filter(({ side }) => side === 'item'),
  };
}

function noteOf(differs: string | undefined): string[] {
  return differs === undefined ? [] : [`Not what the paper used: ${differs}.`];
}

/** Rows of all files that are on the wanted side, or on either. */
async function readExamples(
  { definition, variant, skipBadRows }: ReadSidesOptions,
  files: readonly DataFile[],
  wanted?: Example['side'],
): Promise<ReadExamples> {
  const examples: IdentifiedExample[] = [];
  const notes: string[] = [];
  const seen = new Set<string>();
  let repeated = 0;
  for (const { path, name } of files) {
    const skipped: AusteerError[] = [];
    let rows = 0;
    let taken = 0;
    for await (const { line, value } of readRows(path, {
      parse: (raw, place) => ({ example: definition.parseRow(raw, place, variant), raw }),
      skipBadRows,
      onBadRow: (error) => skipped.push(error),
    })) {
      rows += 1;
      const { example, raw } = value;
      if (example === undefined) continue;
      if (wanted !== undefined && example.side !== undefined && example.side !== wanted) continue;
      taken += 1;
      // Files that were drawn from one data set share rows.
      const key = files.length > 1 ? JSON.stringify(raw) : '';
      if (key !== '' && seen.has(key)) repeated += 1;
      else examples.push({ ...example, id: `${name}:${line}` });
      seen.add(key);
    }
    if (rows === 0) {
      throw new FileFormatError({
        path,
        format: 'data',
        problem: `it has no usable row (malformed rows left out: ${skipped.length})`,
        cause: skipped[0],
      });
    }
    if (skipped.length > 0) notes.push(`Malformed rows of ${name} left out: ${skipped.length}.`);
    if (taken < rows) {
      const what = wanted === 'item' ? 'test items' : wanted === 'pair' ? 'pairs' : 'pairs or test items';
      notes.push(`Rows of ${name} that the rule "${variant}" takes as ${what}: ${taken} of ${rows}.`);
    }
  }
  if (repeated > 0)
    notes.push(`Rows repeated among ${files.map(({ name }) => name).join(' and ')}: ${repeated}.`);
  return { examples, notes };
}

async function firstEdition(
  { name, editions }: TaskDefinition,
  folder: string,
): Promise<TaskDefinition['editions'][number]> {
  for (const edition of editions) {
    if (await allExist(folder, [...edition.pairs, ...edition.items])) return edition;
  }
  const [first] = editions;
  throw new FileMissingError({
    path: join(folder, first!.pairs[0]!),
    what: `Data of the task "${name}"`,
    advice: `The folder given as data must hold ${editions
      .map(({ pairs, items }) => [...new Set([...pairs, ...items])].join(' and '))
      .join(', or ')}`,
  });
}

async function allExist(folder: string, files: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    files.map((file) =>
      access(join(folder, file)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.every(Boolean);
}

/** Whether a folder holds the published files of a task. */
export async function hasEdition({ editions }: TaskDefinition, folder: string): Promise<boolean> {
  for (const { pairs, items } of editions) if (await allExist(folder, [...pairs, ...items])) return true;
  return false;
}
