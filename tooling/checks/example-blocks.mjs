/**
 * Examples as they stand in docstrings and Markdown, and the programs made of them.
 *
 * @module
 */

/**
 * @typedef {object} Example
 * @property {string} path file that holds it, relative to the root
 * @property {number} line of its first line of code, from 1
 * @property {string} code
 */

/** @typedef {{ name: string, type: boolean, from?: string }} Export `from`: specifier, where it is a re-export */

/**
 * The ts blocks of the docstrings of a source text.
 *
 * @param {string} path
 * @param {string} text
 * @returns {Example[]}
 */
export function docstringExamples(path, text) {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const start = lineAt(text, comment.index);
    const plain = comment[0].replace(/^[ \t]*\* ?/gm, '');
    return markdownExamples(path, plain).map((example) => ({ ...example, line: start + example.line - 1 }));
  });
}

/**
 * The ts blocks of a Markdown text.
 *
 * @param {string} path
 * @param {string} text
 * @returns {Example[]}
 */
export function markdownExamples(path, text) {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    path,
    line: lineAt(text, match.index) + 1,
    code: /** @type {string} */ (match[1]),
  }));
}

/**
 * What a source text exports by name.
 *
 * @param {string} text
 * @returns {Export[]}
 */
export function exportsOf(text) {
  const declared = [...text.matchAll(DECLARATION)].map((match) => ({
    name: /** @type {string} */ (match[2]),
    type: match[1] === 'interface' || match[1] === 'type',
  }));
  const listed = [...text.matchAll(/^export (type )?\{([^}]*)\}(?: from '([^']+)')?;/gm)].flatMap((match) =>
    (match[2] ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((item) => ({
        name: item.replace(/^type /, '').replace(/^.* as /, ''),
        type: match[1] !== undefined || item.startsWith('type '),
        ...(match[3] === undefined ? {} : { from: match[3] }),
      })),
  );
  return [...declared, ...listed];
}

const DECLARATION =
  /^export (?:declare )?(?:async )?(?:abstract )?(function|class|const|let|interface|type)\*? ([\w$]+)/gm;

/**
 * Why the documentation of an exported function, class or constant is not enough, if it is not.
 *
 * @param {string} text source that declares it
 * @param {string} name
 * @returns {string | undefined}
 */
export function documentationProblem(text, name) {
  const declaration = [...text.matchAll(DECLARATION)].find((match) => match[2] === name);
  if (declaration === undefined) return 'is not declared as export function, class or const in its file';
  const before = text.slice(0, declaration.index).trimEnd();
  if (!before.endsWith('*/')) return 'has no docstring';
  let documentation = before.slice(before.lastIndexOf('/**'));
  if (declaration[1] === 'class') {
    const body = text.slice(declaration.index);
    // Errors are caught, not made, by a user: what they carry is the documentation.
    if (/^[^{]* extends \w*Error\b/.test(body)) return undefined;
    documentation += body.slice(0, body.indexOf('\n}'));
  }
  return /@example\s[\s*]*```ts\n/.test(documentation) ? undefined : 'has no @example with a ts block';
}

/**
 * The program of an example. Line n of the example is line n + 1 of the program, after one line of imports.
 *
 * @param {string} code
 * @param {readonly { name: string, type: boolean, module: string }[]} scope names that need no import; the first
 *   of a name counts
 * @returns {string}
 */
export function typedProgram(code, scope) {
  const { head, body } = hoist(code, scope);
  return `${head}export async function example(): Promise<void> {\n${body}\n}\n`;
}

/**
 * The same program with its expectations: `expression; // literal` becomes a call of `expect`.
 *
 * @param {string} code
 * @param {readonly { name: string, type: boolean, module: string }[]} scope
 * @returns {string | undefined} nothing where the example states no value, or only declares what it works on
 */
export function runnableProgram(code, scope) {
  const { head, body } = hoist(code, scope);
  if (/\bdeclare /.test(head)) return undefined;
  const statements = splitStatements(body);
  let stated = 0;
  const checked = statements.map(({ text, line }) => {
    const expectation = statedValue(text);
    if (expectation === undefined) return text;
    stated++;
    return `expect(${line}, (${expectation.expression}), (${expectation.literal}));`;
  });
  if (stated === 0) return undefined;
  return `${head}export async function example(expect: (line: number, given: unknown, stated: unknown) => void) {\n${checked.join('\n')}\n}\n`;
}

/**
 * Takes `expression; // literal` apart.
 *
 * @param {string} statement
 * @returns {{ expression: string, literal: string } | undefined} nothing where it states no literal
 */
export function statedValue(statement) {
  const match = /^([\s\S]*);[ \t]*\/\/[ \t]*([^\n]+)$/.exec(statement);
  const [, expression = '', comment = ''] = match ?? [];
  if (match === null || NOT_AN_EXPRESSION.test(expression)) return undefined;
  // As Node prints it: Float32Array(2) [ 1, 2 ].
  const literal = comment.replace(/^\w+Array(\(\d+\))? (?=\[)/, '').trim();
  const logged = /^console\.log\(([\s\S]*)\)$/.exec(expression);
  return isLiteral(literal) ? { expression: logged?.[1] ?? expression, literal } : undefined;
}

const NOT_AN_EXPRESSION =
  /^(\/\/|(const|let|var|import|export|return|throw|if|for|while|switch|try|class|function|type|interface)\b)/;

/** @param {string} text whether it is a value written out: no name in it but the ones of the language */
function isLiteral(text) {
  const bare = text.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, '0').replace(/[\w$]+(?=\s*:)/g, '0');
  if (/[^\s\d.,:+\-eEn{}[\]]/.test(bare.replace(/\b(true|false|null|undefined|NaN|Infinity)\b/g, '0')))
    return false;
  try {
    new Function(`return (${text});`);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} body @returns {{ text: string, line: number }[]} a statement begins at the margin */
function splitStatements(body) {
  /** @type {{ text: string, line: number }[]} */
  const statements = [];
  for (const [index, text] of body.split('\n').entries()) {
    const last = statements.at(-1);
    if (last === undefined || /^[^\s)\]}.]/.test(text)) statements.push({ text, line: index + 1 });
    else last.text += `\n${text}`;
  }
  return statements.map(({ text, line }) => ({ text: text.trimEnd(), line }));
}

/**
 * Takes out what may only stand at the top of a module; the lines of the rest stay where they are.
 *
 * @param {string} code
 * @param {readonly { name: string, type: boolean, module: string }[]} scope
 * @returns {{ head: string, body: string }} `head` on one line
 */
function hoist(code, scope) {
  /** @type {string[]} */
  const imports = [];
  /** @type {string[]} */
  const declarations = [];
  const body = code.replace(/^(import|declare) [^;]*;/gm, (statement, word) => {
    (word === 'import' ? imports : declarations).push(statement.replaceAll('\n', ' '));
    return statement.replace(/[^\n]/g, '');
  });
  const head = [importsOf(code, imports, scope), ...imports, ...declarations, ''].join(' ');
  return { head, body: body.trimEnd() };
}

/**
 * @param {string} code
 * @param {readonly string[]} imports the example's own
 * @param {readonly { name: string, type: boolean, module: string }[]} scope
 * @returns {string} on one line
 */
function importsOf(code, imports, scope) {
  const taken = new Set(imports.flatMap((statement) => statement.match(/[\w$]+/g) ?? []));
  let text = '';
  for (const { name, type, module } of scope) {
    if (taken.has(name) || !new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(code))
      continue;
    taken.add(name);
    text += `import { ${type ? 'type ' : ''}${name} } from '${module}'; `;
  }
  return text;
}

/** @param {string} text @param {number} index @returns {number} from 1 */
function lineAt(text, index) {
  return text.slice(0, index).split('\n').length;
}
