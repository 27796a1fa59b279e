/**
 * `npm run bench:page`: runs the benches of `docs/benchmarks.md`, one after another, and puts what they print into the page.
 *
 *     npm run bench:page -- --llama-python PATH --torch-python PATH --data FOLDER
 *     npm run bench:page -- --only room,steering     these alone, again
 *     npm run bench:page -- --none                   the page alone, of what was printed before
 *
 * What a bench prints lies in `runs/bench/NAME.txt`. One whose file is there is not run again, so that a run that was stopped goes
 * on. Without a Python, or the folder of the tasks' data, the benches that need it are left out and stay in the page as they are.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endWith, ROOT } from '../bootstrap/setup.mjs';
import { run, step } from '../bootstrap/steps.mjs';
import { fillPage } from './fill-page.mjs';

const PAGE = join(ROOT, 'docs/benchmarks.md');
const OUTPUTS = join(ROOT, 'runs/bench');

const { values: flags } = parseArgs({
  options: {
    'llama-python': { type: 'string' },
    'torch-python': { type: 'string' },
    data: { type: 'string' },
    only: { type: 'string' },
    none: { type: 'boolean', default: false },
  },
});

/** What stands for a path in the commands of the page. */
const PATHS = { LLAMA_PYTHON: flags['llama-python'], TORCH_PYTHON: flags['torch-python'], DATA: flags.data };
const PEERS = 'bench:peers -- --llama-python LLAMA_PYTHON --torch-python TORCH_PYTHON';
/** Commands of npm, by the name of their place in the page. */
const BENCHES = {
  'peers-1': `${PEERS} --pairs 16 --threads 1`,
  'peers-2': `${PEERS} --pairs 16 --threads 2`,
  'huge-pages-1': 'bench:huge-pages',
  'huge-pages-2': 'bench:huge-pages -- --threads 2',
  'peers-huge-pages-1': `${PEERS} --pairs 16 --threads 1 --huge-pages`,
  'peers-huge-pages-2': `${PEERS} --pairs 16 --threads 2 --huge-pages`,
  'token-1': 'bench:profile -- 4bit-fast',
  'token-2': 'bench:profile -- 4bit-fast --threads 2',
  'prompt-fp32': 'bench:profile -- fp32 prompt',
  'prompt-8bit-1': 'bench:profile -- 8bit prompt',
  'prompt-8bit-2': 'bench:profile -- 8bit prompt --threads 2',
  room: 'bench:room',
  steering: 'bench:steering -- --rounds 6',
  kernel: 'bench:kernel -- --python TORCH_PYTHON',
  overlay: 'bench:overlay',
  cells: 'bench:cells -- --data DATA',
  'forms-1': 'bench -- 1',
  'forms-2': 'bench',
  divergence: 'bench:divergence -- 4bit 4bit-fast 8bit',
};

/** Words that say where it ran. */
function machine() {
  const { version } = createRequire(new URL('../../packages/runtime/dist/index.js', import.meta.url))(
    'onnxruntime-node/package.json',
  );
  const all = cpus();
  return `${all.length} cores of ${all[0]?.model}, Node ${process.versions.node}, onnxruntime-node ${version}`;
}

/** @param {string} name */
const fileOf = (name) => join(OUTPUTS, `${name}.txt`);

/** @param {string} name @param {string} command */
async function measure(name, command) {
  const words = command.split(' ');
  const missing = words.find((word) => word in PATHS && PATHS[/** @type {'DATA'} */ (word)] === undefined);
  if (missing !== undefined) {
    console.error(`${name} left out: it needs ${missing}`);
    return;
  }
  const filled = words.map((word) => PATHS[/** @type {'DATA'} */ (word)] ?? word);
  const printed = await step(name, () => run(['npm', 'run', '--silent', ...filled], { cwd: ROOT }));
  /** @type {import('./fill-page.mjs').Head} */
  const head = { date: new Date().toISOString().slice(0, 10), machine: machine() };
  writeFileSync(`${fileOf(name)}.part`, `${JSON.stringify(head)}\n${printed}`);
  renameSync(`${fileOf(name)}.part`, fileOf(name));
}

mkdirSync(OUTPUTS, { recursive: true });
const only = flags.only?.split(',');
const unknown = only?.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  endWith(new Error(`There is no bench "${unknown}"; known are ${Object.keys(BENCHES).join(', ')}`));
}
for (const [name, command] of Object.entries(BENCHES)) {
  const wanted = only === undefined ? !existsSync(fileOf(name)) : only.includes(name);
  if (wanted && !flags.none) await measure(name, command).catch(endWith);
}
const read = (/** @type {string} */ name) =>
  existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8') : undefined;
writeFileSync(PAGE, fillPage(readFileSync(PAGE, 'utf8'), { commands: BENCHES, read }));
