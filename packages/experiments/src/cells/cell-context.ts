/**
 * What cells are computed with: models, tasks and results by hash. The same cell finds the same things on every machine.
 *
 * @module
 */
import type {
  ActivationSource,
  Judge,
  LanguageModel,
  ModelCallOptions,
  Site,
  TokenPair,
  ToxicityScorer,
} from '@austeer/core';
import type { EncodeReport, Task, TaskPair, TestItem } from '@austeer/pairs';
import type { FittedMethod, SteeringMethod } from '@austeer/steering';
import type { StoredCell } from './stored-cell.ts';

/** A model in the inputs of a cell. */
export interface ModelInput {
  /** SHA-256 of the weights. */
  readonly weights: string;
  /** How it computes. */
  readonly precision: string;
}

/** Pairs in the inputs of a cell. */
export interface PairsInput {
  readonly task: string;
  readonly count: number;
  /** Draws that many at random; left out: the first ones, as released. */
  readonly draw?: number | undefined;
  /** `hard-negatives`: wrong answers by the general recipe. @default 'task' */
  readonly negatives?: 'task' | 'hard-negatives' | undefined;
  /** SHA-256 of the pairs themselves. */
  readonly sha256: string;
}

/** Test items in the inputs of a cell. */
export interface ItemsInput {
  readonly task: string;
  /** Validation items are drawn first and never tested on. */
  readonly part: 'validation' | 'test';
  readonly validation: number;
  /** Items of that part; fewer where the task has fewer. */
  readonly count: number;
  readonly seed: number;
  /** Name and version of the toxicity scorer or judge, of tasks that need one. */
  readonly verdict?: string | undefined;
  /** Most new tokens of an answer, where it is less than the task’s own limit. */
  readonly newTokens?: number | undefined;
  /** SHA-256 of the items themselves. */
  readonly sha256: string;
}

/** A fitted method in the inputs of a cell. */
export interface FitInput {
  readonly model: ModelInput;
  readonly pairs: PairsInput;
  /** A name that `createMethod` knows. */
  readonly method: string;
  readonly seed: number;
}

/** Pairs as token ids, and what was cut. */
export interface TokenPairs {
  readonly pairs: readonly TokenPair[];
  readonly report: EncodeReport;
}

/** A model as cells use it: `LoadedModel` of `@austeer/runtime` is one. */
export interface CellModel extends LanguageModel {
  readonly details: { readonly precision: string; readonly vocabularySize: number };
}

/** What run functions are given. */
export interface CellContext extends ModelCallOptions {
  /** The model, loaded and kept warm. */
  model(input: ModelInput): Promise<CellModel>;
  pairs(input: PairsInput): Promise<readonly TaskPair[]>;
  items(input: ItemsInput): Promise<{ readonly task: Task; readonly items: readonly TestItem[] }>;
  /** Pairs as tokens, joined as released; a question that is too long loses its beginning. */
  tokenPairs(model: ModelInput, pairs: PairsInput): Promise<TokenPairs>;
  /** Activations of both texts of each pair; those of the last pairs are kept in memory. */
  activations(model: ModelInput, pairs: PairsInput, sites: readonly Site[]): Promise<ActivationSource>;
  /** A method fitted on pairs; of several calls with equal inputs one computes. */
  fit(input: FitInput): Promise<FittedMethod>;
  /** A method by its name, not fitted. */
  method(name: string): SteeringMethod;
  /** A computed cell. Throws FileMissingError where it is not there. */
  cell(hash: string): Promise<StoredCell>;
  /** A file of a computed cell. */
  file(hash: string, name: string): Promise<Uint8Array>;
  readonly toxicity?: ToxicityScorer | undefined;
  /** The judge of responses; one on this machine may use the model itself. */
  readonly judge?: ((model: CellModel) => Judge) | undefined;
}
