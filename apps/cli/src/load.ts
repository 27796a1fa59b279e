/**
 * A model for the length of a command, or its tokenizer alone.
 *
 * @module
 */
import type { Tokenizer } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';
import { openGguf, parseSiteMap, type SiteMap } from '@austeer/onnx';
import {
  ensureOnnxRuntime,
  type LoadedModel,
  type LoadModelOptions,
  loadModel,
  resolveModel,
  tokenizerFromFolder,
  tokenizerFromGguf,
} from '@austeer/runtime';
import type { AusteerContext } from './context.ts';
import type { ModelFlags } from './flags.ts';

/**
 * Loads the model of the flags, does the work, and frees the model in any case.
 *
 * @param load `loadModelInWorker` where the terminal has to stay alive while the model computes
 */
export async function withModel<T>(
  context: AusteerContext,
  flags: ModelFlags,
  work: (model: LoadedModel) => Promise<T>,
  load: (options: LoadModelOptions) => Promise<LoadedModel> = loadModel,
): Promise<T> {
  const { terminal, signal } = context;
  await ensureRuntime(context, flags);
  const siteMap = flags.siteMap === undefined ? undefined : await readSiteMap(flags.siteMap);
  const model = await load({
    model: flags.model,
    precision: flags.precision,
    threads: flags.threads,
    device: flags.device,
    siteMap,
    cacheDirectory: flags.cache,
    ...(flags.offline && { offline: true }),
    signal,
    onProgress: terminal.progress,
  });
  try {
    return await work(model);
  } finally {
    await model.dispose();
  }
}

/** Fetches ONNX Runtime once where only the command is installed, as by `npx austeer`. */
export async function ensureRuntime(
  context: AusteerContext,
  flags: Pick<ModelFlags, 'offline'>,
): Promise<void> {
  await ensureOnnxRuntime({
    ...(flags.offline && { offline: true }),
    signal: context.signal,
    onFetch: () => context.terminal.say('Fetching ONNX Runtime with npm, once, into the cache folder …'),
  });
}

/** The tokenizer of a model, without its weights; `undefined` where it has none. */
export async function loadTokenizer(
  context: AusteerContext,
  flags: Pick<ModelFlags, 'model' | 'cache' | 'offline'>,
): Promise<Tokenizer | undefined> {
  const { directory, files } = await resolveModel({
    model: flags.model,
    cacheDirectory: flags.cache,
    ...(flags.offline && { offline: true }),
    signal: context.signal,
    onProgress: context.terminal.progress,
  });
  const gguf = Object.values(files).filter((path) => path.toLowerCase().endsWith('.gguf'));
  return gguf.length === 1 ? tokenizerFromGguf(await openGguf(gguf[0]!)) : tokenizerFromFolder(directory);
}

/** Sites that somebody has named by hand. */
export async function readSiteMap(path: string): Promise<SiteMap> {
  const bytes = await readFileBytes(path, { what: 'Site map' });
  return parseSiteMap(new TextDecoder().decode(bytes), { path });
}
