/**
 * Activation momentum: which single units of a model tell right answers from wrong ones. Runs anywhere
 * JavaScript runs.
 *
 * @module
 */
export { type CountsFile, countsFromSafetensors, countsToSafetensors } from './counts-file.ts';
export {
  countMomentum,
  createMomentumCounter,
  type MomentumCounter,
  type MomentumCounts,
  mergeCounts,
  type SiteCounts,
} from './momentum-counts.ts';
export { pairActivations } from './pair-activations.ts';
export { type RankedUnit, rankUnits, type ScoringMode, type TiesAtCut, tiesAtCut } from './ranking.ts';
