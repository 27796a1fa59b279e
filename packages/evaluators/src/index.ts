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
export { formatRatings } from './human/format-ratings.ts';
export { krippendorffAlpha } from './human/krippendorff.ts';
export { formatRatingPage } from './human/rating-page.ts';
export {
  type AnsweredItem,
  createRatingSheets,
  RATING_SCALES,
  type RatingKey,
  type RatingRow,
  type RatingScale,
  type RatingSheet,
} from './human/rating-sheets.ts';
export {
  type ConditionRatings,
  type RaterCount,
  type RatingDifference,
  type RatingSummary,
  type ScaleSummary,
  summarizeRatings,
} from './human/rating-summary.ts';
export { formatSheet, parseRatingKey, parseSheet, type Rating } from './human/sheet-files.ts';
export { bootstrapInterval, type Estimate, wilsonInterval } from './intervals.ts';
export type { JudgeAccount, TokenCount, TokenPrice } from './judge/budget.ts';
export { formatWinRate } from './judge/format-win-rate.ts';
export { JudgeServiceError } from './judge/judge-errors.ts';
export { createLocalJudge } from './judge/local-judge.ts';
export {
  createOpenAiJudge,
  type JudgeEstimate,
  type OpenAiJudge,
  type OpenAiJudgeOptions,
} from './judge/openai-judge.ts';
export { judgeMessages, type VerdictForm } from './judge/prompt.ts';
export {
  candidateScore,
  JUDGE_PROTOCOLS,
  type JudgedItem,
  type JudgedPair,
  type JudgeProtocol,
  type JudgeReading,
  type PlannedQuestion,
  planJudging,
  settleJudging,
} from './judge/protocol.ts';
export {
  type RememberedReply,
  type RememberingJudge,
  type ReplyStore,
  rememberReplies,
} from './judge/remember-replies.ts';
export { parseVerdict, type Verdict } from './judge/verdict.ts';
export {
  type FlipRates,
  judgeWinRate,
  type ReleasedRates,
  summarizeJudging,
  type WinRateResult,
  type WinRateSummary,
} from './judge/win-rate.ts';
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
