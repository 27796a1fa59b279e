/**
 * What somebody types into a chat: words for the model, or a command.
 *
 * @module
 */
import { InvalidArgumentError, UnknownNameError } from '@austeer/core';
import { parseCount, parseNumber } from '../flags.ts';

/** A line, understood. */
export type ChatLine =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'alpha'; readonly alpha: number }
  | { readonly kind: 'k'; readonly k: number }
  | { readonly kind: 'plan'; readonly path: string }
  | { readonly kind: 'off' | 'on' | 'reset' | 'help' | 'quit' | 'nothing' };

/** Commands, and what a person reads about them. */
export const CHAT_COMMANDS: readonly (readonly [command: string, meaning: string])[] = [
  ['/alpha 12', 'steer at another strength'],
  ['/k 32', 'steer the first 32 units of the plan only'],
  ['/plan file', 'steer by another plan'],
  ['/off, /on', 'leave the steered side out; bring it back'],
  ['/reset', 'forget the conversation'],
  ['/help', 'this list'],
  ['/quit', 'leave, as Ctrl-D does'],
];

const WITHOUT_VALUE = ['off', 'on', 'reset', 'help', 'quit'] as const;

/**
 * Understands a line. Two slashes at its beginning say one to the model.
 *
 * @throws UnknownNameError for a command that there is not.
 * @throws InvalidArgumentError for a value that it cannot take.
 */
export function parseChatLine(line: string): ChatLine {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (!text.startsWith('/')) return { kind: 'say', text };
  if (text.startsWith('//')) return { kind: 'say', text: text.slice(1) };
  const [name = '', ...rest] = text.slice(1).split(/\s+/);
  const value = rest.join(' ');
  const simple = WITHOUT_VALUE.find((command) => command === name);
  if (simple !== undefined) {
    if (value !== '') throw misused(name, value, 'no value');
    return { kind: simple };
  }
  switch (name) {
    case 'alpha':
      return { kind: 'alpha', alpha: readValue(name, value, 'a number', parseNumber) };
    case 'k':
      return { kind: 'k', k: readValue(name, value, 'a whole number from 1', parseCount) };
    case 'plan':
      return { kind: 'plan', path: readValue(name, value, 'a plan file', String) };
    default:
      throw new UnknownNameError({
        kind: 'command',
        given: `/${name}`,
        known: ['/alpha', '/k', '/plan', ...WITHOUT_VALUE.map((command) => `/${command}`)],
      });
  }
}

function readValue<T>(name: string, value: string, expected: string, parse: (text: string) => T): T {
  try {
    if (value !== '') return parse(value);
  } catch {
    // Said below, with what was expected.
  }
  throw misused(name, value === '' ? 'nothing' : value, expected);
}

function misused(name: string, given: string, expected: string): InvalidArgumentError {
  return new InvalidArgumentError({ argument: `/${name}`, given, expected, advice: 'See /help' });
}
