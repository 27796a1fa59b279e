/**
 * A program of its own that takes part in a bench: a JSON object a line in, one out.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * @typedef {{ seconds: number, peakBytes?: number, units?: Record<string, number[][]>, logits?: number[][] }} Reply
 * @typedef {{ name: string, ask(request: object): Promise<Reply>, end(): void }} Contestant
 */

/** @param {string} name @param {string} program @param {string[]} args @returns {Contestant} */
export function contestant(name, program, args) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended: ${program} ${args.join(' ')}`);
      return JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}

/** @param {readonly number[]} values */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const [lowest = 0] = sorted;
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    lowest,
    highest: sorted.at(-1) ?? 0,
  };
}

/** Median and quartiles in one cell. @param {readonly number[]} values */
export function quartiles(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ share) => Number(sorted[Math.floor(share * sorted.length)]).toFixed(3);
  return `${at(0.5)} [${at(0.25)}, ${at(0.75)}]`;
}
