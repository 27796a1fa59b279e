import { describe, expect, it } from 'vitest';
import { findArrowProblems } from './arrows.mjs';
import { findImports } from './imports.mjs';

type Package = Parameters<typeof findArrowProblems>[0][number];

/** A package with these files and these dependencies; exported at `.` only. */
function packageOf(
  folder: string,
  files: Record<string, string>,
  more: Partial<Package['manifest']> = {},
): Package {
  const name = folder.startsWith('apps/') ? folder.slice(5) : `@austeer/${folder.slice(9)}`;
  const manifest = { name, exports: { '.': { default: './dist/index.js' } }, ...more };
  const references = Object.keys(more.dependencies ?? {})
    .filter((dependency) => dependency.startsWith('@austeer/'))
    .map((dependency) => dependency.replace('@austeer/', 'packages/'));
  return {
    folder,
    manifest,
    references,
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
  };
}

const core = packageOf('packages/core', { 'src/index.ts': '' });
const fromCore = "import type { Site } from '@austeer/core';";
const onCore = { dependencies: { '@austeer/core': 'workspace:^' } };

/** Problems of one package beside core. */
function problemsOf(
  folder: string,
  files: Record<string, string>,
  more?: Partial<Package['manifest']>,
): string[] {
  return findArrowProblems([core, packageOf(folder, files, more)], { devDependencies: { vitest: '4' } });
}

describe('findArrowProblems', () => {
  it('finds nothing where arrows point to core', () => {
    const files = {
      'src/index.ts': "export { a } from './a.ts';",
      'src/a.ts': `${fromCore}\nexport const a = 1;`,
      'src/a.test.ts': "import { it } from 'vitest';\nimport { a } from './a.ts';",
    };
    expect(problemsOf('packages/localize', files, onCore)).toEqual([]);
  });

  it.each([
    [
      'an arrow the wrong way',
      'packages/localize',
      { 'src/a.ts': "import { b } from '@austeer/steering';" },
      { dependencies: { '@austeer/steering': 'workspace:^' } },
      'packages/localize may import only core',
    ],
    ['an app imported', 'packages/experiments', { 'src/a.ts': "import 'report';" }, {}, 'imported by nobody'],
    ['an undeclared package of ours', 'packages/localize', { 'src/a.ts': fromCore }, {}, 'not declared in'],
    [
      'an undeclared library',
      'packages/pairs',
      { 'src/a.ts': "import { p } from 'csv-parse';" },
      {},
      'not declared in',
    ],
    [
      'a test tool in a source',
      'packages/pairs',
      { 'src/a.ts': "import { it } from 'vitest';" },
      {},
      'not declared in',
    ],
    ['an unused dependency', 'packages/localize', { 'src/a.ts': '' }, onCore, 'which no source imports'],
    [
      'a path into another package',
      'packages/localize',
      { 'src/a.ts': `${fromCore}\nexport * from '../../core/src/index.ts';` },
      onCore,
      'another package is imported by its name',
    ],
    [
      'a deep import',
      'packages/localize',
      { 'src/a.ts': "import { x } from '@austeer/core/src/sites.ts';" },
      onCore,
      'does not export that path',
    ],
    [
      'a test that leaves the workspace',
      'packages/pairs',
      { 'test/a.test.ts': "import '../../../../elsewhere.ts';" },
      {},
      'outside the workspace',
    ],
    [
      'a file that is not there',
      'packages/pairs',
      { 'src/a.ts': "import './b.ts';" },
      {},
      'there is no such file',
    ],
    [
      'a source that uses a test file',
      'packages/pairs',
      { 'src/a.ts': "import './__fixtures__/b.ts';", 'src/__fixtures__/b.ts': '' },
      {},
      'sources do not use test files',
    ],
    ['a builtin without node:', 'packages/pairs', { 'src/a.ts': "import 'fs';" }, {}, 'write node:fs'],
    [
      'itself by name',
      'packages/pairs',
      { 'src/a.ts': "import '@austeer/pairs';" },
      {},
      'its own files by path',
    ],
    ['a package of no rule', 'packages/magic', { 'src/a.ts': '' }, {}, 'add what it may import'],
  ])('finds %s', (_what, folder, files, more, expected) => {
    const others = [packageOf('packages/steering', {}), packageOf('apps/report', {})];
    const problems = findArrowProblems([core, ...others, packageOf(folder, files, more)], {});
    expect(problems.join('\n')).toContain(expected);
  });

  it('finds a Node module where browsers have to run', () => {
    const files = {
      'src/a.ts': "import { readFileSync } from 'node:fs';",
      'src/node/b.ts': "import 'node:fs';",
    };
    const problems = findArrowProblems([packageOf('packages/core', files)], {});
    expect(problems).toEqual([expect.stringMatching(/src\/a\.ts:1.*browsers/)]);
  });

  it('finds tsconfig references that differ from the dependencies', () => {
    const missing = { ...packageOf('packages/pairs', { 'src/a.ts': fromCore }, onCore), references: [] };
    const surplus = { ...packageOf('packages/steering', {}), references: ['packages/onnx'] };
    const problems = findArrowProblems([core, missing, surplus], {}).join('\n');
    expect(problems).toContain('no reference to packages/core');
    expect(problems).toContain('refers to packages/onnx');
  });

  it('finds circles, and none in type imports', () => {
    const circle = { 'src/a.ts': "import { b } from './b.ts';", 'src/b.ts': "export { a } from './a.ts';" };
    expect(problemsOf('packages/pairs', circle)).toEqual([
      'packages/pairs: circular imports: src/a.ts → src/b.ts → src/a.ts',
    ]);
    const types = { ...circle, 'src/b.ts': "import type { a } from './a.ts';" };
    expect(problemsOf('packages/pairs', types)).toEqual([]);
  });
});

describe('findImports', () => {
  it('finds every form and leaves comments and strings alone', () => {
    const text = [
      '/**',
      " * import { no } from 'comment';",
      ' */',
      "import './side-effect.ts';",
      'import {',
      '  a,',
      "} from './a.ts';",
      "export type { B } from './b.ts';",
      "import data from './data.json' with { type: 'json' };",
      'export const text = "import { no } from \'string\'";',
      "const later = await import('./later.ts');",
      "// await import('./comment.ts')",
    ].join('\n');
    expect(findImports(text)).toEqual([
      { specifier: './side-effect.ts', eager: true, line: 4 },
      { specifier: './a.ts', eager: true, line: 5 },
      { specifier: './b.ts', eager: false, line: 8 },
      { specifier: './data.json', eager: true, line: 9 },
      { specifier: './later.ts', eager: false, line: 11 },
    ]);
  });
});
