/**
 * The packages of the workspace as the checks see them: manifests and source texts, read once.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Manifest the fields of a package.json that the checks read
 * @property {string} name
 * @property {boolean} [private]
 * @property {Record<string, Record<string, string>>} [exports]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 */

/** @typedef {{ path: string, text: string }} SourceFile `path` is relative to the package, with `/` */

/**
 * @typedef {object} WorkspacePackage
 * @property {string} folder relative to the root, for example `packages/core`
 * @property {Manifest} manifest
 * @property {readonly string[]} references folders that tsconfig.json refers to, relative to the root
 * @property {readonly SourceFile[]} files of `src`, `test` and `bin`
 */

/**
 * Reads every package and app.
 *
 * @param {string} root folder of the workspace
 * @returns {WorkspacePackage[]}
 */
export function readWorkspace(root) {
  return ['packages', 'apps']
    .filter((parent) => existsSync(join(root, parent)))
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({
      folder,
      manifest: readJson(join(root, folder, 'package.json')),
      references: readReferences(root, folder),
      files: ['src', 'test', 'bin'].flatMap((part) => readSources(join(root, folder), part)),
    }));
}

/**
 * Whether a file is there for tests only and is not published.
 *
 * @param {string} path relative to the package
 * @returns {boolean}
 */
export function isTestFile(path) {
  return /\.test(-d)?\.ts$|^test\/|(^|\/)__fixtures__\//.test(path);
}

/**
 * The public entries of a package.
 *
 * @param {Manifest} manifest
 * @returns {{ specifier: string, source: string, built: string }[]} `source` and `built` relative to the package
 */
export function publicEntries({ name, exports = {} }) {
  return Object.entries(exports).flatMap(([subpath, conditions]) => {
    const source = conditions['@austeer/source'];
    const built = conditions.default;
    if (source === undefined || built === undefined) return [];
    return [{ specifier: name + subpath.slice(1), source: source.slice(2), built: built.slice(2) }];
  });
}

/**
 * Runs a check when its file is the script that Node was started with: prints the problems, exits 1 on any.
 *
 * @param {string} url `import.meta.url` of the check
 * @param {(root: string, args: string[]) => string[] | Promise<string[]>} check
 */
export async function runWhenMain(url, check) {
  if (process.argv[1] !== fileURLToPath(url)) return;
  const problems = await check(fileURLToPath(new URL('../../', import.meta.url)), process.argv.slice(2));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/** @param {string} root @param {string} folder @returns {string[]} */
function readReferences(root, folder) {
  const path = join(root, folder, 'tsconfig.json');
  if (!existsSync(path)) return [];
  /** @type {{ references?: { path: string }[] }} */
  const { references = [] } = readJson(path);
  return references.map((reference) => join(folder, reference.path).replaceAll('\\', '/'));
}

/** @param {string} base @param {string} folder @returns {SourceFile[]} */
function readSources(base, folder) {
  if (!existsSync(join(base, folder))) return [];
  return readdirSync(join(base, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return readSources(base, path);
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [{ path, text: readFileSync(join(base, path), 'utf8') }] : [];
  });
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
