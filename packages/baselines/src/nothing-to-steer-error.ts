/**
 * What a method says when its pairs tell it nothing.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';

/**
 * The activations of right and wrong texts give a method nothing to steer by: they do not differ, or nothing is left
 * of the difference. A plan of zeros would look like a method that has no effect.
 */
export class NothingToSteerError extends AusteerError {
  readonly method: string;
  readonly reason: string;

  constructor(options: { method: string; reason: string }) {
    const { method, reason } = options;
    super(
      'NOTHING_TO_STEER',
      `${method} finds nothing to steer: ${reason}. Give pairs whose right and wrong text differ within the ` +
        'tokens that the model reads.',
    );
    this.method = method;
    this.reason = reason;
  }
}
