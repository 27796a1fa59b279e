/**
 * Every public function, class and constant has an example, every example of the docstrings, the READMEs and the
 * documents compiles, and where one states a value (`expression; // literal`) running it gives that value.
 * Examples meet the build, as a user does: run `npm run build` first.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { run, StepError } from '../bootstrap/steps.mjs';
import {
  docstringExamples,
  documentationProblem,
  exportsOf,
  markdownExamples,
  runnableProgram,
  typedProgram,
} from './example-blocks.mjs';
import { isTestFile, publicEntries, readWorkspace, runWhenMain } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').WorkspacePackage} WorkspacePackage */
/** @typedef {import('./example-blocks.mjs').Example} Example */

/** Folder of the programs, in each package so that its libraries are found. Git ignores it. */
const FOLDER = '.austeer/examples';

/**
 * @param {string} root
 * @returns {Promise<string[]>} problems
 */
export async function check(root) {
  const packages = readWorkspace(root);
  const core = packages.filter(({ manifest }) => manifest.name === '@austeer/core');
  const homes = [...packages.map(({ folder }) => folder), '.'];
  for (const home of homes) rmSync(join(root, home, FOLDER), { recursive: true, force: true });
  const programs = [
    ...packages.flatMap((entry) => docstringPrograms(entry, core, packages)),
    ...markdownPrograms(root, packages),
  ];
  for (const program of programs) await writeProgram(root, program);
  const problems = [
    ...packages.flatMap(findUndocumented),
    ...(await typeProblems(root, programs)),
    ...(await valueProblems(root, programs)),
  ];
  // What failed stays to be looked at.
  if (problems.length === 0)
    for (const home of homes) rmSync(join(root, home, FOLDER), { recursive: true, force: true });
  return problems;
}

/**
 * Public names without an example.
 *
 * @param {Pick<WorkspacePackage, 'folder' | 'manifest' | 'files'>} entry
 * @returns {string[]} problems
 */
export function findUndocumented({ folder, manifest, files }) {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return publicEntries(manifest).flatMap(({ source }) => {
    const text = texts.get(source) ?? '';
    const starred = /^export \* from/m.test(text)
      ? [`${folder}/${source}: re-exports by *; name each export`]
      : [];
    return [
      ...starred,
      ...exportsOf(text).flatMap(({ name, type, from }) => {
        if (type) return [];
        const path = from === undefined ? source : posix.join(posix.dirname(source), from);
        const problem = documentationProblem(texts.get(path) ?? '', name);
        return problem === undefined ? [] : [`${folder}/${path}: ${name} ${problem}`];
      }),
    ];
  });
}

/**
 * @typedef {object} Program
 * @property {Example} example
 * @property {string} file without ending, relative to the root
 * @property {string} typed
 * @property {string | undefined} runnable
 */

/**
 * @param {WorkspacePackage} entry
 * @param {readonly WorkspacePackage[]} core what is in scope everywhere
 * @param {readonly WorkspacePackage[]} packages
 * @returns {Program[]}
 */
function docstringPrograms(entry, core, packages) {
  const inScope = [entry, ...core].flatMap(({ folder, manifest, files }) =>
    publicEntries(manifest).flatMap(({ source, built }) => {
      const text = files.find(({ path }) => path === source)?.text ?? '';
      return exportsOf(text).map(({ name, type }) => ({ name, type, module: `${folder}/${built}` }));
    }),
  );
  const publicFiles = publicEntries(entry.manifest).flatMap(({ source }) =>
    exportsOf(entry.files.find(({ path }) => path === source)?.text ?? '').map(({ from = '' }) =>
      posix.join(posix.dirname(source), from),
    ),
  );
  const folder = posix.join(entry.folder, FOLDER);
  const sources = entry.files.filter(({ path }) => path.startsWith('src/') && !isTestFile(path));
  const internal = sources.flatMap((file) => ownScope(entry.folder, file));
  return sources.flatMap((file) => {
    const { path, text } = file;
    // An example of something public shows public names only.
    const names = [
      ...ownScope(entry.folder, file),
      ...inScope,
      ...(publicFiles.includes(path) ? [] : internal),
    ];
    const scope = names.map((item) => ({ ...item, module: posix.relative(folder, item.module) }));
    return docstringExamples(`${entry.folder}/${path}`, text).map((example) =>
      makeProgram({ example, folder, scope, packages }),
    );
  });
}

/** @param {string} folder of the package @param {import('./workspace.mjs').SourceFile} file */
function ownScope(folder, { path, text }) {
  const module = `${folder}/${path.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js')}`;
  return exportsOf(text).map(({ name, type }) => ({ name, type, module }));
}

/** @param {string} root @param {readonly WorkspacePackage[]} packages @returns {Program[]} */
function markdownPrograms(root, packages) {
  const documents = existsSync(join(root, 'docs'))
    ? readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((path) =>
        path.endsWith('.md'),
      )
    : [];
  const places = [
    ...packages.map(({ folder }) => ({ home: folder, path: `${folder}/README.md` })),
    ...['README.md', ...documents.map((path) => `docs/${path.replaceAll('\\', '/')}`)].map((path) => ({
      home: '.',
      path,
    })),
  ];
  return places
    .filter(({ path }) => existsSync(join(root, path)))
    .flatMap(({ home, path }) => {
      const folder = posix.join(home, FOLDER);
      return markdownExamples(path, readFileSync(join(root, path), 'utf8')).map((example) =>
        makeProgram({ example, folder, scope: [], packages }),
      );
    });
}

/**
 * @param {{ example: Example, folder: string, scope: { name: string, type: boolean, module: string }[],
 *   packages: readonly WorkspacePackage[] }} options `folder` of the program, relative to the root
 * @returns {Program}
 */
function makeProgram({ example, folder, scope, packages }) {
  // A reader has the packages installed; here they are found by path, whatever depends on what.
  let { code } = example;
  for (const { folder: owner, manifest } of packages) {
    for (const { specifier, built } of publicEntries(manifest)) {
      code = code.replaceAll(
        `from '${specifier}'`,
        `from '${posix.relative(folder, posix.join(owner, built))}'`,
      );
    }
  }
  const file = programFile(folder, example);
  return { example, file, typed: typedProgram(code, scope), runnable: runnableProgram(code, scope) };
}

/** @param {string} folder @param {Example} example */
function programFile(folder, { path, line }) {
  return posix.join(folder, `${path.replace(/\.\w+$/, '').replaceAll('/', '-')}-${line}`);
}

/** @param {string} root @param {Program} program */
async function writeProgram(root, { file, typed, runnable }) {
  const path = join(root, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(`${path}.ts`, typed);
  if (runnable === undefined) return;
  // An example that does not parse is reported by the compiler.
  const built = await transform(runnable, { loader: 'ts', format: 'esm' }).catch(() => undefined);
  if (built !== undefined) writeFileSync(`${path}.mjs`, built.code);
}

/** @param {string} root @param {readonly Program[]} programs @returns {Promise<string[]>} */
async function typeProblems(root, programs) {
  const folder = join(root, FOLDER);
  mkdirSync(folder, { recursive: true });
  const configuration = {
    extends: '../../tsconfig.base.json',
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      types: ['node'],
    },
    files: programs.map(({ file }) => posix.relative(FOLDER, `${file}.ts`)),
  };
  if (programs.length === 0) return [];
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  try {
    await run([process.execPath, compiler, '-p', FOLDER, '--pretty', 'false'], { cwd: root });
    return [];
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const byFile = new Map(programs.map(({ file, example }) => [`${file}.ts`, example]));
    const lines = error.message.split('\n').slice(1);
    return lines.map((line) => {
      const match = /^(.+)\((\d+),\d+\): error (.*)$/.exec(line);
      const example = byFile.get(match?.[1] ?? '');
      return match === null || example === undefined
        ? line
        : `${placeOf(example, Number(match[2]) - 1)}: ${match[3]}`;
    });
  }
}

/** @param {string} root @param {readonly Program[]} programs @returns {Promise<string[]>} */
async function valueProblems(root, programs) {
  const built = programs.filter(({ file }) => existsSync(join(root, `${file}.mjs`)));
  if (built.length === 0) return [];
  const runner = fileURLToPath(new URL('run-examples.mjs', import.meta.url));
  const files = built.map(({ file }) => `${file}.mjs`);
  /** @type {{ file: string, line: number, problem: string }[]} */
  const found = JSON.parse(await run([process.execPath, runner, ...files], { cwd: root, timeout: 60_000 }));
  return found.map(({ file, line, problem }) => {
    const program = built.find((candidate) => `${candidate.file}.mjs` === file);
    return `${program === undefined ? relative(root, file) : placeOf(program.example, line)}: ${problem}`;
  });
}

/** @param {Example} example @param {number} line of the example, from 1 */
function placeOf({ path, line: start }, line) {
  return `${path}:${start + Math.max(1, line) - 1}`;
}

await runWhenMain(import.meta.url, check);
