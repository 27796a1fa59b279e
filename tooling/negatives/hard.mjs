/**
 * `npm run negatives`: hard negatives for the whole of SVAMP's training part by the real MiniLM, with a sample to look
 * at, and how long wrong answers for 1,000 rows take over a pool of 10,000. With `--search 100000` also the exact
 * search alone over so many vectors, made up instead of encoded.
 *
 *     npm run negatives -- --data FOLDER --threads 2 --search 100000
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { createRandom, floatTensor } from '../../packages/core/dist/index.js';
import {
  BEHAVIOURS,
  hardNegatives,
  loadBehaviour,
  loadTask,
  mostSimilar,
  negativeFinder,
} from '../../packages/pairs/dist/index.js';
import { loadSentenceEncoder } from '../../packages/runtime/dist/index.js';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/datasets' },
    threads: { type: 'string', default: '2' },
    rows: { type: 'string', default: '1000' },
    pool: { type: 'string', default: '10000' },
    search: { type: 'string' },
  },
});
const random = createRandom(11);
const seconds = (/** @type {number} */ since) => ((performance.now() - since) / 1000).toFixed(1);
const processor = (/** @type {NodeJS.CpuUsage} */ since) => {
  const { user, system } = process.cpuUsage(since);
  return `${((user + system) / 1e6).toFixed(1)} s of processor time`;
};
const peak = () => `peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`;

const encoder = await loadSentenceEncoder({ threads: Number(flags.threads) });
console.log(`encoder ${encoder.name}, ${flags.threads} threads`);
await showSvamp();
await showSpeed(Number(flags.rows), Number(flags.pool));
await encoder.dispose?.();
if (flags.search !== undefined) await showSearch(Number(flags.rows), Number(flags.search));

/** The paper's rule on the paper's data. */
async function showSvamp() {
  const started = performance.now();
  const negatives = negativeFinder(hardNegatives({ encoder }));
  const { pairs, source } = await loadTask('svamp', { data: flags.data, negatives });
  const answers = new Set(pairs.map(({ positive }) => positive)).size;
  const blank = pairs.filter(({ negative }) => negative.trim() === '').length;
  const same = pairs.filter(({ positive, negative }) => positive === negative).length;
  console.log(
    `\nSVAMP: ${pairs.length} pairs, ${answers} different answers, ${blank} without a wrong answer, ${same} with the right one for it; ${seconds(started)} s`,
  );
  for (const note of source.notes) console.log(`note: ${note}`);
  console.log('\n| question | right | hard negative |\n| --- | ---: | ---: |');
  for (const { rawQuestion, positive, negative } of random.shuffle(pairs).slice(0, 10)) {
    console.log(`| ${rawQuestion.replaceAll('|', '/')} | ${positive} | ${negative} |`);
  }
}

/**
 * Answers of the length that answers have: sentences of the gallery's words.
 *
 * @param {number} rows
 * @param {number} size
 */
async function showSpeed(rows, size) {
  const words = (await Promise.all(BEHAVIOURS.map(({ name }) => loadBehaviour(name))))
    .flat()
    .flatMap(({ negative }) => negative.match(/[a-z]+/gi) ?? []);
  const pool = Array.from({ length: size }, () =>
    Array.from({ length: 6 + random.integer(10) }, () => words[random.integer(words.length)]).join(' '),
  );
  const questions = random.shuffle(pool).slice(0, rows);
  const started = performance.now();
  const used = process.cpuUsage();
  let encoded = 0;
  const found = await hardNegatives({ encoder }).find(
    questions.map((answer, id) => ({ id: String(id), question: '', answer })),
    pool,
    {
      onProgress: ({ stage }) => {
        if (stage === 'encode') encoded = performance.now();
      },
    },
  );
  const missing = found.filter((answer) => answer === undefined).length;
  const total = seconds(started);
  console.log(
    `\n${rows} hard negatives over a pool of ${size}: ${total} s in all, ${((encoded - started) / 1000).toFixed(1)} s until the last text was encoded; ${processor(used)}; ${missing} missing; ${peak()}`,
  );
}

/**
 * The search without a model: unit vectors drawn from the text itself.
 *
 * @param {number} rows
 * @param {number} size
 */
async function showSearch(rows, size) {
  const dimensions = 384;
  const drawn = {
    name: 'drawn',
    dimensions,
    /** @param {readonly string[]} texts */
    encode: async (texts) => {
      const data = new Float32Array(texts.length * dimensions);
      for (const [row, text] of texts.entries()) {
        const stream = createRandom(Number(text));
        let squares = 0;
        for (let at = row * dimensions; at < (row + 1) * dimensions; at++) {
          const value = stream.next() - 0.5;
          data[at] = value;
          squares += value * value;
        }
        const scale = 1 / Math.sqrt(squares);
        data.set(
          data.subarray(row * dimensions, (row + 1) * dimensions).map((value) => value * scale),
          row * dimensions,
        );
      }
      return floatTensor(data, [texts.length, dimensions]);
    },
  };
  const pool = Array.from({ length: size }, (_, index) => String(index));
  let encoding = 0;
  const timed = {
    ...drawn,
    /** @param {readonly string[]} texts */
    encode: async (texts) => {
      const started = performance.now();
      const vectors = await drawn.encode(texts);
      encoding += performance.now() - started;
      return vectors;
    },
  };
  const started = performance.now();
  const used = process.cpuUsage();
  await mostSimilar({ encoder: timed, texts: pool.slice(0, rows), pool });
  const search = (performance.now() - started - encoding) / 1000;
  console.log(
    `\nexact search of ${rows} among ${size} vectors of ${dimensions} numbers: ${search.toFixed(1)} s on one thread; ${processor(used)} with making the vectors up; ${peak()} (all vectors would be ${Math.round((size * dimensions * 4) / 2 ** 20)} MB)`,
  );
}
