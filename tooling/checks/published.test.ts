import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { publicInterface } from './api.mjs';
import { sizeProblems } from './sizes.mjs';
import { readTarball, tarballProblems } from './tarball.mjs';
import { readWorkspace } from './workspace.mjs';

const ROOT = join(import.meta.dirname, '../..');

it('the public interface is what the entry exports, in order, without comments', () => {
  const files: Record<string, string> = {
    'dist/index.d.ts': "export { type Beta, alpha } from './a.ts';\n",
    'dist/a.d.ts': [
      '/** Documented. */',
      'export declare function alpha(options: {',
      '    /** Unit: tokens. */',
      '    length: number;',
      '}): Beta;',
      'interface Hidden {',
      '}',
      'export interface Beta {',
      '    readonly value: number;',
      '}',
      'export interface BetaMore {',
      '}',
      '//# sourceMappingURL=a.d.ts.map',
    ].join('\n'),
  };
  expect(publicInterface('dist/index.d.ts', (path) => files[path]!)).toBe(
    'export interface Beta {\n    readonly value: number;\n}\n\n' +
      'export declare function alpha(options: {\n    length: number;\n}): Beta;\n',
  );
});

it('a tarball that has grown by more than a fifth is told', () => {
  const table = { '@austeer/core': { bytes: 1000, files: 3 } };
  expect(sizeProblems(table, '@austeer/core', 1200)).toEqual([]);
  expect(sizeProblems(table, '@austeer/core', 1201)[0]).toContain('the limit is 1200');
  expect(sizeProblems(table, '@austeer/other', 1)[0]).toContain('no line for @austeer/other');
});

const MANIFEST = {
  license: 'Apache-2.0',
  repository: { url: 'git+https://example.test/a.git', directory: 'packages/core' },
  publishConfig: { access: 'public', provenance: true },
};

/** A tarball as npm packs it. */
function pack(files: Record<string, string>): string {
  const parts = Object.entries(files).map(([name, content]) => {
    const block = Buffer.alloc(512 + Math.ceil(content.length / 512) * 512);
    block.write(`package/${name}`);
    block.write(content.length.toString(8).padStart(11, '0'), 124);
    block.write('0', 156);
    block.write(content, 512);
    return block;
  });
  const folder = mkdtempSync(join(tmpdir(), 'austeer-tarball-'));
  const path = join(folder, 'a.tgz');
  writeFileSync(path, gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)])));
  return path;
}

it('weights, data of others, tests and missing fields are told', () => {
  const basics = { 'README.md': 'Read', LICENSE: 'Licence', 'package.json': JSON.stringify(MANIFEST) };
  const problemsOf = (files: Record<string, string>): string[] => {
    const path = pack(files);
    try {
      return tarballProblems('packages/core', readTarball(path));
    } finally {
      rmSync(join(path, '..'), { recursive: true });
    }
  };
  expect(problemsOf(basics)).toEqual([]);
  const bad = [
    'dist/model.safetensors',
    'data/train.parquet',
    'src/a.test.ts',
    'src/__fixtures__/a.ts',
    '.env',
  ];
  expect(problemsOf({ ...basics, ...Object.fromEntries(bad.map((name) => [name, 'x'])) })).toHaveLength(
    bad.length,
  );
  const { license: _, ...unlicensed } = MANIFEST;
  const manifest = JSON.stringify({ ...unlicensed, dependencies: { a: 'workspace:^' } });
  expect(problemsOf({ ...basics, 'package.json': manifest })).toEqual([
    'packages/core/package.json: the packed manifest lacks license Apache-2.0',
    'packages/core/package.json: a is packed as workspace:^',
  ]);
});

it('every package has its job in CI, and every change its changelog', () => {
  const workflow = readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8');
  const names = readWorkspace(ROOT).map(({ manifest }) => manifest.name);
  const jobs = [...workflow.matchAll(/^ {10}- "?([@\w/-]+)"?$/gm)].map((match) => match[1]);
  expect(jobs.toSorted()).toEqual(names.toSorted());
  const changesets = readdirSync(join(ROOT, '.changeset')).filter((name) => name.endsWith('.md'));
  const changed = changesets.flatMap((name) => {
    const [, head = ''] = readFileSync(join(ROOT, '.changeset', name), 'utf8').split(/^---$/m);
    return [...head.matchAll(/^\s*["']?([^"':\s]+)["']?: (?:patch|minor|major)$/gm)].map(
      (match) => match[1]!,
    );
  });
  expect(changed.filter((name) => !names.includes(name))).toEqual([]);
});
