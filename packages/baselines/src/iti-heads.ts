/**
 * What ITI learns of each attention head: how well a probe tells right from wrong, a direction, and how far answers lie
 * apart along it.
 *
 * @module
 */
import { createRandom, InvalidArgumentError, type PairActivations, type TokenPair } from '@austeer/core';
import { answerStart } from './answer-activations.ts';
import { dot } from './lbfgs.ts';
import {
  fitLogisticRegression,
  type LabelledRows,
  type LinearProbe,
  probeAccuracy,
} from './logistic-regression.ts';

/** A head as ITI sees it. */
export interface ItiHead {
  readonly layer: number;
  readonly head: number;
  /** Of the probe, on validation answers. */
  readonly accuracy: number;
  /** Of length 1, towards right answers; all 0 where right and wrong answers do not differ. */
  readonly direction: Float64Array;
  /** σ: standard deviation of the answers along the direction. */
  readonly deviation: number;
}

/** How heads are measured. */
export interface ItiRules {
  readonly direction: 'com' | 'probe' | 'random';
  readonly ddof: 0 | 1;
  readonly fold: 0 | 1 | undefined;
  readonly leaky: boolean;
  readonly seed: number;
}

/** Places of pairs. */
export interface ItiSplit {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  /** The other fold. */
  readonly leftOut: readonly number[];
}

/** Share of the questions that probes are trained on; the rest ranks them. */
const TRAIN_SHARE = 0.8;

/** Tokens that texts share without sharing a question: a beginning token. */
const BEGINNING = 1;

/**
 * Divides pairs by question: pairs with the same question stay together. Texts with no common beginning, as those of
 * detoxification, answer no common question: each pair is one of its own. The order of the pairs does not matter, their
 * ids do.
 *
 * @throws InvalidArgumentError where a part would be empty.
 */
export function splitByQuestion(pairs: readonly TokenPair[], { fold, seed }: ItiRules): ItiSplit {
  const byId = [...pairs.keys()].sort((a, b) => (pairs[a]!.id < pairs[b]!.id ? -1 : 1));
  const questions = new Map<string, number[]>();
  for (const index of byId) {
    const pair = pairs[index]!;
    const shared = answerStart(pair);
    const question = shared > BEGINNING ? pair.positive.slice(0, shared).join() : `pair ${pair.id}`;
    questions.set(question, [...(questions.get(question) ?? []), index]);
  }
  const groups = [...questions.values()];
  const half = Math.ceil(groups.length / 2);
  const own = fold === undefined ? groups : fold === 0 ? groups.slice(half) : groups.slice(0, half);
  const shuffled = createRandom(seed).shuffle(own);
  const trained = Math.floor(TRAIN_SHARE * shuffled.length);
  if (trained === 0) {
    throw new InvalidArgumentError({
      argument: 'pairs',
      given: `${own.length} questions${fold === undefined ? '' : ` in the fold, of ${groups.length}`}`,
      expected: 'at least 2 questions, to train probes on some and rank them on others',
    });
  }
  const used = new Set(own.flat());
  return {
    train: shuffled.slice(0, trained).flat(),
    validation: shuffled.slice(trained).flat(),
    leftOut: byId.filter((index) => !used.has(index)),
  };
}

/**
 * Measures every head.
 *
 * @param activations of all pairs at site `attention`
 * @param shape layers and heads of the model
 * @returns heads by layer, then head
 */
export function measureHeads(
  activations: readonly PairActivations[],
  shape: { readonly layers: number; readonly heads: number; readonly headSize: number },
  split: ItiSplit,
  rules: ItiRules,
): ItiHead[] {
  const { layers, heads, headSize } = shape;
  const used = [...split.train, ...split.validation];
  const tuned = rules.leaky ? [...used, ...split.leftOut] : used;
  const random = createRandom(rules.seed);
  return Array.from({ length: layers * heads }, (_, at): ItiHead => {
    const rowsOf = (pairs: readonly number[]): LabelledRows =>
      headRows(activations, pairs, at * headSize, headSize);
    const probe = fitLogisticRegression(rowsOf(split.train));
    const direction = unit(directionOf[rules.direction](rowsOf(used), probe, () => random.normal()));
    return {
      layer: Math.floor(at / heads),
      head: at % heads,
      accuracy: probeAccuracy(probe, rowsOf(split.validation)),
      direction,
      deviation: deviationAlong(direction, rowsOf(tuned), rules.ddof),
    };
  });
}

const directionOf: Record<
  ItiRules['direction'],
  (rows: LabelledRows, probe: LinearProbe, draw: () => number) => Float64Array
> = {
  com: ({ features, columns, labels }) => {
    const difference = new Float64Array(columns);
    const right = labels.reduce((sum, label) => sum + label, 0);
    for (let row = 0; row < labels.length; row++) {
      const weight = labels[row] === 1 ? 1 / right : -1 / (labels.length - right);
      for (let i = 0; i < columns; i++) difference[i]! += weight * features[row * columns + i]!;
    }
    return difference;
  },
  probe: (_, { weights }) => weights,
  random: ({ columns }, _, draw) => Float64Array.from({ length: columns }, draw),
};

/** Right and wrong answer of each pair as two rows, at one head. */
function headRows(
  activations: readonly PairActivations[],
  pairs: readonly number[],
  start: number,
  headSize: number,
): LabelledRows {
  const features = new Float64Array(2 * pairs.length * headSize);
  const labels = new Uint8Array(2 * pairs.length);
  for (const [place, pair] of pairs.entries()) {
    const { positive, negative } = activations[pair]!;
    for (const [side, { attention }] of [negative, positive].entries()) {
      const row = 2 * place + side;
      features.set(attention!.data.subarray(start, start + headSize), row * headSize);
      labels[row] = side;
    }
  }
  return { features, columns: headSize, labels };
}

/** Rounding of the mean of numbers that are equal leaves this much of their size. */
const ROUNDING = 1e-12;

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length <= ROUNDING ? new Float64Array(vector.length) : vector.map((value) => value / length);
}

function deviationAlong(direction: Float64Array, rows: LabelledRows, ddof: 0 | 1): number {
  const { features, columns, labels } = rows;
  const projections = Float64Array.from({ length: labels.length }, (_, row) =>
    dot(direction, features.subarray(row * columns, (row + 1) * columns)),
  );
  const mean = projections.reduce((sum, value) => sum + value, 0) / projections.length;
  const squares = projections.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (projections.length - ddof));
}
