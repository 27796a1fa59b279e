/**
 * Every relative link of a Markdown file leads to a file of the project, and every anchor to a heading.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { runWhenMain } from './workspace.mjs';

/** What git ignores, and what others wrote. */
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'runs', '.venv']);

/**
 * @param {string} root
 * @returns {string[]} problems
 */
export function check(root) {
  const texts = new Map(
    markdownFiles(root, '').map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
  return [...texts].flatMap(([path, text]) =>
    findBrokenLinks(path, text, {
      exists: (target) => existsSync(join(root, target)),
      textOf: (target) => texts.get(target),
    }),
  );
}

/**
 * @param {string} path of the file, relative to the root
 * @param {string} text
 * @param {{ exists: (path: string) => boolean, textOf: (path: string) => string | undefined }} files
 * @returns {string[]} problems
 */
export function findBrokenLinks(path, text, { exists, textOf }) {
  return withoutCode(text)
    .split('\n')
    .flatMap((line, index) =>
      linksOf(line).flatMap((link) => {
        const place = `${path}:${index + 1}`;
        const [file = '', anchor] = decodeURI(link).split('#');
        const target = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file));
        if (target.startsWith('..')) return [`${place}: ${link} leads out of the project`];
        if (!exists(target)) return [`${place}: ${link} leads nowhere`];
        const page = textOf(target);
        if (anchor === undefined || page === undefined) return [];
        return anchorsOf(page).has(anchor) ? [] : [`${place}: ${target} has no heading #${anchor}`];
      }),
    );
}

/**
 * Anchors of a page as GitHub makes them of headings, and those given by hand.
 *
 * @param {string} text
 * @returns {Set<string>}
 */
export function anchorsOf(text) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const headings = [...withoutFences(text).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set([...headings, ...[...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id)]);
}

/** @param {string} line @returns {string[]} relative targets; those of other sites are not asked */
function linksOf(line) {
  const markdown = [...line.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const html = [...line.matchAll(/(?:href|src|srcset)="([^"]+)"/g)];
  const defined = [...line.matchAll(/^\[[^\]]+\]:\s+(\S+)/g)];
  return [...markdown, ...html, ...defined]
    .map(([, target = '']) => target)
    .filter((target) => !/^([a-z][a-z+.-]*:|\/\/)/i.test(target));
}

/** @param {string} text with as many lines as before */
function withoutCode(text) {
  return withoutFences(text).replace(/`[^`\n]*`/g, '');
}

/** @param {string} text */
function withoutFences(text) {
  return text.replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2/gm, (block) => block.replace(/[^\n]/g, ''));
}

/** @param {string} root @param {string} folder @returns {string[]} */
function markdownFiles(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name) || entry.name.startsWith('.')) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return markdownFiles(root, path);
    return entry.isFile() && entry.name.endsWith('.md') ? [path] : [];
  });
}

await runWhenMain(import.meta.url, check);
