/**
 * What cells are computed with on this machine: models kept warm, tasks read once, fits and activations shared.
 *
 * @module
 */
import {
  canonicalJson,
  FileMissingError,
  InvalidArgumentError,
  type ModelCallOptions,
  type PairActivations,
  type Site,
  type ToxicityScorer,
} from '@austeer/core';
import { encodePairs, type Task } from '@austeer/pairs';
import type { SteeringMethod } from '@austeer/steering';
import type {
  CellContext,
  CellModel,
  FitInput,
  ModelInput,
  PairsInput,
  TokenPairs,
} from '../cells/cell-context.ts';
import { takeItems, takePairs } from '../cells/task-data.ts';
import type { CellStore } from '../store/cell-store.ts';
import { keepActivations } from './keep-activations.ts';

/** A model that cells may ask for. */
export interface ModelSource {
  readonly input: ModelInput;
  load(): Promise<CellModel>;
}

/** Options of {@link createCellContext}. */
export interface CellContextOptions extends ModelCallOptions {
  readonly store: CellStore;
  readonly models: readonly ModelSource[];
  /** Reads a task whole; it is asked for each task once. */
  readonly loadTask: (name: string, negatives: NonNullable<PairsInput['negatives']>) => Promise<Task>;
  readonly createMethod: (name: string) => SteeringMethod;
  readonly toxicity?: ToxicityScorer | undefined;
  readonly judge?: CellContext['judge'];
}

/** A context, and how to end it. */
export interface OpenCellContext extends CellContext {
  /** Frees the models. */
  dispose(): Promise<void>;
}

/**
 * Makes the context of a runner. One model is loaded at a time and stays loaded until another is asked for.
 *
 * @example
 * ```ts
 * import type { CellContextOptions } from '@austeer/experiments';
 * declare const options: CellContextOptions;
 * const context = createCellContext(options);
 * await context.dispose();
 * ```
 */
export function createCellContext(options: CellContextOptions): OpenCellContext {
  const { store, models, loadTask, createMethod, toxicity, judge, batchSize, signal, onProgress } = options;
  const call = { batchSize, signal, onProgress };
  let warm: { readonly name: string; readonly model: Promise<CellModel> } | undefined;

  const model = async (input: ModelInput): Promise<CellModel> => {
    const name = canonicalJson(input);
    if (warm?.name !== name) {
      const source = models.find((candidate) => canonicalJson(candidate.input) === name);
      if (source === undefined) {
        throw new InvalidArgumentError({
          argument: 'model of a cell',
          given: input,
          expected: `one of those given (${models.map(({ input: { weights } }) => weights.slice(0, 12)).join(', ')})`,
        });
      }
      await (await warm?.model)?.dispose();
      warm = { name, model: source.load() };
    }
    return warm.model;
  };
  const task = once((name: string, negatives: NonNullable<PairsInput['negatives']>) =>
    loadTask(name, negatives),
  );
  const pairs = async (input: PairsInput) =>
    takePairs(await task(input.task, input.negatives ?? 'task'), input);
  const tokenPairs = async (input: ModelInput, wanted: PairsInput): Promise<TokenPairs> => {
    const { tokenizer } = await model(input);
    if (tokenizer === undefined) {
      throw new InvalidArgumentError({
        argument: 'model',
        given: 'one without a tokenizer',
        expected: 'a model with a tokenizer, which texts need',
      });
    }
    return encodePairs(await pairs(wanted), tokenizer, { cut: 'question' });
  };
  const kept = keepActivations();
  const activations = async (input: ModelInput, wanted: PairsInput, sites: readonly Site[]) => {
    const loaded = await model(input);
    const { pairs: encoded } = await tokenPairs(input, wanted);
    return kept.capturePairs(loaded, encoded, { ...call, sites }) as AsyncIterable<PairActivations>;
  };
  const fit = once(async (input: FitInput) => {
    const loaded = await model(input.model);
    const { pairs: encoded } = await tokenPairs(input.model, input.pairs);
    return createMethod(input.method).fit({
      ...call,
      model: kept.wrap(loaded),
      pairs: encoded,
      seed: input.seed,
    });
  });
  return {
    ...call,
    model,
    pairs,
    items: async (input) => {
      const loaded = await task(input.task, 'task');
      const { newTokens } = input;
      return {
        task: newTokens === undefined ? loaded : { ...loaded, maxNewTokens: newTokens },
        items: takeItems(loaded, input),
      };
    },
    tokenPairs,
    activations,
    fit: ({ model: input, pairs: wanted, method, seed }) =>
      fit({ model: input, pairs: wanted, method, seed }),
    method: createMethod,
    cell: async (hash) => {
      const stored = await store.readHash(hash);
      if (stored !== undefined) return stored;
      throw new FileMissingError({ path: store.folder, what: `The cell ${hash}` });
    },
    file: store.readFile,
    toxicity,
    judge,
    dispose: async () => {
      const open = await warm?.model.catch(() => undefined);
      warm = undefined;
      await open?.dispose();
    },
  };
}

/** Fits in memory; the oldest goes first. */
const KEPT = 16;

/** Remembers the last results of a function by its JSON-safe arguments; failures are not remembered. */
function once<Given extends readonly unknown[], Result>(
  work: (...given: Given) => Promise<Result>,
): (...given: Given) => Promise<Result> {
  const known = new Map<string, Promise<Result>>();
  return (...given) => {
    const name = canonicalJson(given);
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = work(...given);
    known.set(name, made);
    made.catch(() => known.delete(name));
    const [oldest] = known.keys();
    if (known.size > KEPT) known.delete(oldest!);
    return made;
  };
}
