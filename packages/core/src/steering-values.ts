/**
 * Steering in the form in which a model takes it: dense numbers for every unit.
 *
 * @module
 */
import type { Site } from './sites.ts';

/**
 * The edit x̂ = x ⊙ (1 + gain) + bias at one site, for all layers. Row-major `[layers, width]`.
 * Every method of the paper has this form: AUSteer and SADI use `gain`; ITI, CAA and STA use `bias`.
 */
export interface SiteSteering {
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}

/** Steering of a whole model. A site that is absent is left alone. Applied at every position. */
export interface SteeringValues {
  readonly layers: number;
  readonly sites: Readonly<Partial<Record<Site, SiteSteering>>>;
  /** Hash of all numbers: the identity of this steering in caches. */
  readonly fingerprint: string;
}
