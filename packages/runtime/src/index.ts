/**
 * Load any decoder model; capture activations, steer, generate and score in batches on ONNX Runtime.
 *
 * @module
 */
export { loadGguf } from './load-model.ts';
