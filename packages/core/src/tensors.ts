/**
 * Numbers with their shape beside them.
 *
 * @module
 */
import { InvalidArgumentError } from './errors.ts';

/** A dense row-major array of 32-bit floats. `shape` multiplies to `data.length`. */
export interface FloatTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * Number of elements of a shape; 1 for a scalar's empty shape.
 *
 * @example
 * ```ts
 * elementCount([2, 3, 4]); // 24
 * ```
 */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Puts a shape beside an array, checked. The array is not copied.
 *
 * @throws InvalidArgumentError when shape and length differ.
 *
 * @example
 * ```ts
 * floatTensor(new Float32Array(6), [2, 3]).shape; // [2, 3]
 * ```
 */
export function floatTensor(data: Float32Array, shape: readonly number[]): FloatTensor {
  if (shape.some((size) => !Number.isInteger(size) || size < 0) || elementCount(shape) !== data.length) {
    throw new InvalidArgumentError({
      argument: 'shape',
      given: shape,
      expected: `whole numbers ≥ 0 whose product is ${data.length}, the length of the data`,
    });
  }
  return { data, shape };
}
