import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureOnnxRuntime, ONNX_RUNTIME_VERSION, onnxRuntimeCopy } from './onnx-runtime-copy.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-ort-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that takes npm's place: notes its arguments, then does what is given. */
const fakeNpm = (body: string): string[] => {
  const path = join(folder, 'npm.cjs');
  writeFileSync(
    path,
    `const { mkdirSync, writeFileSync } = require('node:fs');
     writeFileSync(${JSON.stringify(join(folder, 'arguments.json'))}, JSON.stringify(process.argv.slice(2)));
     ${body}`,
  );
  return [process.execPath, path];
};
const INSTALLS = `mkdirSync('node_modules/onnxruntime-node/dist', { recursive: true });
  writeFileSync('node_modules/onnxruntime-node/dist/index.js', '');`;
const missing = () => ({ cacheDirectory: join(folder, 'cache'), isInstalled: () => false });

it('fetches nothing where ONNX Runtime is installed', async () => {
  expect(await ensureOnnxRuntime({ cacheDirectory: folder, npm: ['no-such-program'] })).toBeUndefined();
});

it('fetches the pinned version without its install script, once', async () => {
  let fetches = 0;
  const options = { ...missing(), npm: fakeNpm(INSTALLS), onFetch: () => fetches++ };
  const entry = onnxRuntimeCopy(options.cacheDirectory);
  expect(await ensureOnnxRuntime(options)).toBe(entry);
  expect(await ensureOnnxRuntime(options)).toBe(entry);
  expect(fetches).toBe(1);
  const given = JSON.parse(readFileSync(join(folder, 'arguments.json'), 'utf8'));
  expect(given).toContain('--ignore-scripts');
  expect(given.at(-1)).toBe(`onnxruntime-node@${ONNX_RUNTIME_VERSION}`);
});

it('fetches nothing offline', async () => {
  const npm = fakeNpm(INSTALLS);
  await expect(ensureOnnxRuntime({ ...missing(), npm, offline: true })).rejects.toMatchObject({
    code: 'MISSING_PEER',
  });
  expect(existsSync(join(folder, 'arguments.json'))).toBe(false);
});

it('leaves nothing behind where npm fails, and says what npm said', async () => {
  const npm = fakeNpm(`${INSTALLS} console.error('no such host'); process.exit(1);`);
  const error = await ensureOnnxRuntime({ ...missing(), npm }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ONNX_RUNTIME_INSTALL' });
  expect(String(error)).toContain('no such host');
  expect(readdirSync(join(folder, 'cache'))).toEqual([]);
});

it('stops when it is told to', async () => {
  const controller = new AbortController();
  const npm = fakeNpm('setTimeout(() => {}, 60_000);');
  const work = ensureOnnxRuntime({
    ...missing(),
    npm,
    signal: controller.signal,
    onFetch: () => setTimeout(() => controller.abort(new Error('enough')), 50),
  });
  await expect(work).rejects.toThrow('enough');
  expect(readdirSync(join(folder, 'cache'))).toEqual([]);
});

it('is the version of the workspace', () => {
  const manifest = readFileSync(join(import.meta.dirname, '../../../../pnpm-workspace.yaml'), 'utf8');
  expect(/^catalog:$.*?^ {2}onnxruntime-node: (\S+)$/ms.exec(manifest)?.[1]).toBe(ONNX_RUNTIME_VERSION);
});
