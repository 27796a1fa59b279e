/**
 * The imports of a source text. TypeScript 7 offers no parser to scripts; in code that biome formats, every
 * static import begins a line, so a pattern is enough.
 *
 * @module
 */

/** @typedef {{ specifier: string, eager: boolean, line: number }} Import `eager`: loaded with the file, so neither a type import nor `import()` */

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[\w$*{][^;'"()=]*?\sfrom\s*)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/**
 * Finds every import, re-export and `import()` of a literal.
 *
 * @param {string} text
 * @returns {Import[]} in the order of the text within each kind
 *
 * @example
 * ```ts
 * findImports("import type { Site } from '@austeer/core';"); // [{ specifier: '@austeer/core', eager: false, line: 1 }]
 * ```
 */
export function findImports(text) {
  const found = [...text.matchAll(STATIC)].map((match) => ({
    specifier: /** @type {string} */ (match[2]),
    eager: match[1] === undefined,
    line: lineAt(text, match.index),
  }));
  const withoutComments = text.replace(/^[ \t]*(\*|\/\/|\/\*).*$/gm, '');
  for (const match of withoutComments.matchAll(DYNAMIC)) {
    const specifier = /** @type {string} */ (match[1]);
    found.push({ specifier, eager: false, line: lineAt(withoutComments, match.index) });
  }
  return found;
}

/** @param {string} text @param {number} index @returns {number} from 1 */
function lineAt(text, index) {
  return text.slice(0, index).split('\n').length;
}
