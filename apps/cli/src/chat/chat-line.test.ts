import { AusteerError } from '@austeer/core';
import { describe, expect, it } from 'vitest';
import { CHAT_COMMANDS, parseChatLine } from './chat-line.ts';

describe('a line of a chat', () => {
  it.each([
    ['Why is the sky blue?', { kind: 'say', text: 'Why is the sky blue?' }],
    ['  ', { kind: 'nothing' }],
    ['//alpha', { kind: 'say', text: '/alpha' }],
    ['/alpha 12', { kind: 'alpha', alpha: 12 }],
    ['/alpha -0.5 ', { kind: 'alpha', alpha: -0.5 }],
    ['/k 32', { kind: 'k', k: 32 }],
    ['/plan my plans/a.safetensors', { kind: 'plan', path: 'my plans/a.safetensors' }],
    ['/off', { kind: 'off' }],
    ['/quit', { kind: 'quit' }],
  ])('%s', (line, expected) => {
    expect(parseChatLine(line)).toEqual(expected);
  });

  it.each(['/alpha', '/alpha much', '/k 0', '/k 1.5', '/plan', '/off now', '/alhpa 3', '/'])(
    'refuses %s',
    (line) => {
      const failed = (() => {
        try {
          return parseChatLine(line);
        } catch (error) {
          return error;
        }
      })();
      expect(AusteerError.isInstance(failed)).toBe(true);
    },
  );

  it('help names only commands that there are', () => {
    for (const [command] of CHAT_COMMANDS) {
      for (const one of command.split(', ')) expect(() => parseChatLine(one)).not.toThrow();
    }
  });
});
