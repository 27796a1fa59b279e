/**
 * A model for the length of a command.
 *
 * @module
 */
import { readFileBytes } from '@austeer/core/node';
import { parseSiteMap, type SiteMap } from '@austeer/onnx';
import { type LoadedModel, type LoadModelOptions, loadModel } from '@austeer/runtime';
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

/** Sites that somebody has named by hand. */
export async function readSiteMap(path: string): Promise<SiteMap> {
  const bytes = await readFileBytes(path, { what: 'Site map' });
  return parseSiteMap(new TextDecoder().decode(bytes), { path });
}
