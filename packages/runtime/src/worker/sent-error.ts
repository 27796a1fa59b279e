/**
 * Errors across threads.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';
import type { SentError } from './messages.ts';

/** Takes an error apart. Fields that cannot be sent (functions) are left out. */
export function toSentError(error: unknown): SentError {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), code: undefined, fields: {} };
  const { name, message, cause: _cause, stack: _stack, ...fields } = error as Error & Record<string, unknown>;
  const sendable = Object.entries(fields).filter(([, value]) => {
    try {
      structuredClone(value);
      return true;
    } catch {
      return false;
    }
  });
  const code = AusteerError.isInstance(error) ? error.code : undefined;
  return { name, message, code, fields: Object.fromEntries(sendable) };
}

/** Puts it together again: code, message and fields are those of the original. */
export function fromSentError({ name, message, code, fields }: SentError): Error {
  const error = code === undefined ? new Error(message) : new AusteerError(code, message);
  return Object.assign(error, fields, { name });
}
