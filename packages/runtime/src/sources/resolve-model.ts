/**
 * From the name of a model to files on this machine.
 *
 * @module
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileMissingError, InvalidArgumentError, type Progress, UnknownNameError } from '@austeer/core';
import { defaultCacheDirectory, hubEndpoint, hubToken, offlineByEnvironment } from '@austeer/core/node';
import { MODEL_CATALOGUE } from './catalogue.ts';
import { resolveEntry } from './resolve-catalogue.ts';
import type { ResolveContext, ResolvedModel } from './resolve-context.ts';
import { resolveRepository } from './resolve-repository.ts';

/** Options of {@link resolveModel}. */
export interface ResolveModelOptions {
  /**
   * A name of the catalogue, a folder, a `.gguf` or `.onnx` file, or a hub id `owner/name`; in this order.
   * `./minilm` is a folder in any case.
   */
  readonly model: string;
  /** Branch, tag or commit of a hub id. @default 'main' */
  readonly revision?: string | undefined;
  /** @default `AUSTEER_CACHE`, else `austeer` in the user's cache folder */
  readonly cacheDirectory?: string | undefined;
  /** Use what is on this machine only. @default `AUSTEER_OFFLINE` is set, and not to `0` or `false` */
  readonly offline?: boolean | undefined;
  /** Must honour `signal` and `redirect: 'manual'`, as Node's own does. @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Address of the hub or a mirror of it. @default `HF_ENDPOINT`, else huggingface.co */
  readonly hubEndpoint?: string | undefined;
  /** Stops the work; what was downloaded stays for the next call. */
  readonly signal?: AbortSignal | undefined;
  /** Stage `download` (bytes so far and of all files, where known) or `verify` (a cached file is hashed). */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const HUB_ID = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const MODEL_FILE = /\.(gguf|onnx)$/i;

/**
 * Makes sure that a model is on this machine, and says where its files lie. Downloads go on where they
 * stopped, are checked by hash, and appear under their names only when whole. `HF_TOKEN` is sent to the
 * hub's own address only.
 *
 * @throws UnknownNameError when the name is none of the known kinds.
 * @throws FileMissingError when a path does not exist.
 * @throws SourceUnavailableError when no source delivers; lists each source tried and why it failed.
 * @throws HashMismatchError when only wrong files can be had.
 * @throws UnsupportedModelError when a hub repository has neither an ONNX graph nor a single GGUF file.
 * @throws the signal's reason when aborted.
 *
 * @example
 * ```ts
 * const { files } = await resolveModel({ model: 'smollm2-135m' });
 * const gguf = files['SmolLM2-135M-Instruct.Q4_1.gguf'];
 * ```
 */
export async function resolveModel(options: ResolveModelOptions): Promise<ResolvedModel> {
  const { model, revision = 'main', signal } = options;
  if (typeof model !== 'string' || model === '') {
    throw new InvalidArgumentError({
      argument: 'model',
      given: model,
      expected: 'a name, a path or a hub id',
    });
  }
  signal?.throwIfAborted();
  if (Object.hasOwn(MODEL_CATALOGUE, model)) {
    return resolveEntry({ entry: MODEL_CATALOGUE[model]!, context: createContext(options) });
  }
  const found = await resolvePath(model);
  if (found !== undefined) return found;
  if (looksLikePath(model))
    throw new FileMissingError({ path: model, what: 'Model', advice: 'Check the path' });
  if (HUB_ID.test(model)) {
    return resolveRepository({ repository: model, revision, context: createContext(options) });
  }
  throw new UnknownNameError({
    kind: 'model',
    given: model,
    known: Object.keys(MODEL_CATALOGUE),
    advice: 'Or give a folder, a .gguf file or a hub id owner/name',
  });
}

function createContext(options: ResolveModelOptions): ResolveContext {
  const endpoint = hubEndpoint(options.hubEndpoint);
  return {
    cacheDirectory: resolve(options.cacheDirectory ?? defaultCacheDirectory()),
    offline: options.offline ?? offlineByEnvironment(),
    endpoint,
    fetch: options.fetch ?? globalThis.fetch,
    token: hubToken(endpoint),
    signal: options.signal,
    onProgress: options.onProgress,
  };
}

function looksLikePath(model: string): boolean {
  return /^[./~]|^[A-Za-z]:|\\/.test(model) || MODEL_FILE.test(model);
}

/** A file or folder that exists, as it is; `undefined` when there is none. */
async function resolvePath(model: string): Promise<ResolvedModel | undefined> {
  const path = resolve(model);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const shared = { name: basename(path), sha256: {}, source: 'path' as const };
  if (found.isDirectory()) return { ...shared, directory: path, files: await filesOf(path) };
  if (!MODEL_FILE.test(path)) {
    throw new InvalidArgumentError({
      argument: 'model',
      given: model,
      expected: 'a file that ends in .gguf or .onnx, or a folder',
    });
  }
  return { ...shared, directory: dirname(path), files: { [basename(path)]: path } };
}

/** Files at the top of a folder and in `onnx/`: the layouts known have nothing deeper. */
async function filesOf(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const folder of ['', 'onnx/']) {
    const entries = await readdir(join(directory, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      // A hub cache holds symbolic links.
      if (entry.isFile() || entry.isSymbolicLink()) {
        files[`${folder}${entry.name}`] = join(directory, folder, entry.name);
      }
    }
  }
  return files;
}
