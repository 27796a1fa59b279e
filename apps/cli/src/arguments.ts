/**
 * The command line before it is parsed.
 *
 * @module
 */

/**
 * The library takes a single letter after one dash only; `--k 16`, the paper's name for the budget, is turned
 * into `-k 16`.
 */
export function normalizeArguments(argv: readonly string[]): string[] {
  return argv.flatMap((argument) => {
    if (argument === '--k') return ['-k'];
    return argument.startsWith('--k=') ? ['-k', argument.slice('--k='.length)] : [argument];
  });
}
