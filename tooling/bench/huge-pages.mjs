/**
 * `npm run bench:huge-pages`: tokens with the weights in huge pages of memory beside tokens without, two programs each, in interleaved
 * rounds: median [quartiles] of the ratio. Means something where
 * `/sys/kernel/mm/transparent_hugepage/enabled` says `madvise`, and the C library is GNU's.
 *
 *     npm run bench:huge-pages -- --threads 1 --rounds 12
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contestant, quartiles } from './contestant.mjs';
import { promptsOf } from './works.mjs';

const { values: flags } = parseArgs({
  options: {
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '12' },
    precision: { type: 'string', default: '4bit-fast' },
  },
});
const worker = [
  process.execPath,
  fileURLToPath(new URL('austeer-worker.mjs', import.meta.url)),
  'smollm2-135m',
  flags.threads,
  flags.precision,
];
// Two of each: where a program's memory lies makes it a few percent faster or slower.
const programs = [0, 1].map((pair) => ({
  plain: contestant(`plain ${pair}`, 'env', worker),
  huge: contestant(`huge ${pair}`, 'env', ['GLIBC_TUNABLES=glibc.malloc.hugetlb=1', ...worker]),
}));
const STEPS = 48;

console.log(
  `SmolLM2-135M, ${flags.precision}, ${flags.threads} ${flags.threads === '1' ? 'thread' : 'threads'}, ${flags.rounds} rounds of two pairs of programs: rate with huge pages over rate without\n`,
);
console.log('|  | median [quartiles] |\n| --- | --- |');
for (const count of [1, 8]) {
  const request = { work: 'decode', rows: promptsOf(count, 32), steps: STEPS };
  /** @type {number[]} */
  const ratios = [];
  for (let round = -1; round < Number(flags.rounds); round++) {
    for (const { plain, huge } of programs) {
      const order = round % 2 === 0 ? [plain, huge] : [huge, plain];
      /** @type {Map<unknown, number>} */
      const seconds = new Map();
      for (const one of order) seconds.set(one, (await one.ask(request)).seconds);
      // The first round warms up.
      if (round >= 0) ratios.push((seconds.get(plain) ?? 0) / (seconds.get(huge) ?? 0));
    }
  }
  console.log(`| decode, batch ${count} | ${quartiles(ratios)} |`);
}
for (const { plain, huge } of programs) {
  plain.end();
  huge.end();
}
