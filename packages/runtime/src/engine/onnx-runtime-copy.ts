/**
 * A copy of ONNX Runtime in the cache folder, for where it is not installed beside this package. Its processor and
 * WebGPU libraries lie inside the npm package; the install script, which fetches CUDA files from another host and
 * fails where that host is not reached, is not run (docs/decisions/0008-onnx-runtime-is-a-peer.md).
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AusteerError, MissingPeerError } from '@austeer/core';
import { defaultCacheDirectory, offlineByEnvironment } from '@austeer/core/node';

/** The version that all packages are tested with; two versions cannot live in one process. */
export const ONNX_RUNTIME_VERSION = '1.30.0';

/** Npm could not fetch ONNX Runtime. */
export class OnnxRuntimeInstallError extends AusteerError {
  constructor(options: { output: string; cause?: unknown }) {
    super(
      'ONNX_RUNTIME_INSTALL',
      `npm could not install onnxruntime-node@${ONNX_RUNTIME_VERSION}: ${options.output.trim().slice(-600)}\n` +
        'The npm registry has to be reachable (npm ping); nothing was left half done, the same command tries again.',
      { cause: options.cause },
    );
  }
}

/** Error for where ONNX Runtime is not there, with the command that installs it. */
export function missingOnnxRuntime(cause?: unknown): MissingPeerError {
  return new MissingPeerError({
    library: 'onnxruntime-node',
    install: `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@${ONNX_RUNTIME_VERSION}`,
    cause,
  });
}

/** Entry file of the copy, whether or not it is there. */
export function onnxRuntimeCopy(cacheDirectory: string = defaultCacheDirectory()): string {
  const folder = join(cacheDirectory, `onnxruntime-node-${ONNX_RUNTIME_VERSION}`);
  return join(folder, 'node_modules', 'onnxruntime-node', 'dist', 'index.js');
}

/**
 * Sees to it that models can run: does nothing where `onnxruntime-node` is installed or a copy is cached, else
 * fetches one with npm, from the registry that npm is set to, into the cache folder. Call it before
 * {@link loadModel} in a program that people start with nothing but itself installed.
 *
 * @param options.cacheDirectory where the copy goes; a model finds it in the default one only
 *   @default `AUSTEER_CACHE`, else `austeer` in the user's cache folder
 * @param options.npm program and first arguments that start npm @default the npm that started this process, else `npm`
 * @param options.onFetch called once, before anything is fetched
 * @returns the copy's entry file, or `undefined` where none was needed
 * @throws MissingPeerError offline; OnnxRuntimeInstallError with what npm said.
 *
 * @example
 * ```ts
 * await ensureOnnxRuntime({ onFetch: () => console.error('Fetching ONNX Runtime …') });
 * const model = await loadModel({ model: 'smollm2-135m' });
 * ```
 */
export async function ensureOnnxRuntime(
  options: {
    cacheDirectory?: string | undefined;
    offline?: boolean | undefined;
    npm?: readonly string[] | undefined;
    signal?: AbortSignal | undefined;
    onFetch?: (() => void) | undefined;
    isInstalled?: (() => boolean) | undefined;
  } = {},
): Promise<string | undefined> {
  const {
    cacheDirectory = defaultCacheDirectory(),
    offline = offlineByEnvironment(),
    npm = npmCommand(),
    signal,
    onFetch,
    isInstalled = onnxRuntimeIsInstalled,
  } = options;
  if (isInstalled()) return undefined;
  const entry = onnxRuntimeCopy(cacheDirectory);
  if (existsSync(entry)) return entry;
  if (offline) throw missingOnnxRuntime();
  onFetch?.();
  await mkdir(cacheDirectory, { recursive: true });
  const folder = join(entry, '../../../..');
  const work = await mkdtemp(`${folder}.partial-`);
  try {
    await writeFile(join(work, 'package.json'), '{"private":true}\n');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--global=false'];
    const library = `onnxruntime-node@${ONNX_RUNTIME_VERSION}`;
    await runNpm([...npm, 'install', '--prefix', work, ...flags, library], work, signal);
    await rename(work, folder).catch((error: unknown) => {
      // Another process was quicker; its copy is the same.
      if (!existsSync(entry)) throw error;
    });
    return entry;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function onnxRuntimeIsInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}

/** Path of the script where npm or npx started this process: `npm` itself is a shell script on Windows. */
function npmCommand(): string[] {
  const path = process.env.npm_execpath;
  return path !== undefined && /np[mx]-cli\.[cm]?js$/.test(path)
    ? [process.execPath, path.replace(/npx-cli(\.[cm]?js)$/, 'npm-cli$1')]
    : ['npm'];
}

function runNpm(command: readonly string[], cwd: string, signal?: AbortSignal): Promise<void> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(program, args, {
      cwd,
      // A workspace or a dry run of the caller is not ours.
      env: { ...process.env, npm_config_workspaces: 'false', npm_config_dry_run: 'false' },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && program === 'npm',
      ...(signal && { signal }),
    });
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
    });
    child.stderr.on('data', (part: Buffer) => {
      output += part.toString();
    });
    child.on('error', (cause) => {
      reject(signal?.aborted ? signal.reason : new OnnxRuntimeInstallError({ output: cause.message, cause }));
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new OnnxRuntimeInstallError({ output }));
    });
  });
}
