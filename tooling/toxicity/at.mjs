/**
 * Elements of lists whose length is known.
 *
 * @module
 */

/**
 * @template T
 * @param {ArrayLike<T>} list
 * @param {number} index within the list
 * @returns {T}
 */
export function at(list, index) {
  return /** @type {T} */ (list[index]);
}
