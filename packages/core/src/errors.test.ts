import { describe, expect, it } from 'vitest';
import {
  AusteerError,
  ContextLengthError,
  InvalidArgumentError,
  ModelMismatchError,
  SourceUnavailableError,
  UnknownNameError,
} from './errors.ts';

describe('errors', () => {
  it('say what was given, what was expected and what to do', () => {
    const error = new InvalidArgumentError({
      argument: 'alpha',
      given: Number.NaN,
      expected: 'a finite number',
      advice: 'Try 5',
    });
    expect(error.message).toBe('alpha is NaN; expected a finite number. Try 5.');
    expect(error).toMatchObject({
      name: 'InvalidArgumentError',
      code: 'INVALID_ARGUMENT',
      argument: 'alpha',
    });
  });

  it('are recognised across copies of the package', () => {
    const foreign = { [Symbol.for('@austeer/error')]: true };
    expect(AusteerError.isInstance(foreign)).toBe(true);
    expect(AusteerError.isInstance(new ContextLengthError({ row: 1, given: 9, limit: 8 }))).toBe(true);
    expect(AusteerError.isInstance(new Error('other'))).toBe(false);
    expect(AusteerError.isInstance(null)).toBe(false);
  });

  it.each([
    ['boolqq', 'Did you mean "boolq"?'],
    ['BOOLQ', 'Did you mean "boolq"?'],
    ['weather', 'Known: boolq, svamp'],
  ])('guess what %s was meant to be', (given, text) => {
    const error = new UnknownNameError({ kind: 'task', given, known: ['boolq', 'svamp'] });
    expect(error.message).toContain(text);
    expect(error.message.includes('Did you mean')).toBe(given !== 'weather');
  });

  it('list every source that was tried', () => {
    const tried = [
      { source: 'hub', reason: 'no answer' },
      { source: 'package index', reason: 'python3 not found' },
    ];
    const error = new SourceUnavailableError({ what: 'smollm2-135m', tried, advice: 'Give --model PATH.' });
    expect(error.message.split('\n')).toEqual([
      'smollm2-135m could not be had from any source. Tried:',
      '  - hub: no answer',
      '  - package index: python3 not found',
      'Give --model PATH.',
    ]);
  });

  it('shorten what is too long to print', () => {
    const error = new InvalidArgumentError({
      argument: 'text',
      given: 'x'.repeat(500),
      expected: 'a short text',
    });
    expect(error.message.length).toBeLessThan(150);
    expect(error.given).toHaveLength(500);
  });

  it('keep the cause', () => {
    const cause = new Error('disk');
    expect(new AusteerError('X', 'text', { cause }).cause).toBe(cause);
    expect(
      new ModelMismatchError({ what: 'The plan', property: 'layers', given: 24, expected: 30 }).message,
    ).toBe(
      'The plan was made for another model: layers is 30 there, and 24 here. Localize again on this model, or load the model it was made for.',
    );
  });
});
