/**
 * Speed and exactness of the two forms of a GGUF model, in one run: `npm run bench`.
 * Numbers of `docs/benchmarks.md` come from here.
 */
import { readFileSync } from 'node:fs';
import { readSafetensors, safetensorsFloats } from '../../packages/core/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';

const goldens = new URL('../goldens/smollm2-135m/', import.meta.url);
const forward = JSON.parse(readFileSync(new URL('forward.json', goldens), 'utf8'));
const { pairs } = JSON.parse(readFileSync(new URL('localization.json', goldens), 'utf8'));
const logits = readSafetensors(readFileSync(new URL('forward.safetensors', goldens))).tensors.get('logits');
const golden = safetensorsFloats(logits);
const vocabulary = logits.shape[1];
const everyToken = Array.from({ length: vocabulary }, (_, token) => [token]);
const threads = Number(process.argv[2] ?? 2);

/** The median of three timings after one that is not counted, in tokens per second. */
async function rate(tokens, work) {
  const seconds = [];
  for (let turn = 0; turn < 4; turn++) {
    const start = performance.now();
    await work();
    if (turn > 0) seconds.push((performance.now() - start) / 1000);
  }
  return tokens / seconds.sort((a, b) => a - b)[1];
}

function divergence(row, given) {
  const values = golden.subarray(row * vocabulary, (row + 1) * vocabulary);
  const highest = values.reduce((a, b) => Math.max(a, b));
  const sum = highest + Math.log(values.reduce((total, value) => total + Math.exp(value - highest), 0));
  return values.reduce((total, value, token) => total + Math.exp(value - sum) * (value - sum - given[token]), 0);
}

const text = Array.from({ length: 256 }, (_, index) => (index * 7919 + 13) % 40000);
const rows = (count, length) => Array.from({ length: count }, (_, row) => text.slice(row, row + length));
const sample = pairs.slice(0, 16).map(({ row, prefix, positive, negative }) => ({
  id: String(row),
  positive: [...prefix, ...positive],
  negative: [...prefix, ...negative],
}));
const sampleTokens = sample.reduce((sum, { positive, negative }) => sum + positive.length + negative.length, 0);
const drain = async (stream) => {
  for await (const _ of stream);
};

console.log(`threads ${threads}`);
for (const precision of ['fp32', '4bit']) {
  const model = await loadModel({ model: 'smollm2-135m', precision, threads });
  const scores = await model.score(forward.rows.map(({ tokens }) => ({ prompt: tokens, candidates: everyToken })));
  const kl = scores.map(({ logProbabilities }, row) => divergence(row, logProbabilities));
  const answer = async (count) => {
    const prompts = rows(count, 16);
    // A row may end early, so the tokens that came are counted.
    const made = await model.generate(prompts, { maxNewTokens: 48, batchSize: count });
    return made.reduce((sum, { tokens }) => sum + tokens.length, 0);
  };
  const decode = async (count) => rate(await answer(count), () => answer(count));
  const score = (count, length) =>
    rate(count * length, () => model.score(rows(count, length).map((prompt) => ({ prompt, candidates: [[1]] }))));
  const result = {
    'KL to PyTorch on the golden prompts': kl.map((value) => value.toExponential(1)).join(', '),
    'prefill 1 × 256, tokens/s': (await score(1, 256)).toFixed(0),
    'prefill 8 × 64, tokens/s': (await score(8, 64)).toFixed(0),
    'decode, batch 1, tokens/s': (await decode(1)).toFixed(1),
    'decode, batch 8, tokens/s': (await decode(8)).toFixed(1),
    'pairs of BoolQ, both texts, tokens/s': (
      await rate(sampleTokens, () => drain(model.capturePairs(sample, { sites: ['attention', 'ffn'] })))
    ).toFixed(0),
    'the same without the common prefix, tokens/s': (
      await rate(sampleTokens, () =>
        drain(
          model.capture(
            sample.flatMap(({ positive, negative }) => [positive, negative]),
            { sites: ['attention', 'ffn'] },
          ),
        ),
      )
    ).toFixed(0),
  };
  await model.dispose();
  console.log(`\n${precision}`);
  for (const [name, value] of Object.entries(result)) console.log(`  ${name.padEnd(46)} ${value}`);
}
console.log(`\npeak memory ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`);
