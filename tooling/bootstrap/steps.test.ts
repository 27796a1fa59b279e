import { describe, expect, it } from 'vitest';
import { run, runInForeground, step } from './steps.mjs';

const cwd = process.cwd();
const node = process.execPath;

describe('step', () => {
  it('says in one line what it does and how long it took', async () => {
    let text = '';
    const write = (part: string): void => {
      text += part;
    };
    expect(await step('Building', () => 7, { write })).toBe(7);
    expect(text).toMatch(/^Building … \d+\.\d s\n$/);
  });

  it('says that it failed and passes the error on', async () => {
    let text = '';
    const write = (part: string): void => {
      text += part;
    };
    const failing = step('Building', () => Promise.reject(new Error('no')), { write });
    await expect(failing).rejects.toThrow('no');
    expect(text).toBe('Building … failed\n');
  });
});

describe('run', () => {
  it('gives stdout', async () => {
    expect(await run([node, '-e', 'console.log(1); console.error(2)'], { cwd })).toBe('1\n');
  });

  it('fails with the whole output, the exit code and the advice', async () => {
    const failing = run([node, '-e', 'console.error("reason"); process.exit(3)'], {
      cwd,
      advice: 'Do this.',
    });
    await expect(failing).rejects.toThrow(/ended with exit code 3\nreason\nDo this\.$/);
  });

  it('fails for a program that is not there', async () => {
    await expect(run(['austeer-no-such-program'], { cwd })).rejects.toThrow('could not be started');
  });
});

describe('runInForeground', () => {
  it('returns exit code and signal', async () => {
    expect(await runInForeground([node, '-e', 'process.exit(5)'], { cwd })).toEqual({
      code: 5,
      signal: null,
    });
    const killed = await runInForeground([node, '-e', 'process.kill(process.pid, "SIGKILL")'], { cwd });
    expect(killed).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('forwards signals', async () => {
    const running = runInForeground([node, '-e', 'setInterval(() => {}, 1000)'], { cwd });
    setTimeout(() => process.emit('SIGTERM', 'SIGTERM'), 300);
    expect(await running).toEqual({ code: null, signal: 'SIGTERM' });
  });
});
