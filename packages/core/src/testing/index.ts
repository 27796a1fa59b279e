/**
 * Conformance suites: one for each interface of `@austeer/core`, run by every implementation. Needs vitest.
 *
 * @module
 */
export { describeJudge, type JudgeUnderTest } from './describe-judge.ts';
export { describeLanguageModel, type LanguageModelUnderTest } from './describe-language-model.ts';
export { describeSentenceEncoder, type SentenceEncoderUnderTest } from './describe-sentence-encoder.ts';
export { describeToxicityScorer, type ToxicityScorerUnderTest } from './describe-toxicity-scorer.ts';
export { randomSteering } from './random-steering.ts';
