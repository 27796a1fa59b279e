/**
 * What methods cost: time and memory to fit, time to answer. Methods take turns, so that a slow minute of the machine is
 * everybody's. Source: AUSteer, Appendix I, Table 11.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import type { MethodSetting } from '@austeer/steering';
import { answerItems, type Condition } from '../answer-items.ts';
import { conditionOf } from '../fit-on-task.ts';
import { type Cell, type CellKind, defineCell } from './cell.ts';
import type { ItemsInput, ModelInput, PairsInput } from './cell-context.ts';

/** Inputs of a measurement. */
export interface OverheadInputs {
  readonly model: ModelInput;
  readonly pairs: PairsInput;
  readonly items: ItemsInput;
  readonly methods: readonly { readonly method: string; readonly setting: MethodSetting }[];
  readonly repeats: number;
  readonly seed: number;
}

/** What one method costs. */
export interface MethodCost {
  /** A method's name, or `vanilla`. */
  readonly method: string;
  /** Seconds of the fit on all pairs, and peak memory of the process after it, in bytes; vanilla has none. */
  readonly fit?: { readonly seconds: number; readonly peakBytes: number } | undefined;
  /** Memory of the process after answering, in bytes. */
  readonly bytes: number;
  /** Seconds for an item, one for each repeat. */
  readonly latencies: readonly number[];
}

/** What was measured, and where. */
export interface OverheadResult {
  readonly costs: readonly MethodCost[];
  readonly cores: number;
  readonly items: number;
  readonly pairs: number;
}

const overhead: CellKind<OverheadInputs, OverheadResult> = {
  name: 'overhead',
  version: 1,
  alone: true,
  label: ({ methods, items, repeats }) =>
    `cost of ${methods.length} methods, ${repeats} × ${items.count} items of ${items.task} one by one`,
  work: ({ methods, pairs, items, repeats }) =>
    methods.length * pairs.count + (methods.length + 1) * items.count * repeats,
  async run(cells, context) {
    const { inputs } = cells[0]!;
    const { seed, repeats } = inputs;
    const model = await context.model(inputs.model);
    const { pairs } = await context.tokenPairs(inputs.model, inputs.pairs);
    const { task, items } = await context.items(inputs.items);
    const { signal } = context;
    const conditions: { method: string; condition: Condition; fit?: MethodCost['fit'] }[] = [
      { method: 'vanilla', condition: undefined },
    ];
    for (const { method, setting } of inputs.methods) {
      const started = performance.now();
      const fitted = await context.method(method).fit({ model, pairs, seed, signal });
      const seconds = (performance.now() - started) / 1000;
      const fit = { seconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
      conditions.push({ method, condition: conditionOf(fitted, setting, model), fit });
    }
    const answer = async (condition: Condition): Promise<number> => {
      const started = performance.now();
      // One item at a time, as the paper measures.
      await answerItems({ model, task, items, conditions: [condition], batchSize: 1, signal });
      return (performance.now() - started) / 1000 / items.length;
    };
    // The first run of a model prepares it.
    await answer(undefined);
    const measured = conditions.map(() => ({ latencies: [] as number[], bytes: 0 }));
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [at, { condition }] of conditions.entries()) {
        measured[at]!.latencies.push(await answer(condition));
        measured[at]!.bytes = Math.max(measured[at]!.bytes, process.memoryUsage().rss);
        context.onProgress?.({ stage: 'measure cost', done: repeat * conditions.length + at + 1 });
      }
    }
    return [
      {
        result: {
          costs: conditions.map(({ method, fit }, at) => ({ method, ...(fit && { fit }), ...measured[at]! })),
          cores: availableParallelism(),
          items: items.length,
          pairs: pairs.length,
        },
      },
    ];
  },
};

/** A measurement of what methods cost. */
export function overheadCell(inputs: OverheadInputs): Cell<OverheadResult> {
  return defineCell(overhead, inputs);
}

export { overhead as OVERHEAD_KIND };
