/**
 * The public interface of each package as its build declares it, kept in `api/<package>.d.ts`: a change of the
 * interface is seen in a review as a change of that file. Comments are left out, names are in order. Needs a build.
 *
 * `npm run api -- --write` writes the files anew.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { exportsOf } from './example-blocks.mjs';
import { publicEntries, readWorkspace, runWhenMain } from './workspace.mjs';

const FOLDER = 'api';

/**
 * @param {string} root
 * @param {readonly string[]} [args] `--write` writes what is there instead of comparing
 * @returns {string[]} problems
 */
export function check(root, args = []) {
  const packages = readWorkspace(root).filter(({ manifest }) => publicEntries(manifest).length > 0);
  const files = new Map(
    packages.map(({ folder, manifest }) => [
      `${manifest.name.replace('@austeer/', '')}.d.ts`,
      publicEntries(manifest)
        .map(({ specifier, built }) => {
          const text = publicInterface(posix.join(folder, built.replace(/\.js$/, '.d.ts')), (path) =>
            readFileSync(join(root, path), 'utf8'),
          );
          return `// ${specifier}\n\n${text}`;
        })
        .join('\n'),
    ]),
  );
  const folder = join(root, FOLDER);
  const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.d.ts')) : [];
  const gone = kept.filter((name) => !files.has(name));
  if (args.includes('--write')) {
    mkdirSync(folder, { recursive: true });
    for (const name of gone) rmSync(join(folder, name));
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    return [];
  }
  const problems = gone.map((name) => `${FOLDER}/${name}: there is no such package`);
  for (const [name, text] of files) {
    const before = kept.includes(name)
      ? readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
      : '';
    if (before === text) continue;
    problems.push(`${FOLDER}/${name}: the public interface is another:`, ...lineDifferences(before, text));
  }
  if (problems.length > 0) {
    problems.push(
      'If that is meant: npm run api -- --write, commit the files, and say in a changeset what users have to change.',
    );
  }
  return problems;
}

/**
 * Declarations of everything that an entry exports, in the order of their names.
 *
 * @param {string} entry path of a .d.ts
 * @param {(path: string) => string} read
 * @returns {string}
 */
export function publicInterface(entry, read) {
  const names = exportsOf(read(entry)).sort((a, b) => (a.name < b.name ? -1 : 1));
  return names
    .map(({ name, from }) => {
      const path =
        from === undefined ? entry : posix.join(posix.dirname(entry), from.replace(/\.[jt]s$/, '.d.ts'));
      const found = statements(read(path)).filter((text) => declares(text, name));
      return found.length > 0 ? found.join('\n') : `export { ${name} } from '${from}';`;
    })
    .join('\n\n')
    .concat('\n');
}

/** @param {string} text @param {string} name */
function declares(text, name) {
  const escaped = name.replaceAll('$', '\\$');
  return new RegExp(
    `^export (declare )?(async )?(abstract )?(function|class|const|let|interface|type) ${escaped}(?![\\w$])`,
  ).test(text);
}

/**
 * Statements of a declaration file, without comments. The compiler begins each at the margin.
 *
 * @param {string} text
 */
function statements(text) {
  /** @type {string[]} */
  const found = [];
  const bare = text.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*\n/gm, '').replace(/^\/\/# .*\n?/gm, '');
  for (const line of bare.split('\n')) {
    if (found.length === 0 || /^[^\s)\]}>|&]/.test(line)) found.push(line);
    else if (line.trim() !== '') found.push(`${found.pop()}\n${line}`);
  }
  return found;
}

/** @param {string} before @param {string} after @returns {string[]} lines that only one of both has, at most 30 */
function lineDifferences(before, after) {
  const only = (/** @type {string} */ here, /** @type {string} */ there) => {
    const others = new Set(there.split('\n'));
    return here.split('\n').filter((line) => line.trim() !== '' && !others.has(line));
  };
  const lines = [
    ...only(before, after).map((line) => `  - ${line}`),
    ...only(after, before).map((line) => `  + ${line}`),
  ];
  return lines.length > 30 ? [...lines.slice(0, 30), `  … and ${lines.length - 30} lines more`] : lines;
}

await runWhenMain(import.meta.url, check);
