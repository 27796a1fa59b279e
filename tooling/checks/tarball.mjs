/**
 * What a packed package holds, and why it may not be published, if it may not.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** @typedef {{ path: string, bytes: number }} TarEntry `path` without the leading `package/` */
/** @typedef {{ bytes: number, entries: readonly TarEntry[], manifest: Record<string, unknown> }} Tarball */

/** The one file of weights that is published: the toxicity scorer's own. */
const OWN_WEIGHTS = /^(dist|src|data)\/toxicity\/local\//;
const WEIGHTS = /\.(safetensors|gguf|onnx|onnx_data|bin|pt|pth|npz|npy|data)$/i;
/** Data sets of others come as these; the samples of @austeer/pairs are the project's own JSON lines. */
const DATA = /\.(parquet|csv|tsv|arrow|zip|gz)$/i;
const LEFTOVER = /(^|\/)(__fixtures__|goldens|\.env[^/]*|\.npmrc|node_modules)(\/|$)|\.test\.ts$|\.log$/;
/** Texts and code: a larger file is data or weights under another name. */
const MOST_FILE_BYTES = 2 ** 20;

/**
 * Reads a .tgz as npm makes it.
 *
 * @param {string} path
 * @returns {Tarball}
 */
export function readTarball(path) {
  const packed = readFileSync(path);
  const bytes = gunzipSync(packed);
  /** @type {TarEntry[]} */
  const entries = [];
  let manifest = {};
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; ) {
    const text = (/** @type {number} */ from, /** @type {number} */ to) =>
      bytes.toString('utf8', at + from, at + to).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 136), 8);
    const kind = text(156, 157);
    const prefix = text(345, 500);
    const name = `${prefix === '' ? '' : `${prefix}/`}${text(0, 100)}`.replace(/^package\//, '');
    if (kind === '0' || kind === '') entries.push({ path: name, bytes: size });
    if (name === 'package.json') manifest = JSON.parse(bytes.toString('utf8', at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return { bytes: packed.length, entries, manifest };
}

/**
 * @param {string} folder of the package, named in problems
 * @param {Tarball} tarball
 * @returns {string[]} problems
 */
export function tarballProblems(folder, { entries, manifest }) {
  const problems = entries.flatMap(({ path, bytes }) => {
    const place = `${folder}: the tarball holds ${path}`;
    if (LEFTOVER.test(path)) return [`${place}, which is for development only`];
    if (OWN_WEIGHTS.test(path)) return [];
    if (WEIGHTS.test(path)) return [`${place}: weights are not published`];
    if (DATA.test(path)) return [`${place}: data of others is not published`];
    return bytes > MOST_FILE_BYTES
      ? [`${place} of ${bytes} bytes; the limit of a file is ${MOST_FILE_BYTES}`]
      : [];
  });
  for (const name of ['README.md', 'LICENSE', 'package.json']) {
    if (!entries.some(({ path }) => path === name)) problems.push(`${folder}: the tarball has no ${name}`);
  }
  /** @type {{ license?: string, repository?: { url?: string, directory?: string }, publishConfig?: { provenance?: boolean, access?: string } }} */
  const { license, repository, publishConfig } = manifest;
  const fields = {
    'license Apache-2.0': license === 'Apache-2.0',
    'repository.url': repository?.url !== undefined,
    [`repository.directory ${folder}`]: repository?.directory === folder,
    'publishConfig.access public': publishConfig?.access === 'public',
    'publishConfig.provenance true': publishConfig?.provenance === true,
  };
  for (const [field, present] of Object.entries(fields)) {
    if (!present) problems.push(`${folder}/package.json: the packed manifest lacks ${field}`);
  }
  const outside = Object.entries(manifest.dependencies ?? {}).filter(([, range]) =>
    /^(workspace|catalog|file|link):/.test(String(range)),
  );
  for (const [name, range] of outside) problems.push(`${folder}/package.json: ${name} is packed as ${range}`);
  return problems;
}
