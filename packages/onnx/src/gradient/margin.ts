/**
 * From the last residual stream to the margin of each row, and back to the stream.
 *
 * With z the logits at a place where tokens are looked up, and a the logit of one of these tokens,
 *
 *     log p = a − logsumexp(z)                          each looked-up token, an entry
 *     c = Σ share · log p                               each answer; share is 1, or 1 / its tokens
 *     margin = logsumexp(right c) − logsumexp(wrong c)  each row
 *
 * Backwards, an answer weighs w = softmax over the right ones − softmax over the wrong ones, an entry v = share · w, and
 * ∂L/∂z = v at the entry's token − (Σ v) · softmax(z). Where answers are single tokens the sum is 0, and the second term
 * with it.
 *
 * @module
 */
import type { Linear, LinearContext } from '../build/linear.ts';
import type { Arithmetic } from './arithmetic.ts';
import { type RmsNorm, reverseRmsNorm, writeRmsNorm } from './rms-norm.ts';

/** Names of the graph inputs that say what is asked. */
export const MARGIN_INPUTS = {
  /** int64 `[places, 2]`: (row, column) where logits are wanted. */
  places: 'places',
  /** int64 `[entries, 2]`: (place, token). */
  entries: 'entries',
  /** float32 `[answers, entries]` */
  shares: 'shares',
  /** float32 `[rows, answers]`: 0 for the right answers of a row, hugely negative for all others. */
  right: 'right',
  wrong: 'wrong',
} as const;

/** The end of the model. */
export interface Head {
  readonly norm: RmsNorm;
  readonly linear: Linear;
  readonly cap: number | undefined;
}

/** Declares the inputs of {@link writeMargin}. */
export function writeMarginInputs({ graph }: Arithmetic): void {
  graph.input(MARGIN_INPUTS.places, 'int64', ['places', 2]);
  graph.input(MARGIN_INPUTS.entries, 'int64', ['entries', 2]);
  graph.input(MARGIN_INPUTS.shares, 'float32', ['answers', 'entries']);
  graph.input(MARGIN_INPUTS.right, 'float32', ['rows', 'answers']);
  graph.input(MARGIN_INPUTS.wrong, 'float32', ['rows', 'answers']);
}

/**
 * @param residual `[rows, tokens, hidden]`
 * @returns the margin `[rows, 1]` and ∂(sum of margins)/∂residual, 0 where no logits were wanted
 */
export function writeMargin(
  arithmetic: Arithmetic,
  context: LinearContext,
  { head, residual }: { head: Head; residual: string },
): { margin: string; gradient: string } {
  const { node, add, subtract, multiply, divide, product, sum, softmax, apply, number, whole } = arithmetic;
  const { places, entries, shares, right, wrong } = MARGIN_INPUTS;
  const { norm, linear, cap } = head;
  const shapeOf = (value: string): string => node('Shape', [value]);
  const zeros = (shape: string): string => node('ConstantOfShape', [shape]);
  const sumInto = (target: string, indices: string, updates: string): string =>
    node('ScatterND', [target, indices, updates], { attributes: { reduction: { string: 'add' } } });
  const logSumExp = (values: string): string =>
    node('ReduceLogSumExp', [values, whole([-1])], { attributes: { keepdims: { int: 1 } } });

  const x = node('GatherND', [residual, places]);
  const uncapped = arithmetic.unused();
  linear.emit(context, writeRmsNorm(arithmetic, norm, x), uncapped);
  const tanh = cap === undefined ? undefined : apply('Tanh', divide(uncapped, number(cap)));
  const logits = tanh === undefined ? uncapped : multiply(tanh, number(cap!));

  // LogSoftmax sums a vocabulary to more digits than ReduceLogSumExp does.
  const logProbabilities = node('LogSoftmax', [logits], { attributes: { axis: { int: -1 } } });
  const ofEntries = node('GatherND', [logProbabilities, entries]);
  const answers = product(shares, node('Unsqueeze', [ofEntries, whole([1])]));
  const [best, worst] = [right, wrong].map((side) => add(side, node('Transpose', [answers]))) as [
    string,
    string,
  ];
  const margin = subtract(logSumExp(best), logSumExp(worst));

  // softmax[row, answer] is 0 for answers of other rows, so the sum over rows picks each answer's own.
  const weights = sum(subtract(softmax(best), softmax(worst)), 0);
  const ofEntry = node('Squeeze', [product(weights, shares), whole([0])]);
  const placeOfEntry = node('Slice', [entries, whole([0]), whole([1]), whole([1])]);
  const perPlace = sumInto(
    zeros(node('Slice', [shapeOf(places), whole([0]), whole([1])])),
    placeOfEntry,
    ofEntry,
  );
  const pulledDown = multiply(
    apply('Exp', logProbabilities),
    apply('Neg', node('Unsqueeze', [perPlace, whole([1])])),
  );
  let gradient = sumInto(pulledDown, entries, ofEntry);
  if (tanh !== undefined) gradient = multiply(gradient, subtract(number(1), multiply(tanh, tanh)));
  const ofNormed = arithmetic.unused();
  linear.emitBackward!(context, gradient, ofNormed);
  const ofPlaces = reverseRmsNorm(arithmetic, norm, { x, gradient: ofNormed });
  // Places may be the same token of a row twice.
  return { margin, gradient: sumInto(zeros(shapeOf(residual)), places, ofPlaces) };
}
