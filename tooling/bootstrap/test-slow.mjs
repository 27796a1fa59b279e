/**
 * `npm run test:slow`: the tests that take minutes or need a server (`*.slow.test.ts`). Arguments go to vitest. The
 * fleet's needs redis-server: tooling/redis/install.sh.
 *
 * @module
 */
import { ROOT, setUp, tool } from './setup.mjs';
import { runInForeground } from './steps.mjs';

await setUp();
const command = [process.execPath, tool('vitest/vitest.mjs'), 'run', ...process.argv.slice(2)];
const { code } = await runInForeground(command, { cwd: ROOT, env: { AUSTEER_SLOW_TESTS: '1' } });
process.exitCode = code ?? 1;
