/**
 * Steers a real model with one vector, here and in llama.cpp, and compares the greedy tokens.
 *
 *     node llama-compare.mjs MODEL.gguf PYTHON
 *
 * Needs `npm run build` before. PYTHON has the wheel `xllamacpp`.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../packages/core/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';
import { compilePlan, planFromEdits, planToControlVector } from '../../packages/steering/dist/index.js';

const [path = '', python = 'python'] = process.argv.slice(2);
const NEW_TOKENS = 16;
const PROMPTS = [
  'The capital of France is',
  'Once upon a time there was a',
  'Water boils at',
  'My favourite book is about',
  'In the morning I like to',
  'The largest animal on earth',
  'To bake bread you need',
  'A good friend is someone who',
  'Computers are machines that',
  'The weather in London',
];

const model = await loadModel({ model: path });
const { layers, widths } = model.identity;
const random = createRandom(1);
// Layers in the middle, every second unit: changes the answers and leaves them readable.
const edits = [8, 9, 10].flatMap((layer) =>
  Array.from({ length: (widths.residual ?? 0) / 2 }, (_, unit) => ({
    site: /** @type {const} */ ('residual'),
    layer: Math.min(layer, layers - 1),
    index: unit * 2,
    gain: 0,
    bias: random.normal() * 0.5,
  })),
);
const plan = planFromEdits({ edits, model: model.identity });
const folder = mkdtempSync(join(tmpdir(), 'austeer-'));
try {
  const vector = join(folder, 'vector.gguf');
  writeFileSync(vector, planToControlVector(plan));
  const prompts = PROMPTS.map((prompt) => model.tokenizer?.encode(prompt) ?? []);
  const ours = async (/** @type {ReturnType<typeof compilePlan> | undefined} */ steering) =>
    (await model.generate(prompts, { maxNewTokens: NEW_TOKENS, ...(steering && { steering }) })).map(
      ({ tokens }) => tokens,
    );
  const plain = await ours(undefined);
  const steered = await ours(compilePlan(plan, model.identity));
  const output = execFileSync(
    python,
    [new URL('llama.py', import.meta.url).pathname, path, vector, String(NEW_TOKENS)],
    { input: JSON.stringify(prompts), stdio: ['pipe', 'pipe', 'ignore'] },
  );
  /** @type {number[][]} */
  const theirs = JSON.parse(output.toString());
  let same = 0;
  for (const [row, tokens] of steered.entries()) {
    // An answer of ours ends at an end token, theirs goes on.
    const length = Math.min(tokens.length, NEW_TOKENS);
    const equal = tokens.every((token, at) => theirs[row]?.[at] === token);
    if (equal) same += 1;
    const changed = plain[row]?.join() !== tokens.join();
    console.log(
      `${equal ? 'same' : 'DIFFERENT'} ${length} tokens${changed ? '' : ' (not changed by the vector)'}`,
    );
    console.log(`  austeer    ${JSON.stringify(model.tokenizer?.decode(tokens))}`);
    if (!equal) console.log(`  llama.cpp  ${JSON.stringify(model.tokenizer?.decode(theirs[row] ?? []))}`);
  }
  console.log(`${same} of ${steered.length} prompts have the same greedy tokens`);
  process.exitCode = same === steered.length ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
  await model.dispose();
}
