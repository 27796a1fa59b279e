/**
 * A judge end to end: SmolLM2 behind llama-cpp-python's OpenAI-compatible server, which is stopped in the middle of the
 * work and started again. The right verdicts are known: one answer is SmolLM2's own, the other belongs to another
 * question.
 *
 *     npm run judge:llama -- --python PATH [--items 8] [--threads 1] [--out FILE]
 *
 * PATH is a Python with tooling/judge/requirements.txt.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createLocalJudge,
  createOpenAiJudge,
  formatWinRate,
  judgeWinRate,
  rememberReplies,
} from '../../packages/evaluators/dist/index.js';
import { replyFiles } from '../../packages/evaluators/dist/node/index.js';
import { loadModel, resolveModel } from '../../packages/runtime/dist/index.js';

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    items: { type: 'string', default: '8' },
    threads: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const threads = Number(flags.threads);
const MODEL = 'smollm2-135m';
const QUESTIONS = [
  'How do I keep bread fresh for longer?',
  'What does a compass needle point to?',
  'Why do leaves turn red in autumn?',
  'How can I learn the names of thirty new colleagues?',
  'What is the difference between a lake and a pond?',
  'How do I remove a coffee stain from a shirt?',
  'Why do we have leap years?',
  'What should I pack for a day in the mountains?',
  'How does a bicycle stay upright?',
  'What is a fair way to share a cake among three?',
].slice(0, Number(flags.items));

/**
 * llama.cpp's structured output: a grammar made of the schema, so that the smallest model writes a verdict. The reasons
 * are kept short, because such a model does not end them by itself.
 */
const GRAMMAR = {
  type: 'json_object',
  schema: {
    type: 'object',
    properties: {
      grounds: { type: 'string', maxLength: 80 },
      verdict: { type: 'string', enum: ['A', 'B', 'tie'] },
    },
    required: ['grounds', 'verdict'],
    additionalProperties: false,
  },
};

const folder = mkdtempSync(join(tmpdir(), 'austeer-judge-'));
const port = await freePort();
const baseURL = `http://127.0.0.1:${port}/v1`;
/** @type {import('node:child_process').ChildProcess | undefined} */
let server;
try {
  const { pairs, local } = await answerAndJudgeHere();
  /** @type {Record<string, unknown>} */
  const report = { items: pairs.length, local };
  show(`SmolLM2 here, by words: ${local.seconds} s`, local.summary);

  server = await startServer();
  // The server knows no `json_schema` and answers 500: the judge goes on with letters in brackets.
  const letters = await judgeThere('letters', { output: 'auto', maxTokens: 60 }, pairs);
  show(
    `llama-cpp-python, letters: ${letters.seconds} s, ${letters.account.requests} requests`,
    letters.summary,
  );

  const grammar = { maxTokens: 120, parameters: { response_format: GRAMMAR }, retries: 1 };
  const half = Math.ceil(pairs.length / 2) * 2;
  const cut = await judgeThere('grammar', grammar, pairs, (done) => {
    if (done === half) server?.kill('SIGKILL');
  });
  show(`the same with a grammar, server killed after ${half} replies: ${cut.seconds} s`, cut.summary);
  const kept = readdirSync(join(folder, 'grammar'), { recursive: true }).filter((name) =>
    String(name).endsWith('.json'),
  );
  server = await startServer();
  const resumed = await judgeThere('grammar', grammar, pairs);
  show(`server started again: ${resumed.seconds} s, ${resumed.account.requests} requests`, resumed.summary);
  const figures = {
    readings: pairs.length * 2,
    keptBeforeTheKill: kept.length,
    askedAfterwards: resumed.account.requests - resumed.account.retries,
    lost: resumed.replies.filter(({ text }) => text === undefined).length,
    duplicated: kept.length + resumed.account.requests - resumed.account.retries - pairs.length * 2,
  };
  console.log(JSON.stringify(figures));
  if (flags.out !== undefined) {
    writeFileSync(flags.out, `${JSON.stringify({ ...report, letters, cut, resumed, figures }, null, 2)}\n`);
  }
  process.exitCode = figures.lost === 0 && figures.duplicated === 0 ? 0 : 1;
} finally {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

/** The model's own answers, each beside the answer to the next question, and its verdicts by words. */
async function answerAndJudgeHere() {
  const model = await loadModel({ model: MODEL, threads });
  try {
    const { tokenizer } = model;
    if (tokenizer === undefined) throw new Error(`${MODEL} has no tokenizer`);
    const prompts = QUESTIONS.map((content) =>
      tokenizer.encode(
        tokenizer.applyChatTemplate([{ role: 'user', content }], { addGenerationPrompt: true }),
      ),
    );
    const answers = await model.generate(prompts, { maxNewTokens: 48 });
    const pairs = QUESTIONS.map((instruction, index) => ({
      id: String(index + 1),
      instruction,
      baseline: answers[(index + 1) % answers.length]?.text ?? '',
      candidate: answers[index]?.text ?? '',
    }));
    const started = Date.now();
    const { summary } = await judgeWinRate({ judge: createLocalJudge({ model }), pairs });
    return { pairs, local: { summary, seconds: secondsSince(started) } };
  } finally {
    await model.dispose();
  }
}

/**
 * @param {string} store
 * @param {Partial<import('../../packages/evaluators/dist/index.js').OpenAiJudgeOptions>} options
 * @param {readonly import('../../packages/evaluators/dist/index.js').JudgedPair[]} pairs
 * @param {(done: number) => void} [onDone]
 */
async function judgeThere(store, options, pairs, onDone) {
  const service = createOpenAiJudge({
    model: MODEL,
    baseURL,
    concurrency: 2,
    timeout: 120_000,
    retryDelay: 200,
    ...options,
  });
  const judge = rememberReplies(service, { store: replyFiles(join(folder, store)) });
  const started = Date.now();
  const { summary, items } = await judgeWinRate({ judge, pairs, onProgress: ({ done }) => onDone?.(done) });
  const replies = items.flatMap(({ readings }) => readings.map(({ reply }) => reply));
  return { summary, replies, account: service.account(), seconds: secondsSince(started) };
}

async function startServer() {
  const { files } = await resolveModel({ model: MODEL });
  const gguf = Object.values(files).find((path) => path.endsWith('.gguf')) ?? '';
  const child = spawn(
    flags.python,
    ['-m', 'llama_cpp.server', '--model', gguf, '--host', '127.0.0.1', '--port', String(port)].concat([
      '--n_ctx',
      '4096',
      '--n_threads',
      String(threads),
    ]),
    { stdio: 'ignore' },
  );
  for (let wait = 0; wait < 300; wait++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${baseURL}/models`).catch(() => undefined);
    if (answer?.ok) return child;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  child.kill('SIGKILL');
  throw new Error(
    `${flags.python} -m llama_cpp.server did not start; install tooling/judge/requirements.txt`,
  );
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** @param {string} title @param {import('../../packages/evaluators/dist/index.js').WinRateSummary} summary */
function show(title, summary) {
  console.log([title, ...formatWinRate(summary).map((line) => `  ${line}`)].join('\n'));
}

/** @param {number} started */
function secondsSince(started) {
  return Math.round((Date.now() - started) / 100) / 10;
}
