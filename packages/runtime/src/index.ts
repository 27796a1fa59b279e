/**
 * Load any decoder model; capture activations, steer, generate and score in batches on ONNX Runtime.
 *
 * @module
 */

export { ModelDisposedError } from './decoder-model.ts';
export { DEVICES, type Device, DeviceUnavailableError, InferenceError } from './engine/onnx-runtime.ts';
export { ensureOnnxRuntime, OnnxRuntimeInstallError } from './engine/onnx-runtime-copy.ts';
export { GradientUnavailableError } from './gain-gradients.ts';
export { type LoadedModel, type LoadModelOptions, loadModel, type ModelDetails } from './load-model.ts';
export { proveSites, type SiteCheck, type SiteProof } from './prove-sites.ts';
export { logProbabilities, mostLikely } from './sampling.ts';
export { type LoadSentenceEncoderOptions, loadSentenceEncoder } from './sentences/load-sentence-encoder.ts';
export {
  type CatalogueEntry,
  type CatalogueFile,
  MODEL_CATALOGUE,
  type ModelSource,
} from './sources/catalogue.ts';
export { type ListedModel, listModels } from './sources/list-models.ts';
export type { ResolvedModel } from './sources/resolve-context.ts';
export { type ResolveModelOptions, resolveModel } from './sources/resolve-model.ts';
export { NoChatTemplateError } from './tokenizer/create-tokenizer.ts';
export { tokenizerFromFolder } from './tokenizer/tokenizer-from-folder.ts';
export { tokenizerFromGguf } from './tokenizer/tokenizer-from-gguf.ts';
export { loadModelInWorker, type ModelInWorker, WorkerEndedError } from './worker/load-model-in-worker.ts';
