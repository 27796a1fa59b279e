/**
 * Contrastive pairs and test items: the paper's tasks with the released wording, readers of published data,
 * original samples, and pairs as token ids.
 *
 * @module
 */
export {
  type BehaviourPairOptions,
  type BehaviourRow,
  behaviourPair,
  parseBehaviourRow,
} from './behaviours/behaviour-row.ts';
export { BEHAVIOURS, type GalleryBehaviour, loadBehaviour } from './behaviours/gallery.ts';
export { describeTask, hasTaskData, type TaskDescription } from './describe-task.ts';
export { type EncodePairsOptions, type EncodeReport, encodePairs } from './encode-pairs.ts';
export { cacheSentenceEncoder } from './encoders/cache-sentence-encoder.ts';
export {
  createEmbeddingsEncoder,
  type EmbeddingsEncoderOptions,
  EmbeddingsServiceError,
} from './encoders/embeddings-service.ts';
export { type FetchHubFilesOptions, fetchHubFiles, type HubAccess, type HubFiles } from './hub/hub-files.ts';
export { findLeakage, type LeakedQuestion } from './leakage.ts';
export {
  BLANK_ANSWER,
  type NegativeFinder,
  type NegativeRow,
  nearestNumberNegatives,
} from './nearest-number.ts';
export { type AnswerRow, answerKey, createAnswerPool } from './negatives/answer-row.ts';
export { type BalanceLengthsOptions, balanceLengths } from './negatives/balance-lengths.ts';
export { type BuildPairsOptions, buildPairs, negativeFinder } from './negatives/build-pairs.ts';
export {
  type FunctionNegativesOptions,
  functionNegatives,
  givenNegatives,
} from './negatives/given-negatives.ts';
export { type HardNegativesOptions, hardNegatives } from './negatives/hard-negatives.ts';
export { type LengthMatchedOptions, lengthMatchedNegatives } from './negatives/length-matched-negatives.ts';
export { type MostSimilarOptions, mostSimilar, type SimilarText } from './negatives/most-similar.ts';
export type { FindNegativesOptions, NegativeSource } from './negatives/negative-source.ts';
export { randomNegatives } from './negatives/random-negatives.ts';
export { parsePairRow } from './parse-pair-row.ts';
export { readCsv } from './readers/csv.ts';
export { readJsonLines } from './readers/json-lines.ts';
export { type ChatFormat, type LoadTaskOptions, loadTask } from './readers/load-task.ts';
export { readParquet } from './readers/parquet.ts';
export { readRows } from './readers/read-rows.ts';
export type { ReadRow, RowParser, RowPlace, RowReaderOptions } from './rows.ts';
export { splitItems } from './split-items.ts';
export {
  createPairStatistics,
  describePairs,
  type LengthStatistics,
  type PairStatistics,
  type PairStatisticsOptions,
} from './statistics/pair-statistics.ts';
export { type PairWarning, pairWarnings } from './statistics/pair-warnings.ts';
export type { SurfaceCue } from './statistics/surface-cues.ts';
export { type AnswerColumns, answerRowParser } from './tables/answer-row-parser.ts';
export type { AnswerKind, Table6Comparison, Task, TaskPair, TaskSource, TestItem } from './task.ts';
export { boolqPrompt } from './tasks/boolq.ts';
export { copaPrompt } from './tasks/copa.ts';
export { detoxItemPrompt, detoxPairPrompt, SAFE_REFUSAL } from './tasks/detox.ts';
export { mawpsPrompt } from './tasks/mawps.ts';
export { svampPrompt } from './tasks/svamp.ts';
export type { HubEdition, TaskVariant } from './tasks/task-definition.ts';
export { TASK_NAMES } from './tasks/task-names.ts';
export { winograndePrompt } from './tasks/winogrande.ts';
export { type WrittenPairs, writePairs } from './write-pairs.ts';
