/**
 * Exact and numeric match, answer bias, intervals and paired tests for steered language models.
 *
 * @module
 */
export {
  type AnswerComparison,
  type AnswerRecord,
  type AnswerShare,
  type AnswerSummary,
  compareAnswers,
  type PairedDifference,
  summarizeAnswers,
} from './answer-summary.ts';
export { areaUnderCurve, type ClassRecall, classRecall } from './classification.ts';
export { type FormatOptions, formatComparison, formatEstimate, formatSummary } from './format-summary.ts';
export { bootstrapInterval, type Estimate, wilsonInterval } from './intervals.ts';
export {
  cutAfterWord,
  exactMatch,
  extractNumber,
  type NumberRule,
  normalizeAnswer,
  numericMatch,
} from './match.ts';
export { mcNemarExact } from './mcnemar.ts';
export { type AnswerMargin, type FormPrediction, predictByForms } from './two-way.ts';
