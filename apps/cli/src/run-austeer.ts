/**
 * A command line, from its words to its exit code.
 *
 * @module
 */
import { run } from '@stricli/core';
import { application, describeError } from './application.ts';
import { normalizeArguments } from './arguments.ts';
import { withConfigFile } from './config-file.ts';
import type { AusteerContext } from './context.ts';

/** Usage errors have negative codes of their own in the library; scripts know 2. */
const WRONG_COMMAND_LINE = 2;

/**
 * Runs a command line.
 *
 * @param folder where its configuration file is looked for
 */
export async function runAusteer(
  context: AusteerContext,
  argv: readonly string[],
  folder: string,
): Promise<void> {
  const { process, terminal } = context;
  // `austeer help generate`, as other programs have it.
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  try {
    const configured = await withConfigFile(application.root, words, folder);
    await run(application, normalizeArguments(configured), context);
  } catch (error) {
    // Commands end in the library; what arrives here is about the configuration.
    terminal.say(describeError(error));
    process.exitCode = 1;
  }
  if (Number(process.exitCode) < 0) process.exitCode = WRONG_COMMAND_LINE;
}
