/**
 * Models of experiments: each in a thread of its own, so that leases and progress stay alive while it computes.
 *
 * @module
 */
import type { BenchModel, CellModel, ModelSource } from '@austeer/experiments';
import { loadModelInWorker } from '@austeer/runtime';
import type { AusteerContext } from './context.ts';
import type { ModelFlags } from './flags.ts';
import { ensureRuntime, readSiteMap } from './load.ts';

/** Models that were looked at, ready to be loaded when a cell asks. */
export interface OpenModels {
  readonly bench: readonly BenchModel[];
  readonly sources: readonly ModelSource[];
  /** Frees what is loaded. */
  dispose(): Promise<void>;
}

/** Looks at each model of the flags; one alone stays loaded. */
export async function openModels(
  context: AusteerContext,
  flags: Omit<ModelFlags, 'model'> & { readonly model: readonly string[] },
): Promise<OpenModels> {
  const { terminal, signal } = context;
  await ensureRuntime(context, flags);
  const siteMap = flags.siteMap === undefined ? undefined : await readSiteMap(flags.siteMap);
  const load = (name: string) =>
    loadModelInWorker({
      model: name,
      precision: flags.precision,
      threads: flags.threads,
      device: flags.device,
      siteMap,
      cacheDirectory: flags.cache,
      ...(flags.offline && { offline: true }),
      signal,
      onProgress: terminal.progress,
    });
  const loaded = new Map<string, CellModel>();
  const bench: BenchModel[] = [];
  const sources: ModelSource[] = [];
  for (const name of flags.model) {
    const model = await load(name);
    const { identity, headSize, details } = model;
    const input = { weights: identity.weightsSha256 ?? identity.name, precision: details.precision };
    bench.push({ name, input, identity, headSize });
    sources.push({
      input,
      load: async () => {
        const ready = loaded.get(name);
        loaded.delete(name);
        return ready ?? load(name);
      },
    });
    if (flags.model.length === 1) loaded.set(name, model);
    else await model.dispose();
  }
  return {
    bench,
    sources,
    dispose: async () => {
      for (const model of loaded.values()) await model.dispose();
    },
  };
}
