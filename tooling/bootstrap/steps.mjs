/**
 * Steps of the set-up: one line each on stderr with the time it took; the output of tools only on failure.
 *
 * @module
 */
import { spawn } from 'node:child_process';

/** A step that did not work; the message is all that the person at the keyboard needs. */
export class StepError extends Error {}

/**
 * Does one piece of work and says so.
 *
 * @template T
 * @param {string} label what is being done, for a person
 * @param {() => T | Promise<T>} work
 * @param {{ write?: (text: string) => void }} [options]
 * @returns {Promise<T>}
 */
export async function step(label, work, { write = (text) => process.stderr.write(text) } = {}) {
  const start = Date.now();
  write(`${label} …`);
  // A sign of life on slow networks.
  const beat = setInterval(() => write('.'), 10_000);
  try {
    const result = await work();
    write(` ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    write(' failed\n');
    throw error;
  } finally {
    clearInterval(beat);
  }
}

/**
 * Runs a tool quietly.
 *
 * @param {readonly string[]} command program and arguments
 * @param {{ cwd: string, env?: Record<string, string | undefined>, advice?: string, timeout?: number }} options
 *   `advice`: what to do when it fails; `timeout` in milliseconds, 0 = none
 * @returns {Promise<string>} what it printed on stdout
 */
export function run(command, { cwd, env = {}, advice = '', timeout = 0 }) {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
    });
    let stdout = '';
    let all = '';
    child.stdout.on('data', (part) => {
      stdout += part;
      all += part;
    });
    child.stderr.on('data', (part) => {
      all += part;
    });
    const fail = (/** @type {string} */ how) =>
      reject(new StepError([`${command.join(' ')} ${how}`, all.trim(), advice].filter(Boolean).join('\n')));
    child.on('error', (error) => fail(`could not be started: ${error.message}`));
    child.on('close', (code, signal) =>
      code === 0 ? resolve(stdout) : fail(`ended with ${signal ?? `exit code ${code}`}`),
    );
  });
}

/**
 * Runs a program in the foreground: it owns the terminal, gets the signals, and its exit status is returned.
 *
 * @param {readonly string[]} command program and arguments
 * @param {{ cwd: string, env?: Record<string, string | undefined> }} options
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
export function runInForeground(command, { cwd, env = {} }) {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      // A terminal sends Ctrl-C to the child itself; twice would read as "stop at once".
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of signals) process.on(signal, forward);
    const settle = () => {
      for (const signal of signals) process.off(signal, forward);
    };
    child.on('error', (error) => {
      settle();
      reject(new StepError(`${command.join(' ')} could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      settle();
      resolve({ code, signal });
    });
  });
}
