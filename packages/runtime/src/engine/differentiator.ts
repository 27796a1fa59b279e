/**
 * Running the graph that differentiates margins.
 *
 * Its session takes weights from the mapped file as they are, packs none, and keeps no memory between runs.
 *
 * @module
 */
import type { Site, SteeringValues } from '@austeer/core';
import type { GradientGraph } from '@austeer/onnx';
import type { BranchedRows } from './branched-rows.ts';
import {
  createSession,
  InferenceError,
  importOnnxRuntime,
  type OrtTensor,
  type Session,
  type SessionSettings,
} from './onnx-runtime.ts';

/** Margins `[rows]` and gradients `[rows, layers, width]` of one batch. */
export interface BatchGradients {
  readonly margins: Float32Array;
  readonly gradients: Readonly<Partial<Record<Site, Float32Array>>>;
}

/** A model's gradients. */
export interface Differentiator {
  /** @param steering of every row. @default none */
  run(sites: readonly Site[], rows: BranchedRows, steering?: SteeringValues): Promise<BatchGradients>;
  dispose(): Promise<void>;
}

/** Prepares it; the session is made at the first run and remade for other sites. */
export function createDifferentiator(
  options: SessionSettings & {
    makeGraph: (sites: readonly Site[], steer: readonly Site[]) => GradientGraph;
  },
): Differentiator {
  const { makeGraph, ...settings } = options;
  let live: { purpose: string; graph: GradientGraph; session: Session } | undefined;
  return {
    async run(sites, rows, steering) {
      const ort = await importOnnxRuntime();
      const steered = steering === undefined ? [] : (Object.keys(steering.sites) as Site[]);
      const purpose = [sites, steered].join(' at ');
      if (live?.purpose !== purpose) {
        await live?.session.release();
        live = undefined;
        const graph = makeGraph(sites, steered);
        const session = await createSession({ ort, graph, ...settings, memoryArena: false, prepack: false });
        live = { purpose, graph, session };
      }
      const { graph, session } = live;
      const { inputs, outputs } = graph;
      const feeds: Record<string, OrtTensor> = {};
      for (const [name, { data, dims }] of Object.entries(rows) as [keyof BranchedRows, Filled][]) {
        feeds[inputs[name]] =
          data instanceof Float32Array
            ? new ort.Tensor('float32', data, dims)
            : new ort.Tensor('int64', data, dims);
      }
      const [count] = rows.ids.dims as [number];
      for (const site of steered) {
        for (const kind of ['gain', 'bias'] as const) {
          const numbers = steering!.sites[site]![kind];
          const data = new Float32Array(count * numbers.length);
          for (let row = 0; row < count; row++) data.set(numbers, row * numbers.length);
          const dims = [count, graph.layers, numbers.length / graph.layers];
          feeds[graph.steering[site]![kind]] = new ort.Tensor('float32', data, dims);
        }
      }
      let results: Record<string, OrtTensor>;
      try {
        results = (await session.run(feeds)) as Record<string, OrtTensor>;
      } catch (cause) {
        throw new InferenceError({ doing: 'differentiating the model', cause });
      }
      const floats = (name: string): Float32Array => results[name]!.data as Float32Array;
      return {
        margins: floats(outputs.margin),
        gradients: Object.fromEntries(sites.map((site) => [site, floats(outputs.gradients[site]!)])),
      };
    },
    async dispose() {
      await live?.session.release();
      live = undefined;
    },
  };
}

type Filled = BranchedRows[keyof BranchedRows];
