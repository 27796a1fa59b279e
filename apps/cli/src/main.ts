/**
 * The `austeer` command. Exit codes: 0 done, 1 an error or a failed check, 2 the command line is wrong,
 * 130 stopped by Ctrl-C.
 *
 * @module
 */
import { application } from './application.ts';
import { createContext } from './context.ts';
import { runAusteer } from './run-austeer.ts';

// `austeer … | head`: whoever reads has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const argv = process.argv.slice(2);
const context = createContext(process);
if (argv[0] === '__complete') {
  const { completeWords } = await import('./run/completion.ts');
  await completeWords(application, argv.slice(1), context);
} else {
  await runAusteer(context, argv, process.cwd());
}
