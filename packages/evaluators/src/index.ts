/**
 * Exact and numeric match, answer bias, toxicity, side effects, intervals and tests for steered language models.
 *
 * @module
 */
export {
  type AnswerComparison,
  type AnswerRecord,
  type AnswerShare,
  type AnswerSummary,
  compareAnswers,
  summarizeAnswers,
} from './answer-summary.ts';
export type { LabelDifference, LabelRecall } from './class-bias.ts';
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
export type { PairedDifference } from './paired-difference.ts';
export {
  type ComparedMeasure,
  compareTexts,
  type TextComparison,
  type TextMeasureName,
} from './side-effects/compare-texts.ts';
export { formatSideEffects } from './side-effects/format-side-effects.ts';
export {
  compareHeldTexts,
  type HeldTextComparison,
  type HeldTextOptions,
} from './side-effects/held-text-comparison.ts';
export { HELD_TEXTS } from './side-effects/held-texts.ts';
export {
  measureSideEffects,
  type SideEffectOptions,
  type SideEffects,
} from './side-effects/measure-side-effects.ts';
export {
  type ConditionAccuracies,
  compareOtherTasks,
  formatOtherTasks,
  type OtherTask,
  type OtherTasks,
} from './side-effects/other-tasks.ts';
export { isRefusal, REFUSAL_PHRASES } from './side-effects/refusal.ts';
export { distinctOverall, measureText, type TextMeasures } from './side-effects/text-measures.ts';
export { adjustPValues, type PValueAdjustment } from './statistics/adjust-p-values.ts';
export { bcaInterval, groupedBcaInterval } from './statistics/bca-interval.ts';
export { type CombinedEstimate, combineEstimates } from './statistics/combine-estimates.ts';
export { itemsForDifference, mcNemarPower, type PairedEffect } from './statistics/power.ts';
export { type SeedEffect, seedEffect } from './statistics/seed-effect.ts';
export { createCachedScorer } from './toxicity/cached-scorer.ts';
export {
  type ClassificationScorerOptions,
  type ClassifiedLabel,
  createClassificationScorer,
  type TextClassifier,
} from './toxicity/classification-scorer.ts';
export type { Clock } from './toxicity/clock.ts';
export { formatToxicity, formatToxicityComparison } from './toxicity/format-toxicity.ts';
export {
  createLocalToxicityScorer,
  knownVerdictErrors,
  LOCAL_VERDICT_ERRORS,
} from './toxicity/local/local-scorer.ts';
export { createOpenAiModerationScorer, type OpenAiModerationOptions } from './toxicity/openai-moderation.ts';
export {
  createPerspectiveScorer,
  type PerspectiveClient,
  type PerspectiveOptions,
} from './toxicity/perspective.ts';
export { ScorerRefusedError } from './toxicity/post-json.ts';
export {
  createReplayScorer,
  formatStoredScores,
  parseStoredScores,
  type StoredScore,
  storeScores,
} from './toxicity/stored-scores.ts';
export { compareToxicity, type ToxicityComparison } from './toxicity/toxicity-comparison.ts';
export {
  type OverSamples,
  type ScorerIdentity,
  summarizeToxicity,
  type ToxicityRecord,
  type ToxicitySummary,
} from './toxicity/toxicity-summary.ts';
export { adjustShare, type VerdictErrors } from './toxicity/verdict-errors.ts';
export { type AnswerMargin, type FormPrediction, predictByForms } from './two-way.ts';
