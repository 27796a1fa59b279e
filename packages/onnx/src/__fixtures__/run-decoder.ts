/**
 * Runs decoder graphs in tests: batches of unequal rows, prefill and cached decoding, by the graph's own
 * convention. The real loop is in `@austeer/runtime`; this one is as plain as can be.
 *
 * @module
 */
import type { Site } from '@austeer/core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type DecoderGraph, POSITIONS_INPUT } from '../decoder-graph.ts';

/** Gain and bias of each site, `[rows, layers, width]`. */
export type Edits = Partial<Record<Site, { gain: Float32Array; bias: Float32Array }>>;

/** Numbers of one row, token after token. */
export interface RowResult {
  /** `[tokens, vocabulary]` */
  readonly logits: number[];
  /** `[tokens, layers, width]` */
  readonly captures: Partial<Record<Site, number[]>>;
}

export interface DecoderRun {
  /** Feeds the next tokens of every row (rows of unequal length only the first time). */
  step(rows: readonly (readonly number[])[]): Promise<void>;
  readonly results: readonly RowResult[];
}

export function createSession(
  decoder: DecoderGraph,
  options: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  const extra =
    decoder.dataFolder === undefined
      ? {}
      : { session: { model_external_initializers_file_folder_path: decoder.dataFolder } };
  return InferenceSession.create(decoder.model, { ...options, extra });
}

export function startRun(
  decoder: DecoderGraph,
  session: InferenceSession,
  options: { rows: number; capacity: number; edits?: Edits },
): DecoderRun {
  const { rows: rowCount, capacity, edits = {} } = options;
  const { kvHeads, headSize, inputs, outputs, padding } = decoder;
  const shared = decoder.cache === 'shared';
  const cacheNames = inputs.past.flatMap(({ key, value }) => [key, value]);
  const presentNames = outputs.present.flatMap(({ key, value }) => [key, value]);
  let caches: Tensor[] = cacheNames.map(() => {
    const length = shared ? capacity : 0;
    const CacheArray = decoder.cacheType === 'float16' ? Uint16Array : Float32Array;
    return new Tensor(decoder.cacheType, new CacheArray(rowCount * kvHeads * length * headSize), [
      rowCount,
      kvHeads,
      length,
      headSize,
    ]);
  });
  const lengths = new Array<number>(rowCount).fill(0);
  const pads = new Array<number>(rowCount).fill(0);
  const results = Array.from({ length: rowCount }, (): { logits: number[]; captures: RowResult['captures'] } => ({
    logits: [],
    captures: Object.fromEntries(Object.keys(outputs.captures).map((site) => [site, [] as number[]])),
  }));

  return {
    results,
    async step(rows) {
      const tokens = Math.max(...rows.map((row) => row.length));
      const first = lengths.every((length) => length === 0);
      if (first) rows.forEach((row, r) => { pads[r] = tokens - row.length; });
      const ids: number[] = [];
      const positionIds: number[] = [];
      const mask: number[] = [];
      const picked: [number, number][] = [];
      const past = Math.max(...lengths.map((length, r) => (shared ? length : length + pads[r]!))) * (first ? 0 : 1);
      rows.forEach((row, r) => {
        const fill = new Array<number>(tokens - row.length).fill(0);
        const start = lengths[r]!;
        const real = row.map((_, t) => start + t);
        const ones = new Array<number>(start + row.length).fill(1);
        const zeros = new Array<number>(past + tokens - ones.length).fill(0);
        ids.push(...(padding === 'left' ? [...fill, ...row] : [...row, ...fill]));
        positionIds.push(...(padding === 'left' ? [...fill, ...real] : [...real, ...fill]));
        mask.push(...(padding === 'left' ? [...zeros, ...ones] : [...ones, ...zeros]));
        row.forEach((_, t) => { picked.push([r, padding === 'left' ? t + fill.length : t]); });
        lengths[r] = start + row.length;
      });
      const int64 = (values: readonly number[], dims: number[]) =>
        new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
      const feeds: Record<string, Tensor> = {
        [inputs.ids]: int64(ids, [rowCount, tokens]),
        [POSITIONS_INPUT]: int64(picked.flat(), [picked.length, 2]),
      };
      if (inputs.attentionMask) feeds[inputs.attentionMask] = int64(mask, [rowCount, past + tokens]);
      if (inputs.positionIds) feeds[inputs.positionIds] = int64(positionIds, [rowCount, tokens]);
      cacheNames.forEach((name, at) => { feeds[name] = caches[at]!; });
      for (const site of Object.keys(inputs.gain) as Site[]) {
        const width = decoder.widths[site]!;
        const dims = [rowCount, decoder.layers, width];
        const zeros = new Float32Array(rowCount * decoder.layers * width);
        feeds[inputs.gain[site]!] = new Tensor('float32', edits[site]?.gain ?? zeros, dims);
        feeds[inputs.bias[site]!] = new Tensor('float32', edits[site]?.bias ?? zeros, dims);
      }
      const captureNames = Object.values(outputs.captures).flat();
      const fetches: Record<string, Tensor | null> = {};
      for (const name of [...(outputs.logits ? [outputs.logits] : []), ...captureNames]) fetches[name] = null;
      presentNames.forEach((name, at) => { fetches[name] = shared ? caches[at]! : null; });
      const out = await session.run(feeds, fetches);
      if (!shared) caches = presentNames.map((name) => out[name] as Tensor);
      picked.forEach(([r], p) => {
        const take = (name: string): ArrayLike<number> => {
          const { data, dims } = out[name]!;
          return (data as Float32Array).subarray(p * dims[1]!, (p + 1) * dims[1]!);
        };
        if (outputs.logits) results[r]!.logits.push(...Array.from(take(outputs.logits)));
        for (const [site, names] of Object.entries(outputs.captures)) {
          for (const name of names) results[r]!.captures[site as Site]!.push(...Array.from(take(name)));
        }
      });
    },
  };
}
