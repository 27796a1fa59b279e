/**
 * A decoder that computes: one live session at a time, remade when a call needs another kind of graph
 * (capture needs no language-model head, decoding needs no taps), so that memory holds the weights once.
 *
 * @module
 */
import type { SteeringValues } from '@austeer/core';
import { type DecoderGraph, type GraphPurpose, POSITIONS_INPUT, STRENGTH_INPUT } from '@austeer/onnx';
import { createKeyValueCaches, type KeyValueCache, type KeyValueCaches } from './key-value-cache.ts';
import {
  checkDevice,
  createSession,
  InferenceError,
  importOnnxRuntime,
  keepsTensors,
  type OrtTensor,
  type Session,
  type SessionSettings,
} from './onnx-runtime.ts';
import type { PaddedRows } from './padded-rows.ts';
import { steeringArrays } from './row-steering.ts';

type Ort = Awaited<ReturnType<typeof importOnnxRuntime>>;

/** (row, column) pairs at which logits and captures are wanted. */
export type Positions = readonly (readonly [row: number, column: number])[];

/** What one run returns: `[picked, …]` arrays. */
export interface DecoderOutput {
  /** `[picked, vocabulary]`; empty when the graph makes no logits. */
  readonly logits: Float32Array;
  /** By output name, `[picked, width]`. */
  readonly captures: ReadonlyMap<string, Float32Array>;
}

/** A batch in progress: its rows keep their past and their steering. */
export interface DecoderBatch {
  readonly graph: DecoderGraph;
  /**
   * @param strengths `[rows, tokens]`, how strong the edits are at each token. @default 1 everywhere
   */
  run(rows: PaddedRows, positions: Positions, strengths?: Float32Array): Promise<DecoderOutput>;
  /** The past as it is now, to return to: a common prefix is computed once for several continuations. */
  mark(): CacheMark;
  reset(mark: CacheMark): void;
  /** Its rows apart, each a batch of one with the same past and steering; absent where the cache cannot be taken apart. */
  readonly byRow?: BatchRows | undefined;
}

/** The rows of a batch. */
export interface BatchRows {
  row(index: number): DecoderBatch;
  /** Gives every row the first tokens of row 0 for its past. */
  spread(tokens: number): void;
}

/** A state of the cache of a batch. */
export type CacheMark = ReturnType<KeyValueCache['mark']>;

/** Sessions over one model. */
export interface Decoder {
  /**
   * Readies a graph that serves the purpose and opens an empty cache on it. The batch opened before
   * becomes unusable.
   */
  open(options: {
    purpose: GraphPurpose;
    steering: readonly (SteeringValues | undefined)[];
    capacity: number;
  }): Promise<DecoderBatch>;
  /** Lets the live session go. The next `open` makes another. */
  dispose(): Promise<void>;
}

interface LiveSession {
  readonly graph: DecoderGraph;
  readonly session: Session;
  readonly caches: KeyValueCaches;
}

/**
 * Makes a decoder.
 *
 * @param options.makeGraph writes the graph for a purpose
 */
export function createDecoder(
  options: SessionSettings & { makeGraph: (purpose: GraphPurpose) => Promise<DecoderGraph> | DecoderGraph },
): Decoder {
  const { makeGraph, ...settings } = options;
  const staysOnDevice = keepsTensors(settings.device);
  let live: LiveSession | undefined;

  const letGo = async (): Promise<void> => {
    live?.caches.dispose?.();
    await live?.session.release();
    live = undefined;
  };

  const ready = async (ort: Ort, purpose: GraphPurpose): Promise<LiveSession> => {
    if (live !== undefined && serves(live.graph.purpose, purpose)) return live;
    checkDevice(ort, settings.device);
    await letGo();
    const graph = await makeGraph({
      ...purpose,
      intoArrays: !staysOnDevice,
      forCard: settings.device !== 'cpu',
    });
    const onDevice = staysOnDevice ? graph.outputs.present.flatMap(({ key, value }) => [key, value]) : [];
    const session = await createSession({ ort, graph, onDevice, ...settings });
    live = { graph, session, caches: createKeyValueCaches(ort, graph, { staysOnDevice }) };
    return live;
  };

  return {
    async open({ purpose, steering, capacity }) {
      const ort = await importOnnxRuntime();
      const { graph, session, caches } = await ready(ort, purpose);
      const cache = caches.open(steering.length, capacity);
      const arrays = steeringArrays(graph, steering);
      const ofRows = (own: KeyValueCache, first: number, count: number): Omit<DecoderBatch, 'byRow'> => {
        const fixed: Record<string, OrtTensor> = {};
        for (const [name, { data, dims }] of Object.entries(arrays)) {
          const stride = data.length / steering.length;
          const numbers = data.subarray(first * stride, (first + count) * stride);
          fixed[name] = new ort.Tensor('float32', numbers, [count, ...dims.slice(1)]);
        }
        return {
          graph,
          run: (rows, positions, strengths) =>
            runGraph({ ort, graph, session, cache: own, fixed, rows, positions, strengths }),
          mark: () => own.mark(),
          reset: (mark) => own.reset(mark),
        };
      };
      const { byRow } = cache;
      return {
        ...ofRows(cache, 0, steering.length),
        ...(byRow && {
          byRow: {
            row: (index) => ofRows(byRow.row(index), index, 1),
            spread: (tokens) => byRow.spread(tokens),
          },
        }),
      };
    },
    dispose: letGo,
  };
}

/** Whether a graph made for one purpose can do another without wasted work that matters. */
function serves(made: GraphPurpose, wanted: GraphPurpose): boolean {
  return (
    made.logits === wanted.logits &&
    made.depth === wanted.depth &&
    (made.tokenStrength === true || wanted.tokenStrength !== true) &&
    made.capture.length === wanted.capture.length &&
    wanted.capture.every((site) => made.capture.includes(site)) &&
    wanted.steer.every((site) => made.steer.includes(site)) &&
    (wanted.steer.length === 0 || wanted.gainsOnly === true || made.gainsOnly !== true)
  );
}

async function runGraph(options: {
  ort: Ort;
  graph: DecoderGraph;
  session: Session;
  cache: KeyValueCache;
  fixed: Readonly<Record<string, OrtTensor>>;
  rows: PaddedRows;
  positions: Positions;
  strengths: Float32Array | undefined;
}): Promise<DecoderOutput> {
  const { ort, graph, session, cache, fixed, rows, positions, strengths } = options;
  const picked = new BigInt64Array(positions.length * 2);
  for (const [index, [row, column]] of positions.entries()) {
    picked[index * 2] = BigInt(row);
    picked[index * 2 + 1] = BigInt(column);
  }
  const feeds: Record<string, OrtTensor> = {
    ...fixed,
    ...cache.feeds(),
    [graph.inputs.ids]: new ort.Tensor('int64', rows.ids, [rows.rows, rows.tokens]),
    [POSITIONS_INPUT]: new ort.Tensor('int64', picked, [positions.length, 2]),
  };
  if (graph.inputs.attentionMask !== undefined) {
    feeds[graph.inputs.attentionMask] = new ort.Tensor('int64', rows.mask, [rows.rows, rows.total]);
  }
  if (graph.inputs.positionIds !== undefined) {
    feeds[graph.inputs.positionIds] = new ort.Tensor('int64', rows.positionIds, [rows.rows, rows.tokens]);
  }
  if (graph.inputs.strength !== undefined) {
    const data = strengths ?? new Float32Array(rows.rows * rows.tokens).fill(1);
    feeds[STRENGTH_INPUT] = new ort.Tensor('float32', data, [rows.rows, rows.tokens, 1]);
  }
  const fetches: Record<string, OrtTensor | null> = { ...cache.fetches() };
  const { end, logits: logitsName, captures } = graph.outputs;
  const captured = graph.purpose.capture.flatMap((site) =>
    captures[site]!.map((name) => [name, graph.widths[site]!] as const),
  );
  const arrays = new Map<string, Float32Array>();
  for (const [name, width] of [
    ...captured,
    ...(logitsName === undefined ? [] : [[logitsName, graph.vocabularySize] as const]),
  ]) {
    fetches[name] = null;
    if (graph.purpose.intoArrays !== true) continue;
    const data = new Float32Array(positions.length * width);
    arrays.set(name, data);
    fetches[name] = new ort.Tensor('float32', data, [positions.length, width]);
  }
  if (end !== undefined) fetches[end] = null;
  let outputs: Readonly<Record<string, OrtTensor>> = {};
  try {
    outputs = (await session.run(feeds, fetches)) as Record<string, OrtTensor>;
    cache.absorb(outputs);
  } catch (cause) {
    // The arrays are written by then, and a shared cache has nothing to absorb.
    if (end === undefined || !isEndOfOutputs(cause)) {
      throw new InferenceError({ doing: 'running the model', cause });
    }
  }
  const numbersOf = (name: string) => arrays.get(name) ?? (outputs[name]!.data as Float32Array);
  return {
    logits: logitsName === undefined ? new Float32Array(0) : numbersOf(logitsName),
    captures: new Map(captured.map(([name]) => [name, numbersOf(name)])),
  };
}

/** Whether the run got as far as handing its outputs over: see END_OUTPUT. */
function isEndOfOutputs(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Non tensor type');
}
