/**
 * `npm run test:published`: packs every package, publishes it to a registry on this machine, and does what a
 * reader of the READMEs would, with npm and with pnpm, on every Node that is supported: installs
 * `@austeer/localize` alone, runs the command with `npx`, installs all packages and runs each README's first
 * example. No variable of the environment helps: ONNX Runtime's install script would fail without its host, and
 * so would this check.
 *
 * `npm run test:published -- --node 20 --client npm --package core` does a part.
 *
 * @module
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { transform } from 'esbuild';
import { findPnpm } from '../bootstrap/pnpm.mjs';
import { ROOT, setUp } from '../bootstrap/setup.mjs';
import { run, StepError, step } from '../bootstrap/steps.mjs';
import { markdownExamples } from '../checks/example-blocks.mjs';
import { readTarball, tarballProblems } from '../checks/tarball.mjs';
import { readWorkspace } from '../checks/workspace.mjs';
import { findNode, NODE_VERSIONS, startRegistry } from './workshop.mjs';

/** @typedef {{ name: string, folder: string, tarball: string, bytes: number, files: number }} Packed */
/** @typedef {{ label: string, node: string, client: 'npm' | 'pnpm' }} Setting */

/** Examples with a model: they take minutes, so that they run with the first setting only. */
const WITH_MODEL = ['@austeer/baselines', '@austeer/experiments', '@austeer/runtime'];
/** A small export of Optimum that the tests use. */
const EXPORT = 'llama-optimum';

/**
 * Scripts that make the files which an example takes for granted, with the packages that are installed.
 *
 * @type {Readonly<Record<string, string>>}
 */
const READER_FILES = {
  '@austeer/localize': `
    import { writeFileSync } from 'node:fs';
    import { createRandom, writeSafetensors } from '@austeer/core';
    const random = createRandom(1);
    for (const name of ['positive', 'negative']) {
      const data = Float32Array.from({ length: 8 * 2 * 16 }, () => random.next());
      writeFileSync(name + '.safetensors', writeSafetensors({ tensors: { ffn: { dtype: 'F32', shape: [8, 2, 16], data } } }));
    }`,
  '@austeer/onnx': `
    import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
    import { tinyLlama } from '@austeer/onnx/testing';
    mkdirSync('models', { recursive: true });
    cpSync(process.argv[1], 'models/my-export', { recursive: true });
    writeFileSync('models/model.gguf', tinyLlama());`,
};

const CACHE =
  process.env.AUSTEER_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'austeer');

const { values: flags } = parseArgs({
  options: {
    node: { type: 'string', multiple: true },
    client: { type: 'string', multiple: true },
    package: { type: 'string', multiple: true },
  },
});

/** @type {string[]} */
const problems = [];
/** @type {Map<string, Map<string, string>>} package → setting → what came of it */
const table = new Map();

const work = mkdtempSync(join(tmpdir(), 'austeer-published-'));
/** @type {import('./workshop.mjs').Registry | undefined} */
let registry;
try {
  await setUp();
  const pnpm = await findPnpm(ROOT);
  const packed = await step('Packing', () => pack(pnpm));
  const settings = await step('Finding the versions of Node', findSettings);
  registry = await step('Starting a registry', () => startRegistry({ folder: work, node: process.execPath }));
  const { url } = registry;
  await step('Publishing', () => publish(packed, url));
  for (const [index, setting] of settings.entries()) {
    await checkSetting({ setting, packed, pnpm, url, withModels: index === 0 });
  }
  printTable(packed, settings);
} catch (error) {
  problems.push(error instanceof StepError ? error.message : String(error));
} finally {
  await registry?.stop();
  rmSync(work, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'all published packages work' : `${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** @param {string[]} pnpm @returns {Promise<Packed[]>} */
async function pack(pnpm) {
  const packages = readWorkspace(ROOT).filter(({ manifest }) => manifest.private !== true);
  /** @type {Packed[]} */
  const packed = [];
  for (const { folder, manifest } of packages) {
    const out = join(work, 'tarballs', folder);
    await run([...pnpm, 'pack', '--pack-destination', out], { cwd: join(ROOT, folder) });
    const tarball = join(out, readdirSync(out)[0] ?? '');
    const content = readTarball(tarball);
    problems.push(...tarballProblems(folder, content));
    packed.push({
      name: manifest.name,
      folder,
      tarball,
      bytes: content.bytes,
      files: content.entries.length,
    });
  }
  return packed;
}

/** @returns {Promise<Setting[]>} */
async function findSettings() {
  const here = process.version.slice(1);
  const versions = [here, ...NODE_VERSIONS.filter((version) => version.split('.')[0] !== here.split('.')[0])];
  const clients = /** @type {const} */ (['npm', 'pnpm']);
  const wanted = versions.filter(
    (version) => flags.node?.some((major) => version.startsWith(`${major}.`)) ?? true,
  );
  return Promise.all(
    wanted.map(async (version) => ({
      major: version.split('.')[0],
      node: version === here ? process.execPath : await findNode(version),
    })),
  ).then((found) =>
    found.flatMap(({ major, node }) =>
      clients
        .filter((client) => flags.client?.includes(client) ?? true)
        .map((client) => ({ label: `${major} ${client}`, node, client })),
    ),
  );
}

/** @param {Packed[]} packed @param {string} url */
async function publish(packed, url) {
  // Provenance is what GitHub's servers sign; here nobody does. The registry takes any token.
  const options = ['--provenance=false', '--registry', url, `--//${new URL(url).host}/:_authToken=anyone`];
  for (const { tarball } of packed) await run(['npm', 'publish', tarball, ...options], { cwd: work });
}

/** @param {{ setting: Setting, packed: Packed[], pnpm: string[], url: string, withModels: boolean }} options */
async function checkSetting({ setting, packed, pnpm, url, withModels }) {
  const { label, node, client } = setting;
  const home = join(work, label.replace(' ', '-'));
  const cache = join(home, 'cache');
  mkdirSync(cache, { recursive: true });
  // Models that this machine has; anything else would be a download of hundreds of megabytes.
  symlinkSync(join(CACHE, 'models'), join(cache, 'models'), 'dir');
  const npmCli = process.env.npm_execpath ?? '';
  const commands = {
    npm: /npm-cli/.test(npmCli) ? [node, npmCli] : ['npm'],
    pnpm: pnpm.length > 1 ? [node, ...pnpm.slice(1)] : pnpm,
  };
  /** @type {Record<string, string | undefined>} */
  const env = {
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
    AUSTEER_CACHE: cache,
    npm_config_registry: url,
    npm_config_cache: join(work, 'npm-cache'),
    npm_config_store_dir: join(work, 'pnpm-store'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    CI: 'true',
    // Neither may help: this is what a stranger's machine has.
    ONNXRUNTIME_NODE_INSTALL: undefined,
    npm_config_onnxruntime_node_install: undefined,
  };
  const folderFor = (/** @type {string} */ name) => {
    const folder = join(home, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}\n');
    return folder;
  };
  const add = (/** @type {string} */ folder, /** @type {string[]} */ names) =>
    run([...commands[client], client === 'npm' ? 'install' : 'add', ...names], { cwd: folder, env });
  /** @param {string} name @param {() => Promise<string | void>} task */
  const attempt = async (name, task) => {
    const row = table.get(name) ?? new Map();
    table.set(name, row);
    try {
      row.set(label, (await step(`  ${name} on Node ${label}`, task)) ?? 'ok');
    } catch (error) {
      row.set(label, 'FAILED');
      problems.push(
        `${name} on Node ${label}: ${error instanceof StepError ? error.message : String(error)}`,
      );
    }
  };
  const wants = (/** @type {string} */ name) => flags.package?.some((part) => name.endsWith(part)) ?? true;

  if (wants('localize')) {
    await attempt('@austeer/localize alone', async () => {
      const folder = folderFor('alone');
      await add(folder, ['@austeer/localize', '@austeer/core']);
      const others = readdirSync(join(folder, 'node_modules')).filter(
        (name) => !/^(\.|@austeer$)/.test(name),
      );
      if (others.length > 0) throw new StepError(`installs ${others.join(', ')} as well`);
      await runExample(packed, '@austeer/localize', folder, node, env);
    });
  }
  if (wants('austeer')) {
    await attempt('austeer by npx', async () => {
      const folder = folderFor('npx');
      const start =
        client === 'npm'
          ? [...commands.npm, 'exec', '--yes', '--', 'austeer']
          : [...commands.pnpm, 'dlx', 'austeer'];
      const version = await run([...start, '--version'], { cwd: folder, env });
      if (!/^\d+\.\d+\.\d+/.test(version.trim())) throw new StepError(`--version prints ${version}`);
      const models = await run([...start, 'models'], { cwd: folder, env });
      if (!models.includes('smollm2-135m')) throw new StepError(`models prints ${models}`);
      if (!withModels || !hasModel()) return undefined;
      // ONNX Runtime is nowhere: the command fetches it.
      const words = [
        'generate',
        '--prompt',
        'The capital of France is',
        '--max-new-tokens',
        '1',
        '--threads',
        '1',
      ];
      const answer = await run([...start, ...words], { cwd: folder, env });
      if (!answer.includes('Paris')) throw new StepError(`generate prints ${answer}`);
      return 'ok, generates';
    });
  }
  const folder = folderFor('all');
  const all = packed.filter(({ name }) => wants(name));
  await attempt('all packages, one install', async () => {
    await add(folder, [...all.map(({ name }) => name), '@austeer/core', '@austeer/onnx']);
  });
  for (const { name } of all) {
    if (name === 'austeer') continue;
    await attempt(name, async () => {
      if (!WITH_MODEL.includes(name)) return runExample(packed, name, folder, node, env);
      if (!withModels || !hasModel()) {
        await run([node, '--input-type=module', '--eval', `await import('${name}')`], { cwd: folder, env });
        return 'imports';
      }
      return runExample(packed, name, folder, node, env);
    });
  }
}

/** Whether the model of the examples is on this machine. */
function hasModel() {
  try {
    return readdirSync(join(CACHE, 'models', 'smollm2-135m')).length > 0;
  } catch {
    return false;
  }
}

/**
 * Runs the first example of a README as a reader would: copied into a file of a folder that has the package.
 *
 * @param {Packed[]} packed @param {string} name @param {string} folder @param {string} node
 * @param {Record<string, string | undefined>} env
 */
async function runExample(packed, name, folder, node, env) {
  const path = `${packed.find((entry) => entry.name === name)?.folder}/README.md`;
  const [example] = markdownExamples(path, readFileSync(join(ROOT, path), 'utf8'));
  if (example === undefined) throw new StepError(`${path} has no example`);
  await makeReaderFiles(name, folder, node);
  const { code } = await transform(example.code, { loader: 'ts', format: 'esm' });
  const file = join(folder, `${name.replace(/\W/g, '-')}.mjs`);
  writeFileSync(file, code);
  await run([node, file], { cwd: folder, env, timeout: 600_000 });
}

/**
 * The files that an example takes for granted, made with the packages that are installed.
 *
 * @param {string} name @param {string} folder @param {string} node
 */
async function makeReaderFiles(name, folder, node) {
  const script = READER_FILES[name];
  if (script === undefined) return;
  const arguments_ = [
    '--input-type=module',
    '--eval',
    script,
    join(ROOT, 'tooling/fixtures/goldens', EXPORT),
  ];
  await run([node, ...arguments_], { cwd: folder });
}

/** @param {Packed[]} packed @param {Setting[]} settings */
function printTable(packed, settings) {
  const sizes = new Map(
    packed.map(({ name, bytes, files }) => [name, [`${(bytes / 1000).toFixed(1)} kB`, String(files)]]),
  );
  const labels = settings.map(({ label }) => label);
  const names = [...new Set([...packed.map(({ name }) => name), ...table.keys()])];
  const rows = [
    ['package', 'tarball', 'files', ...labels.map((label) => `Node ${label}`)],
    ...names.map((name) => [
      name,
      ...(sizes.get(name) ?? ['', '']),
      ...labels.map((label) => table.get(name)?.get(label) ?? ''),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
