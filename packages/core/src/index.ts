/**
 * Shared types of `@austeer`: sites and units, tensors, errors, seeded random numbers, hashing, safetensors.
 *
 * @module
 */
export type { ActivationSource, PairActivations, RowActivations, SiteActivations } from './activations.ts';
export type { ContrastivePair } from './contrastive-pair.ts';
export { type EncodeInBatchesOptions, encodeInBatches } from './encode-in-batches.ts';
export {
  AusteerError,
  ContextLengthError,
  EmptyInputError,
  FileFormatError,
  FileMissingError,
  FileWriteError,
  HashMismatchError,
  InvalidArgumentError,
  MissingPeerError,
  ModelMismatchError,
  NonFiniteError,
  SourceUnavailableError,
  showValue,
  UnknownNameError,
  UnsupportedModelError,
} from './errors.ts';
export type {
  GainGradientOptions,
  GainGradientSource,
  ItemGradients,
  MarginItem,
} from './gain-gradients.ts';
export { canonicalJson, createSha256, type Sha256, sha256 } from './hashing.ts';
export type { Judge, JudgeCallOptions, JudgeQuestion, JudgeReply } from './judge.ts';
export {
  type CaptureOptions,
  type ChatMessage,
  encodePrompt,
  type GenerateOptions,
  type Generation,
  type ItemScore,
  type LanguageModel,
  type LogProbabilityOptions,
  type ModelCallOptions,
  type Progress,
  type RowLogProbabilities,
  type RowSteering,
  type ScoreItem,
  type ScoreOptions,
  type Tokenizer,
  type TokenPair,
  type TokenSequence,
} from './language-model.ts';
export { createRandom, type Random } from './random.ts';
export {
  halfToFloat,
  readSafetensors,
  type SafetensorsContent,
  type SafetensorsEntry,
  safetensorsFloats,
  safetensorsIntegers,
  writeSafetensors,
} from './safetensors.ts';
export type { SafetensorsDtype, SafetensorsLayout, SafetensorsPlace } from './safetensors-layout.ts';
export type { SentenceEncoder } from './sentence-encoder.ts';
export {
  type ModelIdentity,
  type ModelShape,
  parseSite,
  SITES,
  type Site,
  siteWidth,
  type Unit,
} from './sites.ts';
export type {
  PositionRule,
  RowPart,
  SiteSteering,
  SteeringValues,
  StrengthSchedule,
  TokenStrength,
} from './steering-values.ts';
export { elementCount, type FloatTensor, floatTensor } from './tensors.ts';
export type { TextScore, ToxicityScorer } from './toxicity-scorer.ts';
