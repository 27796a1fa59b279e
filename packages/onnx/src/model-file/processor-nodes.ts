/**
 * Nodes that belong on the processor when a graphics card does the rest.
 *
 * @module
 */
import type { NodeProto } from 'onnx-buf';

const OTHERWISE_ON_WEBGPU = new Set(['Cos', 'Sin', 'QMoE']);

/**
 * Names of the nodes that ONNX Runtime 1.30 computes otherwise on WebGPU: cosines and sines to three digits,
 * GroupQueryAttention without its soft cap, experts of 4-bit integers to other numbers (`npm run test:device` shows each when it
 * is taken off this list). Those without a name get one.
 */
export function processorNodesOf(nodes: readonly NodeProto[]): string[] {
  const found = nodes.filter(({ opType, attribute }) =>
    opType === 'GroupQueryAttention'
      ? attribute.some(({ name, f }) => name === 'softcap' && f !== 0)
      : OTHERWISE_ON_WEBGPU.has(opType),
  );
  for (const [at, node] of found.entries()) node.name ||= `austeer.processor.${at}`;
  return found.map(({ name }) => name);
}
