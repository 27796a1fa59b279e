/**
 * Models made in a test.
 *
 * @module
 */
export { type DecoderSizes, TINY_TOKENS, tinyDecoder } from './tiny-decoder.ts';
export { TINY_LLAMA, tinyLlama } from './tiny-llama.ts';
export { type GgufMetadata, type QuantizableType, type TensorToWrite, writeGguf } from './write-gguf.ts';
