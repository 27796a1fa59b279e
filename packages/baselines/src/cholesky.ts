/**
 * Solving with symmetric positive definite matrices.
 *
 * @module
 */

/** Least share of its diagonal that rounding leaves of a pivot. */
const ROUNDING = 1e-14;

/**
 * Lower triangle L of A = L · Lᵀ, row-major, in place of the lower triangle of a copy of A.
 *
 * @param matrix symmetric positive definite, `[size, size]`; only its lower triangle is read
 */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const lower = matrix.slice();
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = lower[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= lower[row * size + k]! * lower[column * size + k]!;
      const pivot = Math.max(sum, ROUNDING * matrix[row * size + row]!);
      lower[row * size + column] = row === column ? Math.sqrt(pivot) : sum / lower[column * size + column]!;
    }
  }
  return lower;
}

/** x of L · Lᵀ · x = b. */
export function choleskySolve(lower: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const x = b.slice();
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) x[row]! -= lower[row * size + k]! * x[k]!;
    x[row]! /= lower[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) x[row]! -= lower[k * size + row]! * x[k]!;
    x[row]! /= lower[row * size + row]!;
  }
  return x;
}
