import { describe, expect, it } from 'vitest';
import { countTests } from './count-reporter.ts';

type Modules = Parameters<typeof countTests>[0];

function moduleOf(state: string, tests: string[]): Modules[number] {
  const allTests = () => tests.map((name) => ({ result: () => ({ state: name }) }));
  return { state: () => state, children: { allTests } } as unknown as Modules[number];
}

describe('countTests', () => {
  it('counts by state', () => {
    const modules = [
      moduleOf('failed', ['passed', 'failed', 'skipped']),
      moduleOf('passed', ['passed', 'passed']),
    ];
    expect(countTests(modules, [])).toEqual({ passed: 3, failed: 1, skipped: 1 });
  });

  it('counts a file that does not load and an error outside any test', () => {
    expect(countTests([moduleOf('failed', [])], [])).toEqual({ passed: 0, failed: 1, skipped: 0 });
    const error = { name: 'Error', message: 'stray' };
    expect(countTests([moduleOf('passed', ['passed'])], [error])).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });

  it('counts a test that never ended as failed', () => {
    expect(countTests([moduleOf('pending', ['pending'])], [])).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
