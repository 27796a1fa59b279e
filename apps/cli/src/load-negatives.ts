/**
 * Hard negatives for the length of a command.
 *
 * @module
 */
import { join } from 'node:path';
import type { SentenceEncoder } from '@austeer/core';
import { defaultCacheDirectory } from '@austeer/core/node';
import {
  cacheSentenceEncoder,
  createEmbeddingsEncoder,
  hardNegatives,
  type LoadTaskOptions,
  type NegativeSource,
  negativeFinder,
} from '@austeer/pairs';
import { loadSentenceEncoder } from '@austeer/runtime';
import type { AusteerContext } from './context.ts';
import type { TaskFlags } from './flags.ts';
import { ensureRuntime } from './load.ts';

/** How an encoder is named and loaded. */
export interface EncoderFlags {
  /** @default 'minilm' */
  readonly encoder?: string | undefined;
  readonly cache?: string | undefined;
  readonly offline: boolean;
  readonly threads?: number | undefined;
}

const SERVICE = 'openai:';

/** Loads the encoder of the flags behind a cache of files, does the work, and frees the encoder in any case. */
export async function withHardNegatives<T>(
  context: AusteerContext,
  flags: EncoderFlags,
  work: (negatives: NegativeSource) => Promise<T>,
): Promise<T> {
  const encoder = cacheSentenceEncoder({
    encoder: await openEncoder(context, flags),
    directory: join(flags.cache ?? defaultCacheDirectory(), 'sentences'),
  });
  try {
    return await work(hardNegatives({ encoder }));
  } finally {
    await encoder.dispose?.();
  }
}

/** The wrong answers that a task is told to take: a finder while it loads, or the task's own rule. */
export async function withTaskNegatives<T>(
  context: AusteerContext,
  flags: Pick<TaskFlags, 'negatives'> & EncoderFlags,
  work: (negatives: LoadTaskOptions['negatives']) => Promise<T>,
): Promise<T> {
  const { signal, terminal } = context;
  if (flags.negatives !== 'hard') return work(flags.negatives);
  return withHardNegatives(context, flags, (source) =>
    work(negativeFinder(source, { signal, onProgress: terminal.progress })),
  );
}

async function openEncoder(context: AusteerContext, flags: EncoderFlags): Promise<SentenceEncoder> {
  const { encoder = 'minilm', cache, offline, threads } = flags;
  if (encoder.startsWith(SERVICE)) {
    const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = context.process.env ?? {};
    return createEmbeddingsEncoder({ model: encoder.slice(SERVICE.length), apiKey, baseUrl });
  }
  await ensureRuntime(context, flags);
  return loadSentenceEncoder({
    model: encoder,
    cacheDirectory: cache,
    threads,
    ...(offline && { offline }),
    signal: context.signal,
    onProgress: context.terminal.progress,
  });
}
