/**
 * Steering of models that transformers.js has loaded.
 *
 * @module
 */
export {
  createTransformersEncoder,
  type FeatureExtractor,
  type TransformersEncoderOptions,
} from './create-transformers-encoder.ts';
export { type Steering, type SteerOptions, steer, type TransformersModel } from './steer.ts';
