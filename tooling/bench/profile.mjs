/**
 * `npm run bench:profile -- 4bit-fast`: where one token of an answer spends its time, by ONNX Runtime's own profile; with
 * `prompt` behind it, where reading a prompt of 256 tokens does; `--threads 2` for more than one. Profiling slows it
 * down: read the shares.
 *
 * @module
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadModel } from '../../packages/runtime/dist/index.js';

const TOKENS = 64;
const PROMPT_TOKENS = 256;
const PROMPTS = 6;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '1' } },
});
const precision = /** @type {'4bit-fast'} */ (positionals[0] ?? '4bit-fast');
const readsPrompts = positionals[1] === 'prompt';
const threads = Number(values.threads);
const folder = mkdtempSync(join(tmpdir(), 'austeer-profile-'));

/** @typedef {{ endProfiling(): void }} Session */
/** @typedef {{ InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> } }} OnnxRuntime */
/** @type {OnnxRuntime} */
const ort = createRequire(new URL('../../packages/runtime/dist/index.js', import.meta.url))(
  'onnxruntime-node',
);
const create = ort.InferenceSession.create.bind(ort.InferenceSession);
/** @type {Session[]} */
const sessions = [];
/** @param {Uint8Array} model @param {object} options */
const createProfiled = async (model, options) => {
  const profiled = { ...options, enableProfiling: true, profileFilePrefix: join(folder, 'profile') };
  const session = await create(model, profiled);
  sessions.push(session);
  return session;
};
Object.assign(ort.InferenceSession, { create: createProfiled });

const model = await loadModel({ model: 'smollm2-135m', threads, precision });
const text = model.tokenizer?.encode('Once upon a time there was a village by the sea, where') ?? [];
const prompt = Array.from({ length: PROMPT_TOKENS }, (_, at) => (at * 7919 + 13) % 40_000);
// What comes first warms up.
for (let turn = 0; readsPrompts && turn <= PROMPTS; turn++)
  await model.score([{ prompt, candidates: [[1]] }]);
for (let turn = 0; !readsPrompts && turn < 3; turn++)
  await model.generate([text], { maxNewTokens: TOKENS, ignoreEnd: true });
for (const session of sessions) session.endProfiling();
await model.dispose();

/** @typedef {{ cat: string, name: string, ts: number, dur: number, args: { op_name?: string } }} Event */
const file = readdirSync(folder).sort().at(-1) ?? '';
/** @type {Event[]} */
const events = JSON.parse(readFileSync(join(folder, file), 'utf8'));
rmSync(folder, { recursive: true });
// The last answer without the run that reads its prompt, or the last prompts.
const runs = events.filter(({ name }) => name === 'model_run').slice(readsPrompts ? -PROMPTS : 1 - TOKENS);
const start = runs[0]?.ts ?? 0;
const nodes = events.filter(
  ({ cat, ts, name }) => cat === 'Node' && ts >= start && name.endsWith('_kernel_time'),
);
/** @type {Map<string, { count: number, time: number }>} */
const byKind = new Map();
for (const { dur, args } of nodes) {
  const kind = byKind.get(args.op_name ?? '') ?? { count: 0, time: 0 };
  byKind.set(args.op_name ?? '', { count: kind.count + 1, time: kind.time + dur });
}
const perRun = (/** @type {number} */ microseconds) => (microseconds / runs.length / 1000).toFixed(2);
const what = readsPrompts ? `a prompt of ${PROMPT_TOKENS} tokens` : 'a token';
console.log(
  `${precision}, ${threads} thread${threads === 1 ? '' : 's'}, ${what}: ${perRun(runs.reduce((sum, { dur }) => sum + dur, 0))} ms\n`,
);
console.log(`| nodes | in ${what} | ms |\n| --- | --- | --- |`);
for (const [kind, { count, time }] of [...byKind].sort((a, b) => b[1].time - a[1].time)) {
  if (Number(perRun(time)) >= 0.05) {
    console.log(`| ${kind} | ${Math.round(count / runs.length)} | ${perRun(time)} |`);
  }
}
