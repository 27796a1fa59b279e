/**
 * `npm run docs:hardening`: writes `docs/hardening.md` from what `npm run fuzz` and `npm run mutation` entered.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../bootstrap/setup.mjs';
import { hashOfSources, inputsOf, readLedger } from '../fuzz/ledger.mjs';
import { createReaders } from '../fuzz/readers.mjs';

const number = (/** @type {number} */ value) => value.toLocaleString('en-US').replaceAll(',', ' ');

/** @param {readonly string[]} heads @param {readonly (readonly (string | number)[])[]} rows the first column is text */
function table(heads, rows) {
  const lines = [heads, heads.map((_, at) => (at === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

async function fuzzRows() {
  const folder = mkdtempSync(join(tmpdir(), 'austeer-hardening-'));
  const readers = await createReaders(folder);
  rmSync(folder, { recursive: true });
  const ledger = readLedger();
  return Object.entries(readers).map(([name, { sources }]) => {
    const entries = ledger[name] ?? [];
    const present = entries.filter((entry) => entry.sources === hashOfSources(sources));
    const most = (/** @type {'slowestMilliseconds' | 'largestMebibytes'} */ key) =>
      Math.max(0, ...present.map((entry) => entry[key]));
    const finds = (/** @type {typeof entries} */ some) =>
      some.reduce((sum, entry) => sum + entry.finds.length, 0);
    return [
      name,
      number(inputsOf(entries)),
      number(inputsOf(present)),
      number(present.reduce((sum, { read }) => sum + read, 0)),
      most('slowestMilliseconds'),
      most('largestMebibytes'),
      finds(entries) - finds(present),
      finds(present),
    ];
  });
}

function mutationRows() {
  /** @type {Record<string, { target: string, killed: number, survived: number, uncovered: number }>} */
  const results = JSON.parse(readFileSync(join(ROOT, 'tooling/mutation/results.json'), 'utf8'));
  const row = (/** @type {string} */ name, /** @type {(typeof results)[string][]} */ files) => {
    const sum = (/** @type {'killed' | 'survived' | 'uncovered'} */ key) =>
      files.reduce((total, file) => total + file[key], 0);
    const all = sum('killed') + sum('survived') + sum('uncovered');
    return [
      name,
      all,
      sum('killed'),
      sum('uncovered'),
      all === 0 ? '–' : ((100 * sum('killed')) / all).toFixed(1),
    ];
  };
  const targets = [...new Set(Object.values(results).map(({ target }) => target))];
  return targets.flatMap((target) => {
    const files = Object.entries(results).filter(([, file]) => file.target === target);
    return [
      row(
        `**${target}**`,
        files.map(([, file]) => file),
      ),
      ...files.map(([name, file]) => row(`\`${name.replace(/^packages\//, '')}\``, [file])),
    ];
  });
}

writeFileSync(
  join(ROOT, 'docs/hardening.md'),
  `# What was tried to break it

Written by \`npm run docs:hardening\` from what the commands below entered.

## Damaged files

Every reader of files from outside gets damaged copies of valid ones: bits, lengths and counts, cut and doubled parts,
keys that mean something to JavaScript. It has to end in a result or a typed error, within a second, without growing by
256 MiB. \`npm run fuzz -- --minutes 10\` goes on with seeds that were not seen yet, for the readers that have had the
fewest; an input is made again by its seed and number. Slowest and largest are those of the sources as they are now.

${table(
  [
    'reader',
    'inputs',
    'of these with the present sources',
    'read',
    'slowest, ms',
    'largest growth, MiB',
    'finds, mended',
    'finds, open',
  ],
  await fuzzRows(),
)}

## Changes that a test has to notice

\`npm run mutation -- steering\` changes one thing after another in the sources (Stryker) and runs the tests that reach
it. Texts of errors count as well. Not covered: changes that no test reaches.

${table(['file', 'changes', 'noticed', 'not covered', 'noticed, %'], mutationRows())}

## Random models

\`packages/experiments/test/random-models.test.ts\` makes decoders of every family of random sizes, weights and tensor
types, random plans with rules and schedules, and batches of rows of random lengths, and asks for every invariant of the
design: zero steering to the bit, cache and full forward, row and batch, a plain forward pass in 64-bit floats, counts
of any partition, baking, nothing changed, other models refused. \`npm test\` makes a few; this makes 300:

\`\`\`sh
npm run test:slow -- random-models
\`\`\`

## Long use

\`npm run soak -- --generations 20000\` lets plans come and go in one process. It printed: 139.1 MiB after 1,000 answers,
141.1 MiB after 12,000 and 142.2 MiB after 20,000; objects of JavaScript were 12.8, 13.1 and 13.1 MiB. Over the second half memory
grew by 0.19 MiB in 1,000 answers; the limit is 1.
`,
);
