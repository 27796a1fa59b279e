/**
 * Downloading one file: resumed where it stopped, checked by its hash, in place only when right.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { HashMismatchError, SourceUnavailableError } from '@austeer/core';
import { type FileRecord, stampFile } from '@austeer/core/node';
import { type HttpAccess, openUrl, reasonOf } from './http.ts';
import { claimPartial, releasePartial } from './partial-file.ts';

/** Attempts in a row that bring no byte, after bytes had come, before the source is given up. */
const FRUITLESS_ATTEMPTS_LIMIT = 3;
/** A cut connection is often back at once; a server that needs longer gets it by the attempts' number. */
const RETRY_PAUSE_MILLISECONDS = 500;

/** What one request brought: the rest of the file, an order to start over, or a failure. */
type Outcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'failed'; readonly reason: string; readonly lasting: boolean };

/**
 * Downloads a file to `path` and stamps it. Bytes go to a partial file first; when the download is
 * aborted or cut they stay there, and the next call asks the server for the rest only. A file of this
 * name appears only when its size and hash are right.
 *
 * @param options.bytes size expected, where it is known
 * @param options.sha256 hash expected, where it is known
 * @param options.onBytes bytes on disk so far, and of the whole where known
 * @returns size and hash of the file
 * @throws SourceUnavailableError when the address does not deliver; the partial file stays.
 * @throws HashMismatchError when it delivers something else; nothing stays.
 * @throws the signal's reason when aborted; the partial file stays.
 *
 * @example
 * ```ts
 * const access = { fetch, answerTimeout: 3_000, stallTimeout: 30_000 };
 * const { sha256 } = await downloadFile({ url: 'https://example.org/a.gguf', path: 'a.gguf', access });
 * ```
 */
export async function downloadFile(options: {
  url: string;
  path: string;
  bytes?: number | undefined;
  sha256?: string | undefined;
  access: HttpAccess;
  onBytes?: ((done: number, total: number | undefined) => void) | undefined;
}): Promise<FileRecord> {
  const { url, path, bytes, sha256, access, onBytes } = options;
  const own = await claimPartial(path);
  try {
    const transfer = await openTransfer({ url, own, bytes, access, onBytes });
    let given: string;
    try {
      const resumed = transfer.received() > 0;
      await complete({ url, transfer, access });
      given = transfer.digest();
      if (resumed && sha256 !== undefined && given !== sha256) {
        // The old part may be to blame; one whole download tells.
        await transfer.restart();
        await complete({ url, transfer, access });
        given = transfer.digest();
      }
      await transfer.sync();
    } finally {
      await transfer.close();
    }
    if (sha256 !== undefined && given !== sha256) {
      await rm(own, { force: true });
      throw new HashMismatchError({
        path: url,
        given,
        expected: sha256,
        advice: 'The download was thrown away; this address carries another file',
      });
    }
    await rename(own, path);
    await stampFile({ path, sha256: given });
    return { bytes: transfer.received(), sha256: given };
  } catch (error) {
    await releasePartial({ own, target: path });
    throw error;
  }
}

/** Repeats requests as long as they bring the file further. */
async function complete(options: { url: string; transfer: Transfer; access: HttpAccess }): Promise<void> {
  const { url, transfer, access } = options;
  let anyBytes = false;
  let fruitless = 0;
  for (;;) {
    const before = transfer.received();
    const outcome = await transfer.request();
    if (outcome.kind === 'complete') return;
    if (outcome.kind === 'restart') {
      await transfer.restart();
      continue;
    }
    const fruitful = transfer.received() > before;
    anyBytes ||= fruitful;
    fruitless = fruitful ? 0 : fruitless + 1;
    // A source that never delivered a byte gets no second chance: the next source is nearer than it.
    if (outcome.lasting || !anyBytes || fruitless >= FRUITLESS_ATTEMPTS_LIMIT) {
      throw new SourceUnavailableError({
        what: url,
        tried: [{ source: url, reason: outcome.reason }],
        advice: 'Check the address and the network',
      });
    }
    await pause(RETRY_PAUSE_MILLISECONDS * (fruitless + 1), undefined, { signal: access.signal }).catch(() =>
      access.signal?.throwIfAborted(),
    );
  }
}

/** A partial file being filled, with the hash of what is in it. */
interface Transfer {
  received(): number;
  /** Asks for the rest of the file and appends what comes. */
  request(): Promise<Outcome>;
  restart(): Promise<void>;
  digest(): string;
  sync(): Promise<void>;
  close(): Promise<void>;
}

async function openTransfer(options: {
  url: string;
  own: string;
  bytes: number | undefined;
  access: HttpAccess;
  onBytes: ((done: number, total: number | undefined) => void) | undefined;
}): Promise<Transfer> {
  const { url, own, bytes, access, onBytes } = options;
  const file = await open(own, 'a');
  let hash = createHash('sha256');
  let received = 0;
  const restart = async (): Promise<void> => {
    await file.truncate(0);
    hash = createHash('sha256');
    received = 0;
  };
  try {
    const found = (await file.stat()).size;
    if (bytes !== undefined && found > bytes) await restart();
    else if (found > 0) {
      for await (const chunk of createReadStream(own, { signal: access.signal, highWaterMark: 1 << 20 })) {
        hash.update(chunk as Buffer);
        received += (chunk as Buffer).length;
      }
    }
  } catch (error) {
    await file.close();
    access.signal?.throwIfAborted();
    throw error;
  }

  const request = async (): Promise<Outcome> => {
    if (received > 0 && received === bytes) return { kind: 'complete' };
    const fail = (reason: string, lasting: boolean): Outcome => ({ kind: 'failed', reason, lasting });
    const opened = await openUrl({
      url,
      // Compressed answers would break ranges and sizes.
      headers: { 'accept-encoding': 'identity', ...(received > 0 && { range: `bytes=${received}-` }) },
      access,
    }).catch((error: unknown) => {
      access.signal?.throwIfAborted();
      return reasonOf(error);
    });
    if (typeof opened === 'string') return fail(opened, false);
    const verdict = readHead({ response: opened.response, received, bytes });
    if ('kind' in verdict) {
      await opened.close();
      return verdict;
    }
    // The server ignored the range and sends everything.
    if (verdict.from === 0 && received > 0) await restart();
    try {
      onBytes?.(received, verdict.total);
      for await (const chunk of opened.body()) {
        if (verdict.total !== undefined && received + chunk.length > verdict.total) {
          await restart();
          return fail(`it sends more than the ${verdict.total} bytes announced`, true);
        }
        await file.writeFile(chunk);
        hash.update(chunk);
        received += chunk.length;
        onBytes?.(received, verdict.total);
      }
    } catch (error) {
      access.signal?.throwIfAborted();
      // A full disk will be as full at the next attempt.
      return fail(reasonOf(error), (error as { code?: string }).code === 'ENOSPC');
    }
    return verdict.total === undefined || received === verdict.total
      ? { kind: 'complete' }
      : fail(`the connection ended after ${received} of ${verdict.total} bytes`, false);
  };

  return {
    received: () => received,
    request,
    restart,
    digest: () => hash.copy().digest('hex'),
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

/** Where the body starts and how long the whole is; or what to do when the body is of no use. */
function readHead(options: {
  response: Response;
  received: number;
  bytes: number | undefined;
}): Outcome | { readonly from: number; readonly total: number | undefined } {
  const { response, received, bytes } = options;
  const { status, headers } = response;
  const fail = (reason: string, lasting: boolean): Outcome => ({ kind: 'failed', reason, lasting });
  let from = 0;
  let announced: number | undefined;
  if (status === 206 || status === 416) {
    if (received === 0) return fail(`it answers ${status} to a request for the whole file`, true);
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
    // Another part than the one asked for, or nothing after what is here: the part here is not of this file.
    if (status === 416 || range === null || Number(range[1]) !== received) return { kind: 'restart' };
    from = received;
    if (range[2] !== '*') announced = Number(range[2]);
  } else if (status === 200) {
    const length = headers.get('content-length');
    if (length !== null && headers.get('content-encoding') === null) announced = Number(length);
  } else {
    return fail(statusReason(response), status < 500 && status !== 429 && status !== 408);
  }
  if (bytes !== undefined && announced !== undefined && announced !== bytes) {
    return fail(`it announces ${announced} bytes; expected ${bytes}`, true);
  }
  return { from, total: bytes ?? announced };
}

/**
 * A refusal in words, with what to do where that is known.
 *
 * @example
 * ```ts
 * statusReason(new Response(null, { status: 404 })); // 'answers 404: no such file there'
 * ```
 */
export function statusReason(response: Response): string {
  const { status } = response;
  if (status === 401 || status === 403) {
    return `answers ${status}: it asks for permission; set HF_TOKEN to a token that may read it`;
  }
  if (status === 404) return 'answers 404: no such file there';
  return `answers ${status}${response.statusText === '' ? '' : ` ${response.statusText}`}`;
}
