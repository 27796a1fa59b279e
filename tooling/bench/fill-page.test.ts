import { describe, expect, it } from 'vitest';
import { fillPage } from './fill-page.mjs';

const page = [
  'before',
  '<!-- bench:room -->',
  '',
  'old',
  '',
  '<!-- end -->',
  'between',
  '<!-- bench:kernel -->',
  'kept',
  '<!-- end -->',
].join('\n');
const commands = { room: 'bench:room', kernel: 'bench:kernel -- --python PATH' };
const read = (name: string): string | undefined =>
  name === 'room' ? '{"date":"2026-11-26","machine":"2 cores"}\n\n| a |\n| - |\n| $1 |\n\n' : undefined;

describe('fillPage', () => {
  it('puts command, day, machine and output where they belong, and leaves alone what has no output', () => {
    const filled = fillPage(page, { commands, read });
    expect(filled.split('\n')).toEqual([
      'before',
      '<!-- bench:room -->',
      '',
      '```sh',
      'npm run bench:room',
      '```',
      '',
      '2026-11-26, 2 cores:',
      '',
      '| a |',
      '| - |',
      '| $1 |',
      '',
      '<!-- end -->',
      'between',
      '<!-- bench:kernel -->',
      'kept',
      '<!-- end -->',
    ]);
    expect(fillPage(filled, { commands, read })).toBe(filled);
  });

  it('refuses a place that no bench fills', () => {
    expect(() => fillPage(page, { commands: { room: '' }, read })).toThrow('a place for "kernel"');
  });
});
