/**
 * Whether the running Node is one this project works on. Uses nothing newer than what it refuses, so that an
 * old Node gets a sentence and not a syntax error.
 *
 * @module
 */

/**
 * Whether a version is inside an `engines` range made of `^x.y.z` and `>=x.y.z` joined by `||`.
 *
 * @param {string} range for example `^20.19.0 || >=22.12.0`
 * @param {string} version for example `20.19.4`, with or without a leading `v`
 * @returns {boolean}
 *
 * @example
 * ```ts
 * isSupportedNode('^20.19.0 || >=22.12.0', 'v20.18.0'); // false
 * ```
 */
export function isSupportedNode(range, version) {
  const given = numbers(version);
  return range.split('||').some((part) => {
    const wanted = numbers(part);
    if (part.trim().startsWith('^') && given.major !== wanted.major) return false;
    const steps = [given.major - wanted.major, given.minor - wanted.minor, given.patch - wanted.patch];
    return (steps.find((step) => step !== 0) ?? 0) >= 0;
  });
}

/** @param {string} text @returns {{ major: number, minor: number, patch: number }} */
function numbers(text) {
  const match = /(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (match === null) throw new Error(`"${text}" holds no version of the form 1.2.3`);
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}
