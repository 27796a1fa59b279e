/**
 * Conformance suites: one for each interface of `@austeer/core`, run by every implementation. Needs vitest.
 *
 * @module
 */
export { describeLanguageModel, type LanguageModelUnderTest } from './describe-language-model.ts';
export { describeToxicityScorer, type ToxicityScorerUnderTest } from './describe-toxicity-scorer.ts';
export { randomSteering } from './random-steering.ts';
