/**
 * `npm run conformance`: runs every invariant on every fixture and writes `docs/conformance.md` from what passed.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, setUp, tool } from '../bootstrap/setup.mjs';
import { run } from '../bootstrap/steps.mjs';

/** @typedef {{ ancestorTitles: string[], title: string, status: string }} Assertion */
/** @typedef {{ testResults: { name: string, assertionResults: Assertion[] }[] }} Report */

/** What a test shows, by a piece of its title. */
const CLAIMS = {
  'PyTorch: activations': [
    /^captures what PyTorch hooks see/,
    /^computes logits and every site as PyTorch does/,
  ],
  'PyTorch: edits, cached': [
    /^edits .* as PyTorch hooks do/,
    /^decodes under edits of every site as PyTorch does/,
  ],
  'zero is bit-identical': [/bit-identical/],
  'cache = full forward': [/^decodes with a cache/, /^follows a rule through decoding/],
  'row of a batch = row alone': [
    /^gives a row of a batch/,
    /^scores an item of a batch/,
    /^generates the same rows/,
  ],
  'sites proven': [/^proves its sites/],
};

/** @param {Report} report @returns {Map<string, Assertion[]>} by fixture */
function byFixture(report) {
  const found = new Map();
  for (const { name: file, assertionResults } of report.testResults) {
    const isGguf = file.endsWith('packages/onnx/test/gguf-families.test.ts');
    for (const assertion of assertionResults) {
      const name = assertion.ancestorTitles
        .join(' ')
        .replace(/^openOnnxDecoder on /, '')
        .replace(/ is a LanguageModel.*/, '')
        .concat(isGguf ? '-gguf' : '');
      if (!/^[a-z0-9-]+-(optimum|genai|dynamo|hub|gguf)(-|$)/.test(name)) continue;
      found.set(name, [...(found.get(name) ?? []), assertion]);
    }
  }
  return found;
}

/** @param {readonly Assertion[]} tests @param {readonly RegExp[]} patterns */
function cell(tests, patterns) {
  const matching = tests.filter(({ title }) => patterns.some((pattern) => pattern.test(title)));
  const passed = matching.filter(({ status }) => status === 'passed').length;
  if (matching.length === 0) return '–';
  return passed === matching.length ? 'yes' : `${passed} of ${matching.length}`;
}

/** @param {string} name */
async function sitesOf(name) {
  const { loadModel } = await import('../../packages/runtime/dist/index.js');
  const cacheDirectory = mkdtempSync(join(tmpdir(), 'austeer-conformance-'));
  const model = await loadModel({
    model: name.endsWith('-gguf')
      ? join(ROOT, 'tooling/fixtures-gguf/goldens', `${name.replace(/-gguf$/, '')}.gguf`)
      : join(ROOT, 'tooling/fixtures/goldens', name),
    cacheDirectory,
    threads: 1,
  });
  const { identity, details } = model;
  await model.dispose();
  rmSync(cacheDirectory, { recursive: true });
  const sites = Object.keys(identity.widths).join(', ');
  return { sites, padding: details.padding };
}

/** @param {Report} report */
async function table(report) {
  const claims = Object.entries(CLAIMS);
  const rows = [];
  for (const [name, tests] of [...byFixture(report)].sort(([a], [b]) => a.localeCompare(b))) {
    const { sites, padding } = await sitesOf(name);
    const passed = tests.filter(({ status }) => status === 'passed').length;
    const cells = claims.map(([, patterns]) => cell(tests, patterns));
    rows.push([name, sites, padding, ...cells, `${passed} of ${tests.length}`]);
  }
  const header = ['fixture', 'sites', 'padding', ...claims.map(([claim]) => claim), 'tests passed'];
  return [header, header.map(() => '---'), ...rows].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

await setUp();
const folder = mkdtempSync(join(tmpdir(), 'austeer-conformance-'));
const out = join(folder, 'report.json');
await run(
  [
    process.execPath,
    tool('vitest/vitest.mjs'),
    'run',
    ...['--project', 'onnx', '--project', 'runtime'],
    ...['packages/onnx/src/overlay/open-onnx-decoder.test.ts', 'packages/onnx/test', 'packages/runtime/test'],
    '--reporter=json',
    `--outputFile=${out}`,
  ],
  { cwd: ROOT },
);
const report = JSON.parse(readFileSync(out, 'utf8'));
rmSync(folder, { recursive: true });
writeFileSync(
  fileURLToPath(new URL('../../docs/conformance.md', import.meta.url)),
  `# Conformance

Written by \`npm run conformance\` from a test run; nothing here is typed. A fixture is a tiny decoder with random weights,
\`<family>-<exporter>[-<precision>]\`, made by \`tooling/fixtures\` and \`tooling/fixtures-gguf\` with the real exporters
(Optimum, onnxruntime-genai's model builder, torch's own exporter) and PyTorch's numbers beside it. \`hub\` is Optimum's
export in the precisions of the hub's onnx-community files. A dash means that no test of that kind names the fixture.

${await table(report)}
`,
);
await run([process.execPath, tool('@biomejs/biome/bin/biome'), 'format', '--write', 'docs/conformance.md'], {
  cwd: ROOT,
});
