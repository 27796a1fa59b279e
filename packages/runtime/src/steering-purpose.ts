/**
 * The purpose of a decoding session. Steering inputs cost a few percent, and opening a session costs a moment, so a model
 * has none until a call steers, and then those of the usual sites for good.
 *
 * @module
 */
import { SITES, type Site } from '@austeer/core';
import type { GraphPurpose } from '@austeer/onnx';

/** What a call steers. */
export interface SteeringNeeds {
  readonly sites: readonly Site[];
  readonly tokenStrength: boolean;
  readonly hasBias: boolean;
}

/** The purpose for what a call steers. */
export type DecodingPurpose = (needs: SteeringNeeds) => GraphPurpose;

/**
 * Remembers what was steered.
 *
 * @param options.usual sites that are steered as soon as one is
 * @param options.isSteered whether sessions take steering from the beginning: where an optimizer may fuse what lies about a
 *   site that has no inputs, and thereby change its last bits
 */
export function createDecodingPurpose(options: {
  usual: readonly Site[];
  isSteered: boolean;
}): DecodingPurpose {
  const { usual } = options;
  let { isSteered } = options;
  let gainsOnly = !isSteered;
  return ({ sites, tokenStrength, hasBias }) => {
    isSteered ||= sites.length > 0;
    gainsOnly &&= !hasBias;
    const steer = SITES.filter((site) => sites.includes(site) || (isSteered && usual.includes(site)));
    return {
      ...{ logits: true, capture: [], steer },
      ...(tokenStrength && { tokenStrength }),
      ...(isSteered && gainsOnly && { gainsOnly }),
    };
  };
}
