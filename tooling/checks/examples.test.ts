import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  docstringExamples,
  documentationProblem,
  exportsOf,
  markdownExamples,
  runnableProgram,
  statedValue,
  typedProgram,
} from './example-blocks.mjs';
import { check, findUndocumented } from './examples.mjs';

const fence = '```';
const documented = `/**
 * Doubles.
 *
 * @example
 * ${fence}ts
 * double(2); // 4
 * ${fence}
 */
export function double(x: number): number {
  return 2 * x;
}
`;

describe('docstringExamples', () => {
  it('finds the code and its line', () => {
    expect(docstringExamples('a.ts', `// first\n${documented}`)).toEqual([
      { path: 'a.ts', line: 7, code: 'double(2); // 4\n' },
    ]);
  });
});

describe('markdownExamples', () => {
  it('finds ts blocks only', () => {
    const text = `# A\n\n${fence}sh\nls\n${fence}\n\n${fence}ts\na();\n${fence}\n`;
    expect(markdownExamples('README.md', text)).toEqual([{ path: 'README.md', line: 8, code: 'a();\n' }]);
  });
});

describe('exportsOf', () => {
  it('tells values from types and follows names', () => {
    const text = [
      "export { a, type B, c as d } from './a.ts';",
      "export type { E } from './e.ts';",
      'export const f = 1;',
      'export interface G {}',
      'export async function* h() {}',
    ].join('\n');
    expect(exportsOf(text)).toEqual([
      { name: 'f', type: false },
      { name: 'G', type: true },
      { name: 'h', type: false },
      { name: 'a', type: false, from: './a.ts' },
      { name: 'B', type: true, from: './a.ts' },
      { name: 'd', type: false, from: './a.ts' },
      { name: 'E', type: true, from: './e.ts' },
    ]);
  });
});

describe('documentationProblem', () => {
  it.each([
    ['an example', documented, undefined],
    ['no docstring', 'export function double() {}', 'has no docstring'],
    [
      'a docstring of something else',
      `${documented.replaceAll('double', 'other')}\nexport const double = 1;`,
      'has no docstring',
    ],
    ['a docstring without example', '/** Doubles. */\nexport const double = 1;', 'has no @example'],
    ['an example in another language', documented.replace('ts\n', 'sh\n'), 'has no @example'],
    ['an error', '/** Why. */\nexport class double extends AusteerError {}', undefined],
    ['nothing of that name', '', 'is not declared'],
  ])('%s', (_what, text, expected) => {
    const problem = documentationProblem(text, 'double');
    if (expected === undefined) expect(problem).toBeUndefined();
    else expect(problem).toContain(expected);
  });
});

describe('findUndocumented', () => {
  it('looks through the public entries', () => {
    const manifest = {
      name: '@austeer/a',
      exports: { '.': { '@austeer/source': './src/index.ts', default: './dist/index.js' } },
    };
    const files = [
      {
        path: 'src/index.ts',
        text: "export { double } from './double.ts';\nexport { bare } from './bare.ts';",
      },
      { path: 'src/double.ts', text: documented },
      { path: 'src/bare.ts', text: 'export const bare = 1;' },
    ];
    expect(findUndocumented({ folder: 'packages/a', manifest, files })).toEqual([
      'packages/a/src/bare.ts: bare has no docstring',
    ]);
  });
});

describe('statedValue', () => {
  it.each([
    ['f(1); // 24', { expression: 'f(1)', literal: '24' }],
    ["f('http://x; y'); // 'a, b'", { expression: "f('http://x; y')", literal: "'a, b'" }],
    [
      'f({\n  a: 1,\n}); // { a: [1, -2.5e3], b: null }',
      { expression: 'f({\n  a: 1,\n})', literal: '{ a: [1, -2.5e3], b: null }' },
    ],
    ['f(); // Float32Array(2) [ 1, 2 ]', { expression: 'f()', literal: '[ 1, 2 ]' }],
    ['console.log(f(1)); // true', { expression: 'f(1)', literal: 'true' }],
    ['f(); // a plan', undefined],
    ['f(); // 3 units', undefined],
    ['f(); // throws', undefined],
    ['f(); // process.exit(1)', undefined],
    ['const x = f(); // 3', undefined],
    ['// f(); // 3', undefined],
  ])('%s', (statement, expected) => {
    expect(statedValue(statement)).toEqual(expected);
  });
});

describe('programs', () => {
  const scope = [
    { name: 'double', type: false, module: './double.js' },
    { name: 'Unit', type: true, module: './unit.js' },
    { name: 'double', type: false, module: './other.js' },
  ];

  it('import what the example uses, and keep its lines', () => {
    const code = "import { x } from 'y';\nconst unit: Unit = double(x);\nunit; // 4\n";
    expect(typedProgram(code, scope).split('\n').slice(0, 3)).toEqual([
      "import { double } from './double.js'; import { type Unit } from './unit.js';  import { x } from 'y'; " +
        'export async function example(): Promise<void> {',
      '',
      'const unit: Unit = double(x);',
    ]);
  });

  it('state values by line', () => {
    expect(runnableProgram('double(1);\ndouble(2); // 4\n', scope)).toContain('expect(2, (double(2)), (4));');
  });

  it('run only where a value is stated and everything is defined', () => {
    expect(runnableProgram('double(2);\n', scope)).toBeUndefined();
    expect(runnableProgram('declare const x: number;\ndouble(x); // 4\n', scope)).toBeUndefined();
  });
});

describe('check', () => {
  const root = mkdtempSync(join(tmpdir(), 'austeer-examples-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function write(path: string, text: string): void {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  it('compiles and runs the examples of a workspace', async () => {
    symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(root, 'node_modules'));
    write(
      'tsconfig.base.json',
      '{ "compilerOptions": { "module": "nodenext", "target": "es2023", "strict": true } }',
    );
    const exports = { '.': { '@austeer/source': './src/index.ts', default: './dist/index.js' } };
    write('packages/a/package.json', JSON.stringify({ name: '@austeer/a', type: 'module', exports }));
    write('packages/a/dist/index.js', 'export const double = (x) => 2 * x;');
    write('packages/a/dist/index.d.ts', 'export declare function double(x: number): number;');
    write('packages/a/src/index.ts', documented);
    const readme = `${fence}ts\nimport { double } from '@austeer/a';\ndouble(1);\n${fence}\n`;
    write('packages/a/README.md', readme);
    expect(await check(root)).toEqual([]);
    expect(existsSync(join(root, 'packages/a/.austeer/examples'))).toBe(false);

    write('packages/a/src/index.ts', documented.replace('// 4', '// 5'));
    write('packages/a/README.md', readme.replace('double(1)', "double('1')"));
    const problems = await check(root);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^packages\/a\/README\.md:3: TS2345/);
    expect(problems[1]).toBe('packages/a/src/index.ts:6: gives 4; the example states 5');
  });
});
