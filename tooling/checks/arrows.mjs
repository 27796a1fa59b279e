/**
 * Imports go the way the design says: which package may use which, what is imported is declared, nothing
 * reaches into another package by path, no file imports itself round a circle.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { findImports } from './imports.mjs';
import { isTestFile, readWorkspace, runWhenMain } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').WorkspacePackage} WorkspacePackage */
/** @typedef {import('./workspace.mjs').Manifest} Manifest */
/** @typedef {import('./workspace.mjs').SourceFile} SourceFile */

/**
 * What each package may import of the workspace; `*` = every package. Apps are imported by nobody.
 *
 * @type {Readonly<Record<string, readonly string[] | '*'>>}
 */
export const ARROWS = {
  'packages/core': [],
  'packages/localize': ['core'],
  'packages/steering': ['core'],
  'packages/onnx': ['core'],
  'packages/pairs': ['core'],
  'packages/evaluators': ['core'],
  'packages/runtime': ['core', 'onnx', 'steering'],
  'packages/baselines': ['core', 'localize', 'steering'],
  'packages/experiments': '*',
  'apps/cli': '*',
  'apps/report': '*',
};

/** Sources that run in browsers as well. Where a package has no Node types, the compiler sees to it. */
const BROWSER_SAFE = /^packages\/core\/src\/(?!node\/|testing\/)/;

/**
 * Checks the workspace on disk.
 *
 * @param {string} root
 * @returns {string[]} problems
 */
export function check(root) {
  return findArrowProblems(readWorkspace(root), JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
}

/**
 * @param {readonly WorkspacePackage[]} packages
 * @param {Pick<Manifest, 'devDependencies'>} rootManifest tests may use what the root installs
 * @returns {string[]} problems, one a line
 */
export function findArrowProblems(packages, rootManifest) {
  const byName = new Map(packages.map((entry) => [entry.manifest.name, entry]));
  return packages.flatMap((entry) => [
    ...entry.files.flatMap((file) => fileProblems({ entry, file, byName, rootManifest })),
    ...manifestProblems(entry, byName),
    ...findCircles(entry.files).map((circle) => `${entry.folder}: circular imports: ${circle.join(' → ')}`),
  ]);
}

/**
 * @param {{ entry: WorkspacePackage, file: SourceFile, byName: Map<string, WorkspacePackage>,
 *   rootManifest: Pick<Manifest, 'devDependencies'> }} options
 * @returns {string[]}
 */
function fileProblems({ entry, file, byName, rootManifest }) {
  const { folder, manifest, files } = entry;
  const inTest = isTestFile(file.path);
  const declared = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...(inTest ? { ...manifest.devDependencies, ...rootManifest.devDependencies } : {}),
  };
  return findImports(file.text).flatMap(({ specifier, line }) => {
    const place = `${folder}/${file.path}:${line}: imports ${specifier}`;
    if (specifier.startsWith('.')) {
      const target = posix.join(folder, posix.dirname(file.path), specifier);
      if (target.startsWith('../')) return [`${place}; that is outside the workspace`];
      if (inTest || file.path.startsWith('bin/')) return [];
      if (!target.startsWith(`${folder}/`)) return [`${place}; another package is imported by its name`];
      if (!files.some(({ path }) => `${folder}/${path}` === target))
        return [`${place}; there is no such file`];
      return isTestFile(target.slice(folder.length + 1)) ? [`${place}; sources do not use test files`] : [];
    }
    if (isBuiltin(specifier)) {
      if (!specifier.startsWith('node:')) return [`${place}; write node:${specifier}`];
      const browser = !inTest && BROWSER_SAFE.test(`${folder}/${file.path}`);
      return browser ? [`${place}; this file has to run in browsers`] : [];
    }
    const name = packageOf(specifier);
    const target = byName.get(name);
    if (name === manifest.name) return inTest ? [] : [`${place}; a package imports its own files by path`];
    if (target === undefined) {
      return name in declared ? [] : [`${place}; not declared in ${folder}/package.json`];
    }
    const problems = [];
    if (!(`.${specifier.slice(name.length)}` in (target.manifest.exports ?? {}))) {
      problems.push(`${place}; ${name} does not export that path`);
    }
    if (!inTest && !mayImport(folder, target.folder)) problems.push(`${place}; ${arrowText(folder)}`);
    if (!(name in declared)) problems.push(`${place}; not declared in ${folder}/package.json`);
    return problems;
  });
}

/**
 * Declared dependencies that no source imports, and tsconfig references that differ from them.
 *
 * @param {WorkspacePackage} entry
 * @param {Map<string, WorkspacePackage>} byName
 * @returns {string[]}
 */
function manifestProblems({ folder, manifest, references, files }, byName) {
  if (!(folder in ARROWS))
    return [`${folder}: add what it may import to the table in tooling/checks/arrows.mjs`];
  const dependencies = Object.keys(manifest.dependencies ?? {});
  const sources = files.filter(({ path }) => !isTestFile(path));
  const used = new Set(
    sources.flatMap(({ text }) => findImports(text).map(({ specifier }) => packageOf(specifier))),
  );
  // An app installs the optional libraries that its packages leave to their users.
  for (const name of dependencies) {
    for (const peer of Object.keys(byName.get(name)?.manifest.peerDependencies ?? {})) used.add(peer);
  }
  const problems = dependencies
    .filter((name) => !used.has(name))
    .map((name) => `${folder}/package.json: depends on ${name}, which no source imports`);
  const siblings = dependencies.flatMap((name) => byName.get(name)?.folder ?? []);
  for (const sibling of siblings.filter((path) => !references.includes(path))) {
    problems.push(`${folder}/tsconfig.json: no reference to ${sibling}, which package.json depends on`);
  }
  for (const reference of references.filter((path) => !siblings.includes(path))) {
    problems.push(`${folder}/tsconfig.json: refers to ${reference}, which package.json does not depend on`);
  }
  return problems;
}

/**
 * Circles of files that load each other (type imports are erased, `import()` comes later).
 *
 * @param {readonly SourceFile[]} files
 * @returns {string[][]} each from its first file back to it
 */
export function findCircles(files) {
  const sources = new Map(
    files
      .filter(({ path }) => !isTestFile(path))
      .map(({ path, text }) => [
        path,
        findImports(text)
          .filter(({ specifier, eager }) => eager && specifier.startsWith('.'))
          .map(({ specifier }) => posix.join(posix.dirname(path), specifier)),
      ]),
  );
  /** @type {string[][]} */
  const circles = [];
  const finished = new Set();
  /** @param {string} path @param {string[]} trail */
  const visit = (path, trail) => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path]);
    if (trail.includes(path) || finished.has(path)) return;
    for (const next of sources.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return circles;
}

/** @param {string} from @param {string} to folders */
function mayImport(from, to) {
  const allowed = ARROWS[from] ?? [];
  return to.startsWith('packages/') && (allowed === '*' || allowed.includes(to.slice('packages/'.length)));
}

/** @param {string} folder */
function arrowText(folder) {
  const allowed = ARROWS[folder] ?? [];
  if (allowed === '*') return 'apps are imported by nobody';
  return `${folder} may import ${allowed.length === 0 ? 'no other package' : `only ${allowed.join(', ')}`}`;
}

/** @param {string} specifier */
function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** @param {string} specifier */
function isBuiltin(specifier) {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

await runWhenMain(import.meta.url, check);
