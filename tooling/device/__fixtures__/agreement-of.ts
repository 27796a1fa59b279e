import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('../agreement.mjs', import.meta.url));
const TOOLING = fileURLToPath(new URL('../../', import.meta.url));

/** The row that `npm run test:device` prints of a model; rejects where the two do not agree. */
export async function agreementOf(model: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    SCRIPT,
    '--software',
    '--model',
    `${TOOLING}${model}`,
  ]);
  return stdout.trim().split('\n').at(-1) ?? '';
}
