/**
 * Activation momentum: which single units of a model tell right answers from wrong ones. Runs anywhere
 * JavaScript runs.
 *
 * @module
 */
export { type CountsFile, countsFromSafetensors, countsToSafetensors } from './counts-file.ts';
export {
  createDifferenceMeter,
  type DifferenceMeter,
  type DifferenceMoments,
  mergeMoments,
  type SiteMoments,
} from './difference-moments.ts';
export { gainInformation, naturalGains, predictDivergence } from './gain-information.ts';
export {
  causalScores,
  causalTValues,
  createGradientMeter,
  type GradientClass,
  type GradientMeter,
  measureGradients,
  mergeGradients,
} from './gradient-moments.ts';
export {
  balancedScores,
  type LabelShare,
  labelShare,
  measurePairs,
  type PairStatistics,
} from './label-counts.ts';
export { marginItem } from './margin-item.ts';
export {
  countMomentum,
  createMomentumCounter,
  type MomentumCounter,
  type MomentumCounts,
  mergeCounts,
  type SiteCounts,
} from './momentum-counts.ts';
export { readNpy, readNpz } from './npy.ts';
export { pairActivations } from './pair-activations.ts';
export { randomUnits } from './random-units.ts';
export { needsGradients, needsInformation, RANKINGS, type Ranking, rankPairs } from './rank-pairs.ts';
export {
  activationDifferences,
  effectSizes,
  type RankedUnit,
  rankScores,
  rankUnits,
  type ScoredUnit,
  type ScoringMode,
  type TieOrder,
  type TiesAtCut,
  tiesAtCut,
  type UnitScores,
} from './ranking.ts';
export {
  groupScores,
  type Overlap,
  type RankingStability,
  rankingStability,
  scoreCorrelation,
  scoreDistribution,
  unitLocations,
  unitOverlap,
} from './ranking-analysis.ts';
export { adjustPValues, signTest } from './significance.ts';
