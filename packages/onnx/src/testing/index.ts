/**
 * Models made in a test.
 *
 * @module
 */
export { TINY_LLAMA, TINY_TOKENS, tinyLlama } from './tiny-llama.ts';
export { type GgufMetadata, type QuantizableType, type TensorToWrite, writeGguf } from './write-gguf.ts';
