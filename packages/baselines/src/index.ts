/**
 * AUSteer and its rivals as steering methods under one interface, so that a comparison is one line and no method gets
 * a better harness than another.
 *
 * @module
 */
export {
  createAllUnits,
  createBroaderBudgets,
  createDifferenceLocalization,
  createFixedStrength,
  createFixedVector,
  createRandomDirection,
  createRandomLocalization,
  createSuppression,
  withShuffledLabels,
} from './ablations.ts';
export { createAusteerMethod } from './austeer.ts';
export { type CaaOptions, createCaaMethod, type FittedCaa, normalizeBehaviours } from './caa.ts';
export { createCausalMethod } from './causal.ts';
export { countActs } from './count-acts.ts';
export { differenceGradients } from './difference-gradients.ts';
export { type GainInformationOptions, measureGainInformation } from './gain-information.ts';
export { createItiMethod, type FittedIti, type ItiOptions } from './iti.ts';
export type { ItiHead } from './iti-heads.ts';
export { NotConvergedError } from './lbfgs.ts';
export { createMethod, METHODS, type MethodOptions, smallGrid } from './methods.ts';
export { createNaturalGradientMethod } from './natural-gradient.ts';
export { NothingToSteerError } from './nothing-to-steer-error.ts';
export { measurePairGradients, type PairGradientOptions, type PairGradients } from './pair-gradients.ts';
export { createSadiMethod, type FittedSadi, type SadiComponent, type SadiOptions } from './sadi.ts';
export { readSparseAutoencoder, type SparseAutoencoder } from './sparse-autoencoder.ts';
export { createStaMethod, type FittedSta, type StaOptions } from './sta.ts';
export type { TypedMethod } from './typed-method.ts';
export type { CausalRules, FittedUnits, UnitMethod, UnitRules, UnitStatistics } from './unit-method.ts';
