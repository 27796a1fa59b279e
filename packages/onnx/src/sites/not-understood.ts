/**
 * The error of a graph whose structure is not one this package knows.
 *
 * @module
 */
import { UnsupportedModelError } from '@austeer/core';
import type { NodeProto } from 'onnx-buf';

/** Names the node at which the search for sites stopped, and why. */
export function notUnderstood(
  node: NodeProto | undefined,
  problem: string,
  supported: string,
  advice = 'Give the tensors of each site by `siteMap`',
): UnsupportedModelError {
  const place = node === undefined ? 'graph' : `${node.opType} node ${node.name || node.output[0]}`;
  return new UnsupportedModelError({
    what: 'A decoder graph in which the',
    given: `${place} ${problem}`,
    supported,
    advice,
  });
}
