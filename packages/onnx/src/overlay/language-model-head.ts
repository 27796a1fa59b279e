/**
 * The linear layer that makes the logits.
 *
 * @module
 */
import type { GraphIndex } from '../model-file/graph-index.ts';
import { type Linear, linearOf } from '../sites/linear.ts';

/** What exporters put between the head and the logits; all of it works the same on `[picked, vocabulary]`. */
const AFTER_HEAD = new Set(['Mul', 'Div', 'Add', 'Tanh', 'Cast', 'Identity']);

/**
 * Finds the head behind the logits; `undefined` where something else than elementwise work lies between
 * (the logits are then picked after the head).
 */
export function findLanguageModelHead(index: GraphIndex, logits: string): Linear | undefined {
  let name = logits;
  for (;;) {
    const node = index.producer(name);
    if (node === undefined) return undefined;
    const linear = linearOf(index, node);
    if (linear !== undefined) return linear.node.opType === 'Gemm' ? undefined : linear;
    const computed = node.input.filter((input) => index.constant(input) === undefined);
    if (!AFTER_HEAD.has(node.opType) || computed.length !== 1) return undefined;
    name = computed[0]!;
  }
}
