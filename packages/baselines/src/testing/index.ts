/**
 * The suite that every steering method passes.
 *
 * @module
 */
export { describeSteeringMethod, type SteeringMethodUnderTest } from './describe-steering-method.ts';
