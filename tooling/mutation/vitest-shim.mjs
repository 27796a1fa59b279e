/**
 * vitest for `npm run mutation`: where a change makes the body of a `describe` throw, no test would be left to fail, and Stryker
 * takes that for unnoticed. Here a test stands for it.
 *
 * @module
 */
import { it, describe as original } from 'vitest';

export * from 'vitest';

/** @param {(...given: unknown[]) => unknown} body */
const guarded =
  (body) =>
  (/** @type {unknown[]} */ ...given) => {
    try {
      return body(...given);
    } catch (error) {
      it('has a body that does not throw', () => {
        throw error;
      });
    }
  };
/** The last argument is the body. @param {Function} define */
const guard =
  (define) =>
  (/** @type {unknown[]} */ ...given) =>
    define(
      ...given.map((part) => (typeof part === 'function' ? guarded(/** @type {never} */ (part)) : part)),
    );

export const describe = Object.assign(guard(original), {
  each: (/** @type {[never]} */ ...table) => guard(original.each(...table)),
  for: (/** @type {[never]} */ ...table) => guard(original.for(...table)),
  skipIf: (/** @type {unknown} */ condition) => guard(original.skipIf(condition)),
  runIf: (/** @type {unknown} */ condition) => guard(original.runIf(condition)),
  skip: original.skip,
});
