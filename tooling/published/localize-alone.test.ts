/**
 * What a team gets that imports only `@austeer/localize`: the packed tarballs, installed by npm into an empty
 * folder, in Node and in a bundle for browsers.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findPnpm } from '../bootstrap/pnpm.mjs';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'austeer-alone-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two pairs over 2 layers of 3 units, counted, ranked, written and read; the last line is its value. */
const SCRIPT = `
const tensor = (...values) => ({ ffn: floatTensor(Float32Array.from(values), [2, 2, 3]) });
const source = pairActivations({
  positive: tensor(1, 0, 3, 4, 5, 6, 1, 0, 3, 4, 5, 6),
  negative: tensor(0, 0, 4, 4, 4, 7, 0, 0, 2, 4, 6, 7),
});
const file = countsToSafetensors({ counts: await countMomentum(source, { sites: ['ffn'] }), provenance: {} });
const { counts } = countsFromSafetensors(file);
const ranking = rankUnits(counts, { top: 2 }).map(({ layer, index, sign, score }) => [layer, index, sign, score]);
`;
const IMPORTS = `
import { floatTensor } from '@austeer/core';
import { countMomentum, countsFromSafetensors, countsToSafetensors, pairActivations, rankUnits } from '@austeer/localize';
`;
const RANKING = [
  [0, 0, 1, 1],
  [1, 2, -1, 1],
];

beforeAll(async () => {
  const [program = '', ...first] = await findPnpm(ROOT);
  const tarballs = join(folder, 'tarballs');
  for (const name of ['core', 'localize']) {
    await run(program, [...first, 'pack', '--pack-destination', tarballs], {
      cwd: join(ROOT, 'packages', name),
    });
  }
  const team = join(folder, 'team');
  mkdirSync(team);
  writeFileSync(join(team, 'package.json'), '{"private":true,"type":"module"}');
  const files = readdirSync(tarballs).map((name) => join(tarballs, name));
  // Offline: whatever had to be fetched besides would make this fail.
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...files], { cwd: team });
});

it('installs nothing but @austeer/core beside it, and runs in Node', async () => {
  const team = join(folder, 'team');
  const installed = readdirSync(join(team, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(installed).toEqual(['@austeer']);
  expect(readdirSync(join(team, 'node_modules/@austeer')).sort()).toEqual(['core', 'localize']);
  writeFileSync(join(team, 'team.js'), `${IMPORTS}${SCRIPT}console.log(JSON.stringify(ranking));`);
  const { stdout } = await run(process.execPath, ['team.js'], { cwd: team });
  expect(JSON.parse(stdout)).toEqual(RANKING);
});

it('runs in a bundle for browsers, without anything of Node', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `${IMPORTS}globalThis.result = (async () => {${SCRIPT} return JSON.stringify(ranking); })();`,
      resolveDir: join(folder, 'team'),
    },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  // A bare realm has the language and nothing else; these two are what every browser adds and the bundle may use.
  const realm: { TextEncoder: unknown; TextDecoder: unknown; result?: Promise<string> } = {
    TextEncoder,
    TextDecoder,
  };
  runInContext(outputFiles[0]!.text, createContext(realm));
  expect(JSON.parse(await realm.result!)).toEqual(RANKING);
});

it('counting and ranking weigh at most 6 kB, minified and compressed', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { countMomentum, mergeCounts, rankUnits, tiesAtCut } from '@austeer/localize';`,
      resolveDir: join(folder, 'team'),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThanOrEqual(6 * 1024);
});
