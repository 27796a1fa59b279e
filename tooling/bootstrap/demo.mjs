/**
 * `npm run demo`: sets up, then runs `austeer demo` with the arguments given after `--`.
 *
 * @module
 */
import { endWith, ROOT, setUp } from './setup.mjs';
import { runInForeground } from './steps.mjs';

try {
  await setUp();
  const command = [process.execPath, 'apps/cli/bin/austeer.js', 'demo', ...process.argv.slice(2)];
  const { code, signal } = await runInForeground(command, { cwd: ROOT });
  if (signal !== null) process.kill(process.pid, signal);
  process.exitCode = code ?? 1;
} catch (error) {
  endWith(error);
}
