/**
 * Contrastive pairs and test items: the paper's tasks with the released wording, readers of published data,
 * original samples, and pairs as token ids.
 *
 * @module
 */
export { type EncodePairsOptions, type EncodeReport, encodePairs } from './encode-pairs.ts';
export { findLeakage, type LeakedQuestion } from './leakage.ts';
export { BLANK_ANSWER, type NegativeFinder, nearestNumberNegatives } from './nearest-number.ts';
export { parsePairRow } from './parse-pair-row.ts';
export { readJsonLines } from './readers/json-lines.ts';
export { type ChatFormat, type LoadTaskOptions, loadTask } from './readers/load-task.ts';
export type { ReadRow, RowParser, RowPlace, RowReaderOptions } from './rows.ts';
export { splitItems } from './split-items.ts';
export type { AnswerKind, Task, TaskPair, TaskSource, TestItem } from './task.ts';
export { boolqPrompt } from './tasks/boolq.ts';
export { copaPrompt } from './tasks/copa.ts';
export { svampPrompt } from './tasks/svamp.ts';
export { TASK_NAMES } from './tasks/task-names.ts';
export { winograndePrompt } from './tasks/winogrande.ts';
