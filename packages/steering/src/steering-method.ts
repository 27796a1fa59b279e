/**
 * A way to find steering: AUSteer, its variants and its rivals, all behind one interface, so that none gets a better
 * harness than another.
 *
 * @module
 */
import type {
  LanguageModel,
  ModelCallOptions,
  Site,
  SteeringValues,
  TokenPair,
  TokenSequence,
} from '@austeer/core';
import type { SteeringPlan } from './steering-plan.ts';

/** What every method is fitted on. */
export interface FitMethodOptions extends ModelCallOptions {
  readonly model: LanguageModel;
  /** Right and wrong texts; the longest common prefix of the two is taken for the question. */
  readonly pairs: readonly TokenPair[];
  /** Of every draw and fold. @default 0 */
  readonly seed?: number | undefined;
  /** Facts that plans and files carry beside the method's own, for example the task. JSON-safe. @default {} */
  readonly provenance?: Readonly<Record<string, unknown>> | undefined;
}

/** One setting of a fitted method. */
export interface MethodSetting {
  /** How many of what the method counts (`budgetOf`); left out where a method has no budget. */
  readonly budget?: number | undefined;
  /** α of AUSteer and ITI, δ of SADI, m of CAA, …: 0 does nothing. */
  readonly strength: number;
  /** Among the method's sites, where it has several. @default the first */
  readonly site?: Site | undefined;
  /** Among the method's layers, where it works on one (CAA, STA). @default the method's own */
  readonly layer?: number | undefined;
}

/** A method fitted on pairs. Plain facts and cheap plans: a sweep fits once. */
export interface FittedMethod {
  readonly name: string;
  /** The plan of one setting. Throws InvalidArgumentError for a setting that the method does not have. */
  plan(setting: MethodSetting): SteeringPlan;
  /**
   * Steering that depends on the prompt itself (SADI as released freezes what it read there). Where it is given, it is
   * used instead of `plan`: one value for each prompt, in order.
   */
  steer?(
    prompts: readonly TokenSequence[],
    setting: MethodSetting,
    options?: ModelCallOptions,
  ): Promise<SteeringValues[]>;
  /** JSON-safe facts for the log: what was found, and what was left out. The same for the same seed, so no times. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Files that are worth keeping, by name, for example `counts.safetensors`. */
  files?(): Readonly<Record<string, Uint8Array>>;
}

/** A steering method with its variant chosen. `describeSteeringMethod` in `@austeer/baselines/testing` checks one. */
export interface SteeringMethod {
  /** As tables name it, for example `austeer`, `iti/probe`, `sadi/official`. */
  readonly name: string;
  /** What `budget` counts; undefined where the method has none. */
  readonly budgetOf?: 'units' | 'heads' | 'layers' | undefined;
  /** Settings that its paper sweeps. */
  readonly grid: readonly MethodSetting[];
  fit(options: FitMethodOptions): Promise<FittedMethod>;
}
