/**
 * Bakes a plan into a GGUF, runs the copy in llama.cpp, and compares the greedy tokens with those of the model
 * steered here at run time.
 *
 *     node llama-bake.mjs MODEL.gguf PYTHON
 *
 * Needs `npm run build` before. PYTHON has the wheels `llama_cpp_python` and `gguf`.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../packages/core/dist/index.js';
import { bakeGguf, openGguf } from '../../packages/onnx/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';
import { compilePlan, planFromEdits } from '../../packages/steering/dist/index.js';

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
const random = createRandom(1);
// Gains in every layer, and a few biases, at each site that has weights behind it.
const edits = /** @type {const} */ (['attention', 'ffn', 'ffnInner']).flatMap((site) =>
  Array.from({ length: model.identity.layers }, (_, layer) => ({
    site,
    layer,
    index: random.integer(model.identity.widths[site] ?? 1),
    gain: 3 * random.normal(),
    bias: layer % 3 === 0 ? random.normal() : 0,
  })),
);
const steering = compilePlan(planFromEdits({ edits, model: model.identity }), model.identity);
const folder = mkdtempSync(join(tmpdir(), 'austeer-'));
try {
  const baked = join(folder, 'baked.gguf');
  const { changes } = await bakeGguf({ file: await openGguf(path), steering, path: baked });
  const worst = Math.max(...changes.map(({ error }) => error));
  console.log(`${changes.length} tensors changed, largest rounding error ${worst.toExponential(1)}`);
  const prompts = PROMPTS.map((prompt) => model.tokenizer?.encode(prompt) ?? []);
  const options = { maxNewTokens: NEW_TOKENS, ignoreEnd: true };
  const plain = await model.generate(prompts, options);
  const steered = await model.generate(prompts, { ...options, steering });
  const output = execFileSync(
    python,
    [new URL('llama_greedy.py', import.meta.url).pathname, baked, String(NEW_TOKENS)],
    { input: JSON.stringify(prompts), stdio: ['pipe', 'pipe', 'inherit'] },
  );
  /** @type {number[][][]} */
  const [asItIs = [], asFloats = []] = JSON.parse(output.toString());
  const same = (/** @type {number[][]} */ theirs) =>
    steered.filter(({ tokens }, row) => tokens.join() === theirs[row]?.join()).length;
  const changed = steered.filter(({ tokens }, row) => tokens.join() !== plain[row]?.tokens.join()).length;
  console.log(`the plan changes the answer to ${changed} of ${prompts.length} prompts`);
  console.log(
    `llama.cpp, weights as floats: ${same(asFloats)} of ${prompts.length} prompts have the same greedy tokens`,
  );
  console.log(`llama.cpp, the file itself, activations rounded: ${same(asItIs)} of ${prompts.length}`);
  process.exitCode = same(asFloats) === prompts.length ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
  await model.dispose();
}
