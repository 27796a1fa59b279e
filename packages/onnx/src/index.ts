export { type BakedGguf, bakeGguf } from './bake/bake-gguf.ts';
export { type BakedOnnx, bakeOnnx } from './bake/bake-onnx.ts';
export type { BakedChange } from './bake/baked-change.ts';
export type { DecoderConfiguration } from './build/decoder-configuration.ts';
export type { Precision } from './build/linear.ts';
export { type PreparedGguf, prepareGguf } from './build/prepare-gguf.ts';
export {
  type DecoderGraph,
  END_OUTPUT,
  type FloatType,
  type GraphPurpose,
  POSITIONS_INPUT,
  STRENGTH_INPUT,
} from './decoder-graph.ts';
export type { EncoderConfiguration } from './encoder/encoder-folder.ts';
export { openSentenceEncoder, type SentenceEncoderGraph } from './encoder/open-sentence-encoder.ts';
export { type GgufFile, type GgufTensor, type GgufValue, openGguf, readTensor } from './gguf/read-gguf.ts';
export { dequantize, type GgufTensorType } from './gguf/tensor-types.ts';
export type { GradientGraph } from './gradient/write-gradient-graph.ts';
export type { AttributeValue } from './model-file/attributes.ts';
export type { OnnxElementType } from './model-file/element-types.ts';
export {
  createGraphWriter,
  type ExternalTensor,
  type GraphWriter,
  type InlineTensor,
  MICROSOFT_DOMAIN,
  type NodeOptions,
} from './model-file/graph-writer.ts';
export {
  describeOnnxDecoder,
  type OnnxDecoderDescription,
  type OpenOnnxDecoderOptions,
  openOnnxDecoder,
} from './overlay/open-onnx-decoder.ts';
export { parseSiteMap, type SiteMap } from './overlay/site-map.ts';
