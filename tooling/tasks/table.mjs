/**
 * `npm run tasks:table`: reads the published data of every task of the paper, compares the counts with Table 6, looks
 * at the pairs through a tokenizer, and writes `docs/tasks.md`.
 *
 *     npm run tasks:table -- --data FOLDER --model smollm2-135m
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOT, setUp, tool } from '../bootstrap/setup.mjs';
import { run } from '../bootstrap/steps.mjs';

/** @typedef {import('../../packages/pairs/dist/index.js').Task} Task */
/** @typedef {import('../../packages/core/dist/index.js').Tokenizer} Tokenizer */

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/datasets' },
    model: { type: 'string', default: 'smollm2-135m' },
  },
});
await setUp();
const { describeTask, encodePairs, loadTask, TASK_NAMES } = await import(
  '../../packages/pairs/dist/index.js'
);
const { loadModel } = await import('../../packages/runtime/dist/index.js');

/** @param {readonly string[]} header @param {readonly (readonly unknown[])[]} rows */
const table = (header, rows) =>
  [header, header.map(() => '---'), ...rows].map((line) => `| ${line.join(' | ')} |`).join('\n');

/** @param {Task} task @param {Tokenizer} tokenizer */
function tokensOf(task, tokenizer) {
  const { report } = encodePairs(task.pairs, tokenizer);
  const { joinedDifferently, truncated, answerLost, identical } = report;
  return [joinedDifferently, truncated, answerLost, identical].map((ids) => ids.length);
}

/** @param {string} name @param {string} text */
const block = (name, text) => `${name}:\n\n\`\`\`text\n${text}\n\`\`\`\n`;

const paperTasks = TASK_NAMES.map(describeTask).filter(({ paperCounts }) => paperCounts !== undefined);
const runs = paperTasks.flatMap(({ name, variants }) => variants.map((variant) => ({ name, variant })));
const model = await loadModel({ model: flags.model, threads: 1 });
const { tokenizer } = model;
if (tokenizer === undefined) throw new Error(`${flags.model} has no tokenizer`);
/** @type {(string | number)[][]} */
const counts = [];
/** @type {(string | number)[][]} */
const tokens = [];
/** @type {string[]} */
const notes = [];
for (const { name, variant } of runs) {
  const task = await loadTask(name, { data: flags.data, variant });
  const label = variant === 'official' ? name : `${name}, ${variant}`;
  const {
    paper,
    found,
    reason = '',
  } = /** @type {NonNullable<Task['source']['table6']>} */ (task.source.table6);
  counts.push([label, paper.pairs, found.pairs, paper.items, found.items, reason]);
  tokens.push([label, task.pairs.length, ...tokensOf(task, tokenizer)]);
  notes.push(`### ${label}\n`, ...task.source.notes.map((note) => `- ${note}`), '');
}
const { name: modelName } = model.identity;
await model.dispose();
const samples = await Promise.all(
  paperTasks.map(async ({ name }) => {
    const { pairs, items } = await loadTask(name);
    return [name, pairs.length, items.length];
  }),
);

const prompts = paperTasks.flatMap(({ name, template, itemTemplate }) =>
  itemTemplate === undefined
    ? block(name, template)
    : [block(`${name}, pairs`, template), block(`${name}, test items`, itemTemplate)],
);
writeFileSync(
  fileURLToPath(new URL('../../docs/tasks.md', import.meta.url)),
  `# Tasks

Written by \`npm run tasks:table\` from published files; nothing here is typed. \`austeer tasks\` prints the same counts for
your own data, \`austeer tasks show boolq --template\` a prompt with a pair and a test item.

## Counts beside Table 6 of the paper

Pairs are those that the released code takes, at most 1,000, from the start; test items are all. Where the last column
says something, the rows are not the paper's, even where the counts agree.

${table(['task', 'pairs, paper', 'pairs, here', 'test, paper', 'test, here', 'how the files differ'], counts)}

## Pairs as tokens of ${modelName}

Of the pairs above: those whose tokens differ between joining texts (as released) and joining tokens, those cut at 512
tokens, those that lost a whole answer to the cut (\`cut: 'question'\` keeps it), and those whose two texts are the same
tokens. The run log has these counts for every run.

${table(['task', 'pairs', 'joined differently', 'cut', 'answer lost', 'identical'], tokens)}

## Samples

What the package brings along: original rows in the layouts of the data sets.

${table(['task', 'pairs', 'test items'], samples)}

## Prompts

Word for word those of the released code (\`utils/load_dataset.py\` of \`zijian678/AUSteer\`), the parts of a row in braces.
Figure 9 of the paper shows those of SVAMP and MAWPS.

${prompts.join('\n')}
## Notes

What the readers say about these files; it goes into every run log.

${notes.join('\n')}`,
);
await run([process.execPath, tool('@biomejs/biome/bin/biome'), 'format', '--write', 'docs/tasks.md'], {
  cwd: ROOT,
});
