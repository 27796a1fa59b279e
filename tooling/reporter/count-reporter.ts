/**
 * A vitest reporter that writes how many tests passed, failed and were skipped to the JSON file named by
 * `AUSTEER_TEST_COUNTS`; `npm test` makes its closing line of it.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** Counts of one run. */
export interface TestCounts {
  passed: number;
  /** Failed tests, plus files that could not be run, plus errors outside any test. */
  failed: number;
  skipped: number;
}

/**
 * Counts the tests of a finished run.
 *
 * @param modules test files
 * @param unhandledErrors errors outside any test; each counts as one failure
 *
 * @example
 * ```ts
 * countTests([], []).failed; // 0
 * ```
 */
export function countTests(
  modules: readonly Pick<TestModule, 'children' | 'state'>[],
  unhandledErrors: readonly SerializedError[],
): TestCounts {
  const counts: TestCounts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed++;
      else if (state === 'skipped') counts.skipped++;
      else failedHere++;
    }
    // A file that does not load, or whose hook fails, has no failed test of its own.
    counts.failed += module.state() === 'failed' ? Math.max(1, failedHere) : failedHere;
  }
  return counts;
}

/** The reporter; vitest makes one per run. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const path = process.env.AUSTEER_TEST_COUNTS;
    if (path !== undefined) writeFileSync(path, JSON.stringify(countTests(modules, unhandledErrors)));
  }
}
