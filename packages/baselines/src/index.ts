/**
 * AUSteer and its rivals as steering methods under one interface, so that a comparison is one line and no method gets
 * a better harness than another.
 *
 * @module
 */
export { createAusteerMethod } from './austeer.ts';
export { NothingToSteerError } from './nothing-to-steer-error.ts';
export type { FittedUnits, UnitMethod, UnitRules } from './unit-method.ts';
