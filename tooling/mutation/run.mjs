/**
 * `npm run mutation -- localize`: changes one thing after another in a package's sources and looks whether a test
 * notices (Stryker). Names the changes that no test noticed, and fails below the share that is asked for.
 *
 *     npm run mutation -- localize --files 'ranking.ts,momentum-counts.ts'
 *
 * The counts of each file are entered in `results.json`; `npm run docs:hardening` makes the table.
 *
 * @module
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endWith, ROOT, setUp } from '../bootstrap/setup.mjs';
import { runInForeground } from '../bootstrap/steps.mjs';
import { fetchTool } from '../published/workshop.mjs';

/** The last line that runs on Node 20. */
const STRYKER = '9.6.1';
/** What was measured, by file. */
const RESULTS = join(ROOT, 'tooling/mutation/results.json');
/** Share of changes, in percent, that tests have to notice. */
const LEAST_SCORE = 85;

/** What is mutated: the arithmetic that results rest on. */
const TARGETS = {
  localize: { root: 'packages/localize', folder: 'src', tests: ['src/**/*.test.ts'] },
  steering: { root: 'packages/steering', folder: 'src', tests: ['src/**/*.test.ts', 'test/**/*.test.ts'] },
  statistics: {
    root: 'packages/evaluators',
    folder: 'src/statistics',
    tests: ['src/statistics.test.ts', 'src/statistics/*.test.ts'],
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string' },
    least: { type: 'string', default: String(LEAST_SCORE) },
    /** Processes that run tests at the same time. */
    concurrency: { type: 'string', default: '1' },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(TARGETS);

await setUp().catch(endWith);
const stryker = await fetchTool(`stryker-${STRYKER}`, {
  '@stryker-mutator/core': STRYKER,
  '@stryker-mutator/vitest-runner': STRYKER,
});
for (const name of names) {
  const target = TARGETS[/** @type {keyof typeof TARGETS} */ (name)];
  if (target === undefined)
    endWith(new Error(`There is no target "${name}"; known are ${Object.keys(TARGETS).join(', ')}`));
  const work = mkdtempSync(join(tmpdir(), 'austeer-mutation-'));
  const { root, folder, tests } = target;
  const files = values.files?.split(',').map((file) => `${root}/${folder}/${file}`) ?? [
    `${root}/${folder}/**/*.ts`,
    `!${root}/${folder}/**/*.test.ts`,
    `!${root}/${folder}/**/{index,__fixtures__/**}.ts`,
  ];
  const configuration = join(work, 'stryker.json');
  writeFileSync(
    configuration,
    JSON.stringify({
      mutate: files,
      testRunner: 'vitest',
      plugins: [join(stryker, 'node_modules/@stryker-mutator/vitest-runner/dist/src/index.js')],
      vitest: { configFile: 'tooling/mutation/vitest.config.ts', related: false },
      coverageAnalysis: 'perTest',
      reporters: ['clear-text', 'progress-append-only', 'json'],
      jsonReporter: { fileName: join(work, 'report.json') },
      clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
      // Of the goldens only those that these tests read.
      ignorePatterns: [
        '.tools',
        '.austeer',
        'dist',
        'docs',
        'runs',
        'tooling/*/goldens',
        '!tooling/statistics/goldens',
      ],
      concurrency: Number(values.concurrency),
      tempDirName: join(work, 'sandbox'),
      thresholds: { break: Number(values.least) },
      disableTypeChecks: false,
      // TypeScript 7 has no compiler for programs, which Stryker would read the configuration with; none is needed.
      tsconfigFile: 'no-tsconfig.json',
      allowConsoleColors: false,
    }),
  );
  const program = join(stryker, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const env = { AUSTEER_MUTATION_TESTS: tests.map((path) => `${root}/${path}`).join() };
  const { code } = await runInForeground([process.execPath, program, 'run', configuration], {
    cwd: ROOT,
    env,
  });
  const report = join(work, 'report.json');
  if (existsSync(report)) enter(name, JSON.parse(readFileSync(report, 'utf8')));
  rmSync(work, { recursive: true, force: true });
  if (code !== 0) process.exitCode = 1;
}

/**
 * Counts of each file, in place of those that were there.
 *
 * @param {string} target
 * @param {{ files: Record<string, { mutants: { status: string }[] }> }} report
 */
function enter(target, { files }) {
  const results = JSON.parse(readFileSync(RESULTS, 'utf8'));
  const date = new Date().toISOString().slice(0, 10);
  for (const [file, { mutants }] of Object.entries(files)) {
    const count = (/** @type {string[]} */ ...kinds) =>
      mutants.filter(({ status }) => kinds.includes(status)).length;
    results[file] = {
      target,
      date,
      killed: count('Killed', 'Timeout'),
      survived: count('Survived'),
      uncovered: count('NoCoverage'),
    };
  }
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(RESULTS, `${JSON.stringify(sorted, undefined, 2)}\n`);
}
