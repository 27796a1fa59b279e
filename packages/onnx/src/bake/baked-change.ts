/**
 * What baking did to a model, and how far it is from the steering it stands for.
 *
 * @module
 */

/** One tensor or place of a model that baking changed. */
export interface BakedChange {
  /** Name of the tensor. */
  readonly name: string;
  /**
   * `rows`, `columns`: weights were multiplied. `bias`: a bias was added or changed. `operator`: weights could not
   * hold the edit, so the graph multiplies or adds a constant there, which costs a little at run time.
   */
  readonly change: 'rows' | 'columns' | 'bias' | 'operator';
  /** Type of the numbers before and after; the same where only scales changed. */
  readonly types: readonly [before: string, after: string];
  /** ‖written − wanted‖ / ‖wanted‖ over the whole tensor: what rounding to its type costs; 0 is exact. */
  readonly error: number;
}

/** Adds up ‖written − wanted‖ and ‖wanted‖. */
export interface ErrorMeter {
  add(written: Float32Array, wanted: ArrayLike<number>): void;
  readonly error: number;
}

export function createErrorMeter(): ErrorMeter {
  let [off, all] = [0, 0];
  return {
    add(written, wanted) {
      for (let index = 0; index < written.length; index++) {
        off += (written[index]! - wanted[index]!) ** 2;
        all += wanted[index]! ** 2;
      }
    },
    get error() {
      return off === 0 ? 0 : Math.sqrt(off / all);
    },
  };
}
