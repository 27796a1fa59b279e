/**
 * A model in a thread of its own: ONNX Runtime blocks the event loop while it computes, so whoever has something else
 * to keep alive (a server, a progress line) loads the model here.
 *
 * @module
 */
import { Worker } from 'node:worker_threads';
import {
  AusteerError,
  type GainGradientSource,
  type LanguageModel,
  type ModelCallOptions,
  type Progress,
} from '@austeer/core';
import { openGguf } from '@austeer/onnx';
import { ModelDisposedError } from '../decoder-model.ts';
import type { LoadedModel, LoadModelOptions } from '../load-model.ts';
import { resolveModel } from '../sources/resolve-model.ts';
import { tokenizerFromFolder } from '../tokenizer/tokenizer-from-folder.ts';
import { tokenizerFromGguf } from '../tokenizer/tokenizer-from-gguf.ts';
import type { Method, Reply, Request, SentLoadOptions } from './messages.ts';
import { fromSentError } from './sent-error.ts';

/** The thread of a model has ended without being asked to. */
export class WorkerEndedError extends AusteerError {
  constructor(reason: string, options: { cause?: unknown } = {}) {
    super('WORKER_ENDED', `The model's thread has ended: ${reason}. Load the model again.`, options);
  }
}

/** A model behind a thread. */
export interface ModelInWorker extends LoadedModel {
  /** Ends the thread at once, whatever it does; calls under way reject with {@link WorkerEndedError}. */
  terminate(): Promise<void>;
}

/** What waits for replies to one call. */
interface Waiting {
  onReply(reply: Reply): void;
  reject(error: unknown): void;
}

// Threads run built files, because Node cannot read TypeScript; tests import the sources, and then the flags that make
// their imports find sources must not reach the thread.
const isSource = import.meta.url.endsWith('.ts');
const HOST = new URL(isSource ? '../../dist/worker/model-host.js' : './model-host.js', import.meta.url);

/**
 * Loads a model into a worker thread. It answers exactly as {@link loadModel}'s does; rows and steering are copied to
 * the thread, activations are handed over without a copy, streams wait for their reader. Aborting and progress cross
 * over between two runs of the model. Several models are several threads.
 *
 * The process can end while the model is idle; `dispose` frees it before.
 *
 * @throws the errors of {@link loadModel}, with their codes and fields.
 * @throws WorkerEndedError (from every call) when the thread has crashed or was terminated.
 *
 * @example
 * ```ts
 * const model = await loadModelInWorker({ model: 'smollm2-135m', threads: 2 });
 * const prompt = model.tokenizer!.encode('The capital of France is');
 * const [answer] = await model.generate([prompt], { maxNewTokens: 5 }); // the event loop goes on meanwhile
 * await model.dispose();
 * ```
 */
export async function loadModelInWorker(options: LoadModelOptions): Promise<ModelInWorker> {
  const { fetch: _fetch, signal, onProgress, ...rest } = options;
  // Downloads happen here, where the caller's fetch and signal are; the thread finds everything in the cache.
  const resolved = await resolveModel(options);
  const gguf = Object.values(resolved.files).find((path) => path.toLowerCase().endsWith('.gguf'));
  const tokenizer =
    gguf === undefined
      ? await tokenizerFromFolder(resolved.directory)
      : tokenizerFromGguf(await openGguf(gguf));
  signal?.throwIfAborted();
  const thread = startThread({ ...rest, offline: true });
  const stop = (): void => void thread.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  let loaded: Extract<Reply, { kind: 'loaded' }>;
  try {
    loaded = await thread.loaded(onProgress);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  const { identity, headSize, contextLength, details } = loaded;

  const model: LanguageModel & GainGradientSource = {
    identity,
    headSize,
    ...(tokenizer === undefined ? {} : { tokenizer }),
    contextLength,
    generate: (prompts, callOptions) => thread.call('generate', prompts, callOptions),
    score: (items, callOptions = {}) => thread.call('score', items, callOptions),
    capture: (rows, callOptions) => thread.stream('capture', [...rows], callOptions),
    capturePairs: (pairs, callOptions) => thread.stream('capturePairs', [...pairs], callOptions),
    gainGradients: (items, callOptions) => thread.stream('gainGradients', [...items], callOptions),
    logProbabilities: (rows, callOptions = {}) => thread.stream('logProbabilities', [...rows], callOptions),
    dispose: () => thread.dispose(),
  };
  return { ...model, details, terminate: () => thread.terminate() };
}

function startThread(options: SentLoadOptions) {
  const worker = new Worker(HOST, { workerData: options, ...(isSource && { execArgv: [] }) });
  const waiting = new Map<number, Waiting>();
  let ended: Error | undefined;
  let calls = 0;
  let disposing: Promise<void> | undefined;
  let onLoading: { reply(reply: Reply): void; reject(error: unknown): void } | undefined;
  let onDisposed: (() => void) | undefined;

  const end = (error: Error): void => {
    ended ??= error;
    onLoading?.reject(ended);
    onDisposed?.();
    for (const { reject } of [...waiting.values()]) reject(ended);
  };
  worker.on('error', (cause) => end(new WorkerEndedError(cause.message, { cause })));
  worker.on('exit', (code) => end(new WorkerEndedError(`exit code ${code}`)));
  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'loaded' || reply.kind === 'loading' || reply.kind === 'failed')
      onLoading?.reply(reply);
    else if (reply.kind === 'disposed') {
      ended = new ModelDisposedError();
      onDisposed?.();
    } else waiting.get(reply.id)?.onReply(reply);
  });
  const post = (request: Request): void => worker.postMessage(request);

  /** Registers a call: its progress, its signal, and the process kept alive until `finish`. */
  const open = (
    method: Method,
    input: unknown,
    callOptions: ModelCallOptions & {
      onToken?: ((event: { row: number; token: number; text: string }) => void) | undefined;
    },
    listener: Waiting,
  ): { id: number; finish: () => void } => {
    if (ended !== undefined) throw ended;
    if (disposing !== undefined) throw new ModelDisposedError();
    const { signal, onProgress, onToken, ...sent } = callOptions;
    signal?.throwIfAborted();
    const id = calls++;
    const abort = (): void => post({ kind: 'abort', id });
    const finish = (): void => {
      signal?.removeEventListener('abort', abort);
      waiting.delete(id);
      if (waiting.size === 0) worker.unref();
    };
    waiting.set(id, {
      onReply: (reply) => {
        if (reply.kind === 'progress') onProgress?.(reply.progress);
        else if (reply.kind === 'token') onToken?.(reply.event);
        else if (reply.kind === 'error') {
          finish();
          listener.reject(signal?.aborted === true ? signal.reason : fromSentError(reply.error));
        } else listener.onReply(reply);
      },
      reject: (error) => {
        finish();
        listener.reject(error);
      },
    });
    worker.ref();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      post({ kind: 'call', id, method, input, options: sent, wantsTokens: onToken !== undefined });
    } catch (error) {
      finish();
      throw error;
    }
    return { id, finish };
  };

  return {
    loaded: (onProgress: ((progress: Progress) => void) | undefined) =>
      new Promise<Extract<Reply, { kind: 'loaded' }>>((resolve, reject) => {
        onLoading = {
          reply: (reply) => {
            if (reply.kind === 'loading') onProgress?.(reply.progress);
            if (reply.kind === 'failed') reject(fromSentError(reply.error));
            if (reply.kind !== 'loaded') return;
            worker.unref();
            resolve(reply);
          },
          reject,
        };
      }),

    call: <T>(method: 'generate' | 'score', input: unknown, callOptions: ModelCallOptions): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        const call = open(method, input, callOptions, {
          onReply: (reply) => {
            if (reply.kind !== 'result') return;
            call.finish();
            resolve(reply.value as T);
          },
          reject,
        });
      }),

    async *stream<T>(
      method: 'capture' | 'capturePairs' | 'logProbabilities' | 'gainGradients',
      input: unknown,
      callOptions: ModelCallOptions,
    ): AsyncGenerator<T> {
      let settle: { resolve(reply: Reply): void; reject(error: unknown): void } | undefined;
      let failure: { error: unknown } | undefined;
      const { id, finish } = open(method, input, callOptions, {
        onReply: (reply) => settle?.resolve(reply),
        reject: (error) => {
          failure = { error };
          settle?.reject(error);
        },
      });
      try {
        for (;;) {
          if (failure !== undefined) throw failure.error;
          const reply = await new Promise<Reply>((resolve, reject) => {
            settle = { resolve, reject };
            post({ kind: 'next', id });
          });
          if (reply.kind !== 'item') return;
          yield reply.value as T;
        }
      } finally {
        if (waiting.has(id)) post({ kind: 'end', id });
        finish();
      }
    },

    dispose(): Promise<void> {
      disposing ??= new Promise<void>((resolve) => {
        onDisposed = resolve;
        if (ended !== undefined) resolve();
        else {
          worker.ref();
          post({ kind: 'dispose' });
        }
      }).then(async () => {
        await worker.terminate();
      });
      return disposing;
    },

    async terminate(): Promise<void> {
      end(new WorkerEndedError('it was terminated'));
      await worker.terminate();
    },
  };
}
