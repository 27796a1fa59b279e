/**
 * What a format of another program cannot carry.
 *
 * @module
 */
import { AusteerError } from '@austeer/core';

/** A plan says something that the format it shall be written in has no words for. Nothing was written. */
export class FormatLossError extends AusteerError {
  readonly format: string;
  /** What would be lost. */
  readonly what: string;

  constructor(options: { format: string; what: string; advice?: string }) {
    const { format, what, advice = 'Save the plan as safetensors, which carries all of it' } = options;
    super('FORMAT_LOSS', `A ${format} cannot carry ${what}. ${advice}.`);
    this.format = format;
    this.what = what;
  }
}
