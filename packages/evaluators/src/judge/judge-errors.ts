/**
 * Errors of judges.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';

/** The judge's service will not work for any question: wrong key, unknown model, no credit left. */
export class JudgeServiceError extends AusteerError {
  /** HTTP status. */
  readonly status: number;

  constructor(options: { host: string; status: number; detail: string; advice: string }) {
    const { host, status, detail, advice } = options;
    super(
      'JUDGE_SERVICE',
      `The judge's service at ${host} refused with status ${status}: ${detail}. ${advice}.`,
    );
    this.status = status;
  }
}
