/**
 * The worker's side: loads a model and answers requests. Started by `loadModelInWorker`.
 *
 * @module
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type {
  CaptureOptions,
  GainGradientOptions,
  GenerateOptions,
  ItemGradients,
  LogProbabilityOptions,
  MarginItem,
  PairActivations,
  RowActivations,
  RowLogProbabilities,
  ScoreItem,
  SiteActivations,
  TokenPair,
  TokenSequence,
} from '@austeer/core';
import { type LoadedModel, loadModel } from '../load-model.ts';
import type { Reply, Request, SentLoadOptions } from './messages.ts';
import { toSentError } from './sent-error.ts';

type Call = Extract<Request, { kind: 'call' }>;
type Item = RowActivations | PairActivations | RowLogProbabilities | ItemGradients;

if (parentPort !== null) await serve(parentPort, workerData as SentLoadOptions);

async function serve(port: MessagePort, options: SentLoadOptions): Promise<void> {
  const send = (reply: Reply, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(reply, [...transfer]);
  let model: LoadedModel;
  try {
    model = await loadModel({ ...options, onProgress: (progress) => send({ kind: 'loading', progress }) });
  } catch (error) {
    send({ kind: 'failed', error: toSentError(error) });
    port.close();
    return;
  }
  const controllers = new Map<number, AbortController>();
  const streams = new Map<number, AsyncIterator<Item>>();

  const fail = (id: number, error: unknown): void => {
    send({ kind: 'error', id, error: toSentError(error) });
  };
  const finish = (id: number): void => {
    controllers.delete(id);
    streams.delete(id);
  };
  const start = async (call: Call): Promise<void> => {
    const { id, method, input, wantsTokens } = call;
    const controller = new AbortController();
    controllers.set(id, controller);
    const shared = {
      ...call.options,
      signal: controller.signal,
      onProgress: (progress: { stage: string; done: number }) => send({ kind: 'progress', id, progress }),
    };
    if (method === 'capture') {
      const rows = model.capture(input as TokenSequence[], shared as unknown as CaptureOptions);
      streams.set(id, rows[Symbol.asyncIterator]());
      return;
    }
    if (method === 'capturePairs') {
      const pairs = model.capturePairs(input as TokenPair[], shared as unknown as CaptureOptions);
      streams.set(id, pairs[Symbol.asyncIterator]());
      return;
    }
    if (method === 'gainGradients') {
      const items = model.gainGradients(input as MarginItem[], shared as unknown as GainGradientOptions);
      streams.set(id, items[Symbol.asyncIterator]());
      return;
    }
    if (method === 'logProbabilities') {
      const rows = model.logProbabilities!(
        input as TokenSequence[],
        shared as unknown as LogProbabilityOptions,
      );
      streams.set(id, rows[Symbol.asyncIterator]());
      return;
    }
    const onToken = wantsTokens
      ? {
          onToken: (event: { row: number; token: number; text: string }) =>
            send({ kind: 'token', id, event }),
        }
      : {};
    const value =
      method === 'generate'
        ? await model.generate(input as TokenSequence[], {
            ...(shared as unknown as GenerateOptions),
            ...onToken,
          })
        : await model.score(input as ScoreItem[], shared);
    finish(id);
    send({ kind: 'result', id, value });
  };
  const next = async (id: number): Promise<void> => {
    const { value, done } = (await streams.get(id)?.next()) ?? { value: undefined, done: true };
    if (done === true) {
      finish(id);
      send({ kind: 'done', id });
    } else send({ kind: 'item', id, value }, buffersOf(value as Item));
  };

  port.on('message', (request: Request) => {
    if (request.kind === 'call') {
      start(request).catch((error: unknown) => {
        finish(request.id);
        fail(request.id, error);
      });
    } else if (request.kind === 'next') {
      next(request.id).catch((error: unknown) => {
        finish(request.id);
        fail(request.id, error);
      });
    } else if (request.kind === 'abort') controllers.get(request.id)?.abort();
    else if (request.kind === 'end') {
      void streams.get(request.id)?.return?.();
      finish(request.id);
    } else {
      void model.dispose().finally(() => {
        send({ kind: 'disposed' });
        port.close();
      });
    }
  });
  const { identity, headSize, contextLength, details } = model;
  send({ kind: 'loaded', identity, headSize, contextLength, details });
}

/** Memory of an item, given away instead of copied; each buffer once. */
function buffersOf(item: Item): ArrayBuffer[] {
  if ('logProbabilities' in item) return [item.logProbabilities.data.buffer as ArrayBuffer];
  const parts: SiteActivations[] =
    'activations' in item
      ? [item.activations]
      : 'gradients' in item
        ? [item.gradients]
        : [item.positive, item.negative];
  return [
    ...new Set(parts.flatMap((part) => Object.values(part).map(({ data }) => data.buffer as ArrayBuffer))),
  ];
}
