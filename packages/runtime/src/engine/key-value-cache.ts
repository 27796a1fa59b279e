/**
 * Keys and values of past tokens.
 *
 * GroupQueryAttention graphs write new ones into buffers of fixed capacity that are fed and fetched as the
 * same array; plain attention graphs return longer arrays from each run.
 *
 * @module
 */
import type { DecoderGraph } from '@austeer/onnx';
import type { importOnnxRuntime, OrtTensor } from './onnx-runtime.ts';

type Ort = Awaited<ReturnType<typeof importOnnxRuntime>>;

/** The cache of one batch. */
export interface KeyValueCache {
  /** Past keys and values by input name. */
  feeds(): Record<string, OrtTensor>;
  /** Where a run shall put keys and values: a tensor to write into, or `null` for a new one. */
  fetches(): Record<string, OrtTensor | null>;
  /** Takes over what a run returned. */
  absorb(outputs: Readonly<Record<string, OrtTensor>>): void;
  /**
   * The state now. Shared buffers need none: what lies behind the past tokens is overwritten by the next
   * run, so returning to an earlier length is free.
   */
  mark(): Readonly<Record<string, OrtTensor>>;
  /** Returns to a state. */
  reset(mark: Readonly<Record<string, OrtTensor>>): void;
  /** Its rows apart, where each has memory of its own; growing caches do not. */
  readonly byRow?: CacheRows | undefined;
}

/** The rows of a shared buffer. */
export interface CacheRows {
  /** A row as a cache of its own, over the same memory. */
  row(index: number): KeyValueCache;
  /** Gives every row the first tokens of row 0. */
  spread(tokens: number): void;
}

/** ONNX Runtime takes float16 as the bits of each number. */
const ARRAYS = { float32: Float32Array, float16: Uint16Array };

/** Makes caches for one graph and reuses their memory from batch to batch. */
export interface KeyValueCaches {
  /** An empty cache for `rows` rows of at most `capacity` tokens. The one made before becomes unusable. */
  open(rows: number, capacity: number): KeyValueCache;
  /** Gives memory of a device back, which must not outlive the session that it came from. */
  dispose?(): void;
}

/**
 * Prepares caches for a graph.
 *
 * @param options.staysOnDevice whether sessions return keys and values as buffers of a device, to be fed again
 */
export function createKeyValueCaches(
  ort: Ort,
  graph: DecoderGraph,
  { staysOnDevice }: { staysOnDevice: boolean },
): KeyValueCaches {
  if (staysOnDevice) return deviceCaches(ort, graph);
  return graph.cache === 'shared' ? sharedCaches(ort, graph) : growingCaches(ort, graph);
}

function sharedCaches(ort: Ort, graph: DecoderGraph): KeyValueCaches {
  const MemoryArray = ARRAYS[graph.cacheType];
  let memory: (Float32Array | Uint16Array)[] = [];
  return {
    open(rows, capacity) {
      const length = rows * graph.kvHeads * capacity * graph.headSize;
      const dims = [graph.kvHeads, capacity, graph.headSize];
      if ((memory[0]?.length ?? 0) < length) {
        memory = [];
        memory = Array.from({ length: graph.inputs.past.length * 2 }, () => new MemoryArray(length));
      }
      const ofRows = (first: number, count: number): Omit<KeyValueCache, 'byRow'> => {
        const stride = length / rows;
        const feeds: Record<string, OrtTensor> = {};
        const fetches: Record<string, OrtTensor> = {};
        for (const [layer, past] of graph.inputs.past.entries()) {
          const present = graph.outputs.present[layer]!;
          for (const [part, offset] of [
            ['key', 0],
            ['value', 1],
          ] as const) {
            const numbers = memory[layer * 2 + offset]!.subarray(first * stride, (first + count) * stride);
            const tensor = new ort.Tensor(graph.cacheType, numbers, [count, ...dims]);
            feeds[past[part]] = tensor;
            fetches[present[part]] = tensor;
          }
        }
        return {
          feeds: () => feeds,
          fetches: () => fetches,
          absorb: () => undefined,
          mark: () => feeds,
          reset: () => undefined,
        };
      };
      return {
        ...ofRows(0, rows),
        byRow: {
          row: (index) => ofRows(index, 1),
          spread(tokens) {
            const head = capacity * graph.headSize;
            for (const numbers of memory) {
              for (let at = graph.kvHeads; at < rows * graph.kvHeads; at++) {
                const from = (at % graph.kvHeads) * head;
                numbers.copyWithin(at * head, from, from + tokens * graph.headSize);
              }
            }
          },
        },
      };
    },
  };
}

function growingCaches(ort: Ort, graph: DecoderGraph): KeyValueCaches {
  return {
    open(rows) {
      const feeds: Record<string, OrtTensor> = {};
      const fetches: Record<string, null> = {};
      for (const [layer, past] of graph.inputs.past.entries()) {
        for (const part of ['key', 'value'] as const) {
          feeds[past[part]] = new ort.Tensor(graph.cacheType, new ARRAYS[graph.cacheType](0), [
            rows,
            graph.kvHeads,
            0,
            graph.headSize,
          ]);
          fetches[graph.outputs.present[layer]![part]] = null;
        }
      }
      return {
        feeds: () => ({ ...feeds }),
        fetches: () => fetches,
        absorb(outputs) {
          for (const [layer, past] of graph.inputs.past.entries()) {
            for (const part of ['key', 'value'] as const) {
              feeds[past[part]] = outputs[graph.outputs.present[layer]![part]]!;
            }
          }
        },
        mark: () => ({ ...feeds }),
        reset: (mark) => {
          Object.assign(feeds, mark);
        },
      };
    },
  };
}

/**
 * Keys and values never leave the device: each run returns new buffers, also of a shared cache's room. A buffer is let go when
 * the next run has replaced it, unless a mark returns to it.
 */
function deviceCaches(ort: Ort, graph: DecoderGraph): KeyValueCaches {
  const names = graph.inputs.past.flatMap((past, layer) => {
    const present = graph.outputs.present[layer]!;
    return [
      [past.key, present.key],
      [past.value, present.value],
    ] as const;
  });
  const fetches = Object.fromEntries(names.map(([, present]) => [present, null]));
  const held = new Set<OrtTensor>();
  const dispose = (): void => {
    for (const tensor of held) tensor.dispose();
    held.clear();
  };
  return {
    dispose,
    open(rows, capacity) {
      dispose();
      const dims = [rows, graph.kvHeads, graph.cache === 'shared' ? capacity : 0, graph.headSize];
      const empty = new ARRAYS[graph.cacheType](dims.reduce((product, length) => product * length, 1));
      const feeds: Record<string, OrtTensor> = {};
      for (const [past] of names) feeds[past] = new ort.Tensor(graph.cacheType, empty, dims);
      const marked = new Set<OrtTensor>();
      const letGo = (tensor: OrtTensor) => {
        if (marked.has(tensor) || !held.delete(tensor)) return;
        tensor.dispose();
      };
      return {
        feeds: () => ({ ...feeds }),
        fetches: () => fetches,
        absorb(outputs) {
          for (const [past, present] of names) {
            letGo(feeds[past]!);
            feeds[past] = outputs[present]!;
            held.add(feeds[past]);
          }
        },
        mark() {
          for (const tensor of Object.values(feeds)) marked.add(tensor);
          return { ...feeds };
        },
        reset(mark) {
          for (const [past] of names) {
            if (feeds[past] !== mark[past]) letGo(feeds[past]!);
          }
          Object.assign(feeds, mark);
        },
      };
    },
  };
}
