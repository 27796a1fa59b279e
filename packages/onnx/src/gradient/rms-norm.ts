/**
 * The norm y = γ ⊙ x / √(mean(x²) + ε) and its reverse.
 *
 * With r = 1 / √(mean(x²) + ε) and n numbers in x:
 * ∂L/∂x = r · (u − x · r² · Σ(x ⊙ u) / n), u = γ ⊙ ∂L/∂y.
 *
 * @module
 */
import type { Arithmetic } from './arithmetic.ts';

/** What a norm is given along its last axis. */
export interface RmsNorm {
  /** Initializer with γ. */
  readonly gamma: string;
  readonly width: number;
  readonly epsilon: number;
}

/** y from x. */
export function writeRmsNorm({ node }: Arithmetic, { gamma, epsilon }: RmsNorm, x: string): string {
  return node('SimplifiedLayerNormalization', [x, gamma], {
    attributes: { axis: { int: -1 }, epsilon: { float: epsilon }, stash_type: { int: 1 } },
  });
}

/** ∂L/∂x from ∂L/∂y. */
export function reverseRmsNorm(
  arithmetic: Arithmetic,
  { gamma, width, epsilon }: RmsNorm,
  { x, gradient }: { x: string; gradient: string },
): string {
  const { apply, add, subtract, multiply, sum, number } = arithmetic;
  const meanSquare = multiply(sum(multiply(x, x), -1), number(1 / width));
  const r = apply('Reciprocal', apply('Sqrt', add(meanSquare, number(epsilon))));
  const u = multiply(gradient, gamma);
  const along = multiply(sum(multiply(x, u), -1), multiply(multiply(r, r), number(1 / width)));
  return multiply(r, subtract(u, multiply(x, along)));
}
