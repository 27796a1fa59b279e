/**
 * Steering of models that transformers.js has loaded.
 *
 * @module
 */
export { type Steering, type SteerOptions, steer, type TransformersModel } from './steer.ts';
