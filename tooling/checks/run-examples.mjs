/**
 * Runs the example programs named as arguments and prints, as JSON, where they did not give what they state.
 * A process of its own: examples may print, load native libraries or leave handles open.
 *
 * @module
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect, isDeepStrictEqual } from 'node:util';

/** @type {{ file: string, line: number, problem: string }[]} */
const problems = [];
// stdout carries the result alone.
console.log = console.error;

for (const file of process.argv.slice(2)) {
  let last = 0;
  try {
    const { example } = await import(pathToFileURL(resolve(file)).href);
    await example(
      (/** @type {number} */ line, /** @type {unknown} */ given, /** @type {unknown} */ stated) => {
        last = line;
        if (!isStated(given, stated)) {
          problems.push({
            file,
            line,
            problem: `gives ${inspect(given)}; the example states ${inspect(stated)}`,
          });
        }
      },
    );
  } catch (error) {
    problems.push({
      file,
      line: last + 1,
      problem: `throws ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}
process.stdout.write(JSON.stringify(problems), () => process.exit(0));

/**
 * Whether a value is the one stated; typed arrays count as the numbers that they hold.
 *
 * @param {unknown} given
 * @param {unknown} stated
 */
function isStated(given, stated) {
  const numbers = ArrayBuffer.isView(given) && !(given instanceof DataView) && Array.isArray(stated);
  return isDeepStrictEqual(numbers ? Array.from(/** @type {Float32Array} */ (given)) : given, stated);
}
