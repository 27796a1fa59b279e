/**
 * `npm run bench`: speed and exactness of the forms of a GGUF model, in one run.
 * The figures of `docs/benchmarks.md` are its output.
 *
 *     npm run bench -- [THREADS]
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { readSafetensors, safetensorsFloats } from '../../packages/core/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';

const threads = Number(process.argv[2] ?? 2);
const goldens = new URL('../goldens/smollm2-135m/', import.meta.url);
const forward = JSON.parse(readFileSync(new URL('forward.json', goldens), 'utf8'));
const logits = readSafetensors(readFileSync(new URL('forward.safetensors', goldens))).tensors.get('logits');
if (logits === undefined) throw new Error('forward.safetensors has no tensor "logits"');
const [, vocabulary = 0] = logits.shape;
const goldenLogits = safetensorsFloats(logits);
const everyToken = Array.from({ length: vocabulary }, (_, token) => [token]);
const text = Array.from({ length: 256 }, (_, index) => (index * 7919 + 13) % 40_000);

/** @type {{ row: number, prefix: number[], positive: number[], negative: number[] }[]} */
const goldenPairs = JSON.parse(readFileSync(new URL('localization.json', goldens), 'utf8')).pairs;
const pairs = goldenPairs.slice(0, 16).map(({ row, prefix, positive, negative }) => ({
  id: String(row),
  positive: [...prefix, ...positive],
  negative: [...prefix, ...negative],
}));
const pairTexts = pairs.flatMap(({ positive, negative }) => [positive, negative]);
const pairTokens = pairTexts.reduce((total, { length }) => total + length, 0);

/** @param {number} count @param {number} length */
const prompts = (count, length) => Array.from({ length: count }, (_, row) => text.slice(row, row + length));

/** @param {AsyncIterable<unknown>} stream */
async function drain(stream) {
  for await (const _ of stream);
}

/**
 * The median of three timings after one that is not counted, in tokens per second.
 *
 * @param {number} tokens
 * @param {() => Promise<unknown>} work
 */
async function rate(tokens, work) {
  const seconds = [];
  for (let turn = 0; turn < 4; turn++) {
    const start = performance.now();
    await work();
    if (turn > 0) seconds.push((performance.now() - start) / 1000);
  }
  seconds.sort((a, b) => a - b);
  return tokens / Number(seconds[1]);
}

/**
 * KL(PyTorch ‖ this) of the next token.
 *
 * @param {number} row of the goldens
 * @param {ArrayLike<number>} given log-probabilities of every token
 */
function divergence(row, given) {
  const values = goldenLogits.subarray(row * vocabulary, (row + 1) * vocabulary);
  const highest = values.reduce((a, b) => Math.max(a, b));
  const sum = highest + Math.log(values.reduce((total, value) => total + Math.exp(value - highest), 0));
  return values.reduce(
    (total, value, token) => total + Math.exp(value - sum) * (value - sum - Number(given[token])),
    0,
  );
}

/** @param {'fp32' | '4bit' | '4bit-fast'} precision */
async function measure(precision) {
  const model = await loadModel({ model: 'smollm2-135m', precision, threads });
  /** @type {{ tokens: number[] }[]} */
  const golden = forward.rows;
  const scores = await model.score(golden.map(({ tokens }) => ({ prompt: tokens, candidates: everyToken })));

  /** @param {number} count */
  const answer = async (count) => {
    const made = await model.generate(prompts(count, 16), { maxNewTokens: 48, batchSize: count });
    // A row may end early, so the tokens that came are counted.
    return made.reduce((total, { tokens }) => total + tokens.length, 0);
  };
  /** @param {number} count */
  const decode = async (count) => rate(await answer(count), () => answer(count));
  /** @param {number} count @param {number} length */
  const prefill = (count, length) => {
    const items = prompts(count, length).map((prompt) => ({ prompt, candidates: [[1]] }));
    return rate(count * length, () => model.score(items));
  };
  /** @type {{ sites: ['attention', 'ffn'] }} */
  const sites = { sites: ['attention', 'ffn'] };

  // A task: what all questions begin with, a question of their own, and two answers of three tokens.
  const head = text.slice(100, 164);
  const questions = Array.from({ length: 16 }, (_, row) => ({
    prompt: [...head, ...text.slice(row, row + 32)],
    candidates: [text.slice(40, 43), text.slice(50, 53)],
  }));
  const answers = questions.flatMap(({ prompt, candidates }) =>
    candidates.map((candidate) => ({ prompt, candidates: [candidate] })),
  );
  const answerTokens = answers.length * (head.length + 32 + 2);

  const rates = {
    'prefill 1 × 256': await prefill(1, 256),
    'prefill 8 × 64': await prefill(8, 64),
    'decode, batch 1': await decode(1),
    'decode, batch 8': await decode(8),
    'pairs of BoolQ, common prefix once': await rate(pairTokens, () =>
      drain(model.capturePairs(pairs, sites)),
    ),
    'the same, both texts whole': await rate(pairTokens, () => drain(model.capture(pairTexts, sites))),
    'questions with two answers, head and question once': await rate(answerTokens, () =>
      model.score(questions),
    ),
    'the same, every text whole': await rate(answerTokens, async () => {
      for (const answer of answers) await model.score([answer]);
    }),
  };
  const divergences = scores.map(({ logProbabilities }, row) => divergence(row, logProbabilities));
  await model.dispose();
  return { rates, divergences };
}

const forms = {
  fp32: await measure('fp32'),
  '4bit': await measure('4bit'),
  '4bit-fast': await measure('4bit-fast'),
};

console.log(`SmolLM2-135M, ${threads} threads; tokens per second, and as a share of fp32's\n`);
console.log('|  | fp32 | 4bit | 4bit-fast |\n| --- | --- | --- | --- |');
for (const [index, [name, exact]] of Object.entries(forms.fp32.rates).entries()) {
  const others = [forms['4bit'], forms['4bit-fast']].map(({ rates }) => {
    const rate = Object.values(rates)[index] ?? Number.NaN;
    return `${rate.toFixed(0)} (${(rate / exact).toFixed(2)})`;
  });
  console.log(`| ${name} | ${exact.toFixed(0)} | ${others.join(' | ')} |`);
}
for (const [name, { divergences }] of Object.entries(forms))
  console.log(
    `\nKL to PyTorch, golden prompts, ${name}: ${divergences.map((value) => value.toExponential(1)).join(', ')}`,
  );
console.log(`\npeak memory ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`);
