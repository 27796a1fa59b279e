/**
 * The purpose of a decoding session.
 *
 * @module
 */
import { SITES, type Site } from '@austeer/core';
import type { GraphPurpose } from '@austeer/onnx';
import type { ModelContext } from './model-context.ts';

/** Logits, with steering inputs for the usual sites and any others that a call steers. */
export function decodingPurpose(
  context: ModelContext,
  steered: readonly Site[],
  tokenStrength: boolean,
): GraphPurpose {
  const steer = SITES.filter((site) => context.usualSites.includes(site) || steered.includes(site));
  return { logits: true, capture: [], steer, ...(tokenStrength && { tokenStrength }) };
}
