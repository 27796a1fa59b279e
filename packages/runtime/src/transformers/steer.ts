/**
 * Steering a model of transformers.js where it stands: `generate()`, streamers, chat templates and pipelines go on
 * working, because only the session behind the model is exchanged.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { InvalidArgumentError, type Site, type SteeringValues, UnsupportedModelError } from '@austeer/core';
import { type DecoderGraph, openOnnxDecoder, POSITIONS_INPUT } from '@austeer/onnx';
import { checkPlan, compilePlan, type SteeringPlan } from '@austeer/steering';
import {
  createSession,
  InferenceError,
  importOnnxRuntime,
  type OrtTensor,
  type Session,
} from '../engine/onnx-runtime.ts';
import { steeringArrays } from '../engine/row-steering.ts';

/** What is used of a model of transformers.js. */
export interface TransformersModel {
  readonly sessions: Record<string, unknown>;
}

/** Options of {@link steer}. */
export interface SteerOptions {
  /** A decoder loaded by `AutoModelForCausalLM.from_pretrained`, or the `model` of a text-generation pipeline. */
  readonly model: TransformersModel;
  /** The folder or `.onnx` file that it was loaded from. */
  readonly path: string;
  readonly plan: SteeringPlan;
  /** Threads of the matrix products. @default the machine's cores */
  readonly threads?: number | undefined;
}

/** A model under steering. */
export interface Steering {
  /** What `checkPlan` warns of. */
  readonly warnings: readonly string[];
  /**
   * Steers by another plan from the next run on. A generation should not be under way.
   *
   * @throws InvalidArgumentError for a plan that is not for this model, and leaves the plan that was.
   */
  setPlan(plan: SteeringPlan): Promise<void>;
  /** Gives the plain model back, as it was. */
  dispose(): Promise<void>;
}

/** Sites that sessions take steering for even when a plan has none, so that another plan needs no new session. */
const USUAL_SITES: readonly Site[] = ['attention', 'ffn'];

const steered = new WeakSet<TransformersModel>();

/**
 * Steers a model of transformers.js. Every row of every run is steered alike, at every position; for rows with plans
 * of their own, and for position rules, use `loadModel`. The plain session is kept for {@link Steering.dispose}, so
 * memory holds the weights twice while a model is steered.
 *
 * @throws InvalidArgumentError for a plan of another model, a path of another model, or a model steered already.
 * @throws UnsupportedModelError for a model without a decoder session of its own, or a graph that is not understood.
 * @throws TokenStrengthUnsupportedError for a plan with a position rule other than `all`.
 *
 * @example
 * ```ts
 * import { AutoModelForCausalLM } from '@huggingface/transformers';
 * import { planFromEdits } from '@austeer/steering';
 *
 * const model = await AutoModelForCausalLM.from_pretrained('models/my-export');
 * const identity = { name: 'my-export', architecture: 'llama', layers: 30, widths: { ffn: 576 } };
 * const edits = [{ site: 'ffn', layer: 12, index: 34, gain: 0.9, bias: 0 }] as const;
 * const plan = planFromEdits({ edits, strength: 10, model: identity });
 *
 * const steering = await steer({ model, path: 'models/my-export', plan });
 * // … model.generate(…) is steered …
 * await steering.dispose();
 * ```
 */
export async function steer(options: SteerOptions): Promise<Steering> {
  const { model, path, plan, threads = availableParallelism() } = options;
  const plain = sessionOf(model);
  if (steered.has(model)) {
    throw new InvalidArgumentError({
      argument: 'model',
      given: 'a model that is steered already',
      expected: 'a plain one',
      advice: 'Use setPlan of its steering, or dispose that first',
    });
  }
  const ort = await importOnnxRuntime();
  let live = await openSteered({ path, plan, plain, threads });
  let disposed = false;

  const run = async (feeds: Readonly<Record<string, OrtTensor>>): Promise<Record<string, OrtTensor>> => {
    const { graph, session, values } = live;
    const [rows = 0, tokens = 0] = feeds[graph.inputs.ids]!.dims;
    const everywhere = BigInt64Array.from({ length: rows * tokens * 2 }, (_, index) =>
      BigInt(index % 2 === 0 ? Math.floor(index / 2 / tokens) : Math.floor(index / 2) % tokens),
    );
    const steeringFeeds = Object.entries(steeringArrays(graph, new Array(rows).fill(values))).map(
      ([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)],
    );
    let outputs: Record<string, OrtTensor>;
    try {
      outputs = (await session.run({
        ...feeds,
        ...Object.fromEntries(steeringFeeds),
        [POSITIONS_INPUT]: new ort.Tensor('int64', everywhere, [rows * tokens, 2]),
      })) as Record<string, OrtTensor>;
    } catch (cause) {
      throw new InferenceError({ doing: 'running the steered model', cause });
    }
    const logits = outputs[graph.outputs.logits!]!;
    const whole = new ort.Tensor('float32', logits.data as Float32Array, [
      rows,
      tokens,
      graph.vocabularySize,
    ]);
    return { ...outputs, [graph.outputs.logits!]: whole };
  };
  model.sessions.model = new Proxy(plain, {
    get(target, property) {
      if (property === 'run') return run;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  steered.add(model);

  return {
    get warnings() {
      return live.warnings;
    },
    async setPlan(next) {
      const before = live;
      live = await openSteered({ path, plan: next, plain, threads, before });
      if (live.session !== before.session) await before.session.release();
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      model.sessions.model = plain;
      steered.delete(model);
      await live.session.release();
    },
  };
}

interface SteeredSession {
  readonly graph: DecoderGraph;
  readonly session: Session;
  readonly values: SteeringValues;
  readonly warnings: readonly string[];
}

/** Opens a session that takes the plan's sites, or goes on with the one before where that does. */
async function openSteered(options: {
  path: string;
  plan: SteeringPlan;
  plain: Session;
  threads: number;
  before?: SteeredSession;
}): Promise<SteeredSession> {
  const { path, plan, plain, threads, before } = options;
  const open = (steer: readonly Site[]): Promise<DecoderGraph> =>
    openOnnxDecoder({ path, purpose: { logits: true, capture: [], steer } });
  const offered = before?.graph ?? (await open([]));
  const identity = {
    name: path,
    architecture: offered.architecture,
    layers: offered.layers,
    widths: offered.widths,
  };
  const { warnings } = checkPlan(plan, identity);
  const values = compilePlan(plan, identity);
  const wanted = new Set([
    ...USUAL_SITES.filter((site) => offered.widths[site] !== undefined),
    ...(Object.keys(values.sites) as Site[]),
  ]);
  if (before !== undefined && [...wanted].every((site) => before.graph.purpose.steer.includes(site))) {
    return { ...before, values, warnings };
  }
  const graph = await open([...wanted]);
  checkInputs(graph, plain, path);
  const ort = await importOnnxRuntime();
  const session = await createSession({ ort, graph, threads, device: 'cpu', memoryArena: true });
  return { graph, session, values, warnings };
}

/** Refuses a path that holds another model than the one that is loaded. */
function checkInputs({ inputs }: DecoderGraph, plain: Session, path: string): void {
  const expected = [
    inputs.ids,
    inputs.attentionMask,
    inputs.positionIds,
    ...inputs.past.flatMap(({ key, value }) => [key, value]),
  ].filter((name) => name !== undefined);
  const given = new Set(plain.inputNames);
  if (expected.length === given.size && expected.every((name) => given.has(name))) return;
  throw new InvalidArgumentError({
    argument: 'path',
    given: path,
    expected: 'the folder or file that the model was loaded from; the inputs of its graph are others',
  });
}

function sessionOf({ sessions }: TransformersModel): Session {
  const session = sessions?.model as Session | undefined;
  if (session !== undefined && typeof session.run === 'function') return session;
  throw new UnsupportedModelError({
    what: 'Model of transformers.js',
    given: `with the sessions ${Object.keys(sessions ?? {}).join(', ') || 'none'}`,
    supported: 'decoders, whose session is called model',
  });
}
