import { describe, expect, it } from 'vitest';
import { createProgressLine } from './progress-line.ts';
import { createTerminal } from './terminal.ts';

/** A stream that keeps what is written, as a terminal or as a pipe. */
function createStream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 60, written, write: (text: string) => written.push(text) };
}

describe('colours', () => {
  const styled = (isTTY: boolean, environment: Record<string, string>): string =>
    createTerminal({ stdout: createStream(isTTY), stderr: createStream(isTTY), environment }).style(
      'red',
      'x',
    );

  it('on a terminal only, and not with NO_COLOR or on a dumb one', () => {
    expect(styled(true, {})).toBe('\u001b[31mx\u001b[39m');
    expect(styled(true, { NO_COLOR: '1' })).toBe('x');
    expect(styled(true, { TERM: 'dumb' })).toBe('x');
    expect(styled(false, {})).toBe('x');
  });
});

describe('progress', () => {
  /** Items of two seconds each, told in halves. */
  function work(isTTY: boolean, items: number, rounds = 1): string[] {
    const stream = createStream(isTTY);
    let time = 0;
    const line = createProgressLine({ stream, now: () => time });
    for (let round = 0; round < rounds; round++) {
      for (let half = 1; half <= 2 * items; half++) {
        time += 1000;
        line.update({ stage: 'generate', done: half / 2, total: items });
      }
      time += 60_000;
    }
    return stream.written;
  }

  it('on a terminal is one line that is rewritten and taken away', () => {
    const written = work(true, 4);
    expect(written).not.toContain(expect.stringContaining('\n'));
    expect(written).toContain('generate 2 of 4 · 0.5/s · 4 s left');
    expect(written.at(-1)).toBe('\r\u001b[2K');
  });

  it('in a log is a line in ten seconds, without control characters', () => {
    const written = work(false, 20);
    expect(written).toHaveLength(4);
    expect(written.join('')).not.toContain('\u001b');
    expect(written[0]).toBe('generate 5 of 20 · 0.5/s · 29 s left\n');
  });

  it('begins anew where the same work begins anew', () => {
    const [first, , , , second] = work(false, 20, 2);
    expect(second).toBe(first);
  });

  it('says nothing of what is done in a moment', () => {
    expect(work(false, 4)).toEqual([]);
  });
});
