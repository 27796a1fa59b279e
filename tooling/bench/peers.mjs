/**
 * `npm run bench:peers`: this project, llama.cpp and PyTorch over one GGUF file on this machine, in interleaved
 * rounds: prefill, decoding, localization, and how far each is from PyTorch. Prints medians and ratios with their spread,
 * and writes them as JSON.
 *
 *     npm run bench:peers -- --threads 1 --rounds 5 --pairs 64 --llama-python PATH --torch-python PATH --out FILE
 *
 * A peer whose Python is not named is left out. `README.md` says how to install them. `--huge-pages` has all of them ask for
 * huge pages of memory, where Linux gives those only to who asks.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resolveModel } from '../../packages/runtime/dist/index.js';
import { contestant, spread } from './contestant.mjs';

const { values: flags } = parseArgs({
  options: {
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    pairs: { type: 'string', default: '64' },
    'llama-python': { type: 'string' },
    'torch-python': { type: 'string' },
    'huge-pages': { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const rounds = Number(flags.rounds);
// All contestants inherit it.
if (flags['huge-pages']) process.env.GLIBC_TUNABLES = 'glibc.malloc.hugetlb=1';
const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const { files } = await resolveModel({ model: 'smollm2-135m' });
const model = Object.values(files).find((path) => path.endsWith('.gguf')) ?? '';

/** @typedef {import('./contestant.mjs').Contestant} Contestant */

const ours = (/** @type {string} */ precision) =>
  contestant(precision, process.execPath, [
    here('austeer-worker.mjs'),
    'smollm2-135m',
    flags.threads,
    precision,
  ]);
const fp32 = ours('fp32');
const fourBit = ours('4bit');
const fast = ours('4bit-fast');
const eightBit = ours('8bit');
const llama =
  flags['llama-python'] &&
  contestant('llama.cpp', flags['llama-python'], [here('llama_cpp_worker.py'), model, flags.threads]);
const torch =
  flags['torch-python'] &&
  contestant('PyTorch', flags['torch-python'], [here('pytorch_worker.py'), model, flags.threads]);
const ourOwn = [fp32, fourBit, fast, eightBit];
const peers = [...(llama ? [llama] : []), ...(torch ? [torch] : [])];
const present = [...ourOwn, ...peers];
/** @type {Map<string, { name: string, over: (ReturnType<typeof spread> & { who: string })[] }[]>} how much faster we are, by peer and work */
const ratios = new Map();

/** @type {{ row: number, prefix: number[], positive: number[], negative: number[] }[]} */
const golden = JSON.parse(readFileSync(here('../goldens/smollm2-135m/localization.json'), 'utf8')).pairs;
const pairs = golden.slice(0, Number(flags.pairs)).map(({ row, prefix, positive, negative }) => ({
  id: String(row),
  positive: [...prefix, ...positive],
  negative: [...prefix, ...negative],
}));
/** Pieces of BoolQ passages: texts after which no model wants to stop. */
const text = golden.flatMap(({ prefix }) => prefix.slice(20));
const rows = (/** @type {number} */ count, /** @type {number} */ length) =>
  Array.from({ length: count }, (_, row) => text.slice(row * length, (row + 1) * length));

const STEPS = 48;
/** @typedef {{ name: string, tokens: number, request: object, only?: Contestant[] }} Work */
/** @type {Work[]} */
const works = [
  { name: 'prefill 1 × 256', tokens: 256, request: { work: 'prefill', rows: rows(1, 256) } },
  { name: 'prefill 8 × 64', tokens: 512, request: { work: 'prefill', rows: rows(8, 64) } },
  { name: 'decode, batch 1', tokens: STEPS, request: { work: 'decode', rows: rows(1, 32), steps: STEPS } },
  {
    name: 'decode, batch 8',
    tokens: STEPS * 8,
    request: { work: 'decode', rows: rows(8, 32), steps: STEPS },
  },
];

/**
 * Every contestant in turn, round after round, so that what disturbs the machine disturbs all.
 *
 * @param {readonly Contestant[]} contestants
 * @param {object} request
 */
async function interleaved(contestants, request) {
  const seconds = new Map(contestants.map(({ name }) => [name, /** @type {number[]} */ ([])]));
  for (let round = -1; round < rounds; round++) {
    for (const { name, ask } of contestants) {
      const reply = await ask(request);
      // The first round warms up.
      if (round >= 0) seconds.get(name)?.push(reply.seconds);
    }
  }
  return seconds;
}

/** @param {ReturnType<typeof spread>} values @param {(value: number) => string} digits */
const cellOf = ({ median, lowest, highest }, digits) =>
  `${digits(median)} [${digits(lowest)}, ${digits(highest)}]`;

/** @type {Record<string, unknown>} */
const results = { threads: Number(flags.threads), rounds, hugePages: flags['huge-pages'] };
console.log(
  `SmolLM2-135M Q4_1, ${flags.threads} ${flags.threads === '1' ? 'thread' : 'threads'}, ${rounds} rounds${flags['huge-pages'] ? ', huge pages' : ''}; tokens per second, median [lowest, highest]\n`,
);
console.log(`|  | ${present.map(({ name }) => name).join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(present.length)}`);
for (const { name, tokens, request } of works) {
  const seconds = await interleaved(present, request);
  const rates = [...seconds].map(([who, values]) => ({
    who,
    ...spread(values.map((value) => tokens / value)),
  }));
  results[name] = rates;
  const digits = (/** @type {number} */ value) => value.toFixed(value < 100 ? 1 : 0);
  console.log(`| ${name} | ${rates.map((rate) => cellOf(rate, digits)).join(' | ')} |`);
  for (const { name: peer } of peers) {
    const times = seconds.get(peer) ?? [];
    const over = ourOwn.map(({ name: who }) => ({
      who,
      ...spread((seconds.get(who) ?? []).map((value, round) => Number(times[round]) / value)),
    }));
    ratios.set(peer, [...(ratios.get(peer) ?? []), { name, over }]);
  }
}
for (const [peer, rows] of ratios) {
  results[`over ${peer}`] = rows;
  console.log(`\nTimes as fast as ${peer}, round by round, median [lowest, highest]\n`);
  console.log(
    `|  | ${ourOwn.map(({ name }) => name).join(' | ')} |\n| --- |${' --- |'.repeat(ourOwn.length)}`,
  );
  for (const { name, over } of rows) {
    const cells = over.map((one) => cellOf(one, (value) => value.toFixed(2)));
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

/** @param {readonly number[]} logits */
function logSoftmax(logits) {
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const sum = highest + Math.log(logits.reduce((total, value) => total + Math.exp(value - highest), 0));
  return logits.map((value) => value - sum);
}

if (torch) {
  const request = { work: 'logits', rows: golden.slice(0, 8).map(({ prefix }) => prefix) };
  const expected = (await torch.ask(request)).logits?.map(logSoftmax) ?? [];
  console.log('\nKL(PyTorch ‖ engine) of the next token, 8 prompts: mean, largest\n');
  for (const { name, ask } of present.filter((one) => one !== torch)) {
    const given = (await ask(request)).logits?.map(logSoftmax) ?? [];
    const kl = expected.map((row, at) =>
      row.reduce((sum, value, token) => sum + Math.exp(value) * (value - Number(given[at]?.[token])), 0),
    );
    const mean = kl.reduce((sum, value) => sum + value, 0) / kl.length;
    results[`KL of ${name}`] = { mean, largest: Math.max(...kl) };
    console.log(`- ${name}: ${mean.toExponential(1)}, ${Math.max(...kl).toExponential(1)}`);
  }

  const half = await fp32.ask({ work: 'localize', pairs, top: 100, layers: 15 });
  const whole = await fp32.ask({ work: 'localize', pairs, top: 100 });
  const released = await torch.ask({ work: 'localize', pairs, top: 100 });
  const overlap = Object.entries(released.units ?? {}).map(([site, units]) => {
    const mine = new Set(whole.units?.[site]?.map(String));
    return `${site} ${units.filter((unit) => mine.has(String(unit))).length}`;
  });
  console.log(
    `\nLocalization of ${pairs.length} pairs, both sites, seconds: the released way (PyTorch) ${released.seconds.toFixed(1)},`,
  );
  console.log(
    `this project, fp32, ${whole.seconds.toFixed(1)} (${(released.seconds / whole.seconds).toFixed(2)} ×),`,
  );
  console.log(
    `its lower 15 layers ${half.seconds.toFixed(1)} (${(released.seconds / half.seconds).toFixed(2)} ×)`,
  );
  console.log(`Of the top 100, the same: ${overlap.join(', ')}`);
  results.localization = {
    pairs: pairs.length,
    released: released.seconds,
    austeer: whole.seconds,
    lowerHalf: half.seconds,
    overlap,
    peakBytes: whole.peakBytes,
  };
}

if (flags.out) writeFileSync(flags.out, `${JSON.stringify(results, null, 2)}\n`);
for (const { end } of present) end();
