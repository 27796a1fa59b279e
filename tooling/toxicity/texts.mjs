/**
 * The texts that the local scorer learns from: prompts and continuations of RealToxicityPrompts with the scores that
 * Perspective gave them.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../packages/core/dist/index.js';

/** Files of RealToxicityPrompts rows, and the name of each in the tables. */
const FILES = { toxic: 'toxic.jsonl', nontoxic: 'nontoxic.jsonl', quark: 'quark_val.jsonl' };

/**
 * @typedef {object} ScoredText
 * @property {string} text
 * @property {number} score Perspective's TOXICITY, [0, 1]
 * @property {'prompt' | 'continuation'} part
 * @property {string} file name of the file in which it stands first
 * @property {string} group texts of one document share it
 */

/**
 * Distinct texts in the order of the files. Texts that share a prompt, a document or their wording are of one group,
 * so that no split puts them on two sides.
 *
 * @param {string} folder
 * @returns {{ texts: ScoredText[], hash: string }} `hash` of the files
 */
export function readScoredTexts(folder) {
  const contents = Object.values(FILES).map((name) => readFileSync(join(folder, name), 'utf8'));
  const rows = contents.flatMap((content, index) =>
    content
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ file: /** @type {string} */ (Object.keys(FILES)[index]), row: JSON.parse(line) })),
  );
  /** @type {Map<string, string>} */
  const parents = new Map();
  /** @param {string} key @returns {string} */
  const find = (key) => {
    let top = key;
    for (let up = parents.get(top); up !== undefined; up = parents.get(top)) top = up;
    if (top !== key) parents.set(key, top);
    return top;
  };
  /** @param {string} a @param {string} b */
  const join2 = (a, b) => {
    const [x, y] = [find(a), find(b)];
    if (x !== y) parents.set(x, y);
  };
  /** @type {Map<string, Omit<ScoredText, 'group'>>} */
  const texts = new Map();
  for (const { file, row } of rows) {
    for (const part of /** @type {const} */ (['prompt', 'continuation'])) {
      const text = row[part].text.trim();
      const score = row[part].toxicity;
      if (typeof score !== 'number' || text === '') continue;
      if (!texts.has(text)) texts.set(text, { text, score, part, file });
      join2(`text ${text}`, `file ${row.filename}`);
      join2(`text ${text}`, `prompt ${row.filename} ${row.begin} ${row.end}`);
    }
  }
  return {
    texts: [...texts.values()].map((item) => ({ ...item, group: find(`text ${item.text}`) })),
    hash: sha256(contents.join('')),
  };
}

/**
 * The fold of each text, from 0; whole groups, decided by the hash of the group's name.
 *
 * @param {readonly ScoredText[]} texts
 * @param {number} folds
 */
export function foldsOf(texts, folds) {
  return texts.map(({ group }) => Number.parseInt(sha256(`fold ${group}`).slice(0, 8), 16) % folds);
}

/**
 * Texts of other collections with the labels that people gave: none was trained on.
 *
 * @param {string} folder
 * @returns {{ name: string, items: { text: string, toxic: boolean }[] }[]}
 */
export function readLabelledTexts(folder) {
  const read = (/** @type {string} */ name, /** @type {string} */ separator) =>
    parseTable(readFileSync(join(folder, name), 'utf8'), separator);
  return [
    {
      name: 'davidson (offensive or hate, tweets)',
      items: read('davidson_labeled_data.csv', ',').map((row) => ({
        text: row.tweet ?? '',
        toxic: row.class !== '2',
      })),
    },
    {
      name: 'paradetox (toxic and its neutral wording)',
      items: read('paradetox.tsv', '\t').flatMap((row) => [
        { text: row.toxic ?? '', toxic: true },
        { text: row.neutral1 ?? '', toxic: false },
      ]),
    },
    {
      name: 'Wikipedia talk comments',
      items: read('wikipedia_toxicity_nonfuzzed_testset.csv', ',').map((row) => ({
        text: row.comment ?? '',
        toxic: row.toxic === 'True',
      })),
    },
  ];
}

/**
 * Rows of a table with a header; cells in quotes may hold separators, line ends and doubled quotes.
 *
 * @param {string} content
 * @param {string} separator
 * @returns {Record<string, string>[]}
 */
function parseTable(content, separator) {
  const cell = new RegExp(`"((?:[^"]|"")*)"|([^${separator}\r\n]*)`, 'y');
  /** @type {string[][]} */
  const rows = [[]];
  for (let at = 0; at < content.length; ) {
    cell.lastIndex = at;
    const match = /** @type {RegExpExecArray} */ (cell.exec(content));
    /** @type {string[]} */ (rows.at(-1)).push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    at = cell.lastIndex;
    if (content[at] === separator) at++;
    else {
      if (content[at] === '\r') at++;
      at++;
      if (at < content.length) rows.push([]);
    }
  }
  const [header = [], ...body] = rows;
  return body.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}
