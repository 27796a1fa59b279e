/**
 * `--help` of the whole program and of commands with commands of their own.
 *
 * @module
 */
import type { RouteMap } from '@stricli/core';
import type { AusteerContext } from '../context.ts';
import type { Terminal } from '../output/terminal.ts';
import { formatRows, type HelpRow, heading } from './layout.ts';

/** Commands by the job that they are for, in the order in which a project needs them. */
const JOBS: readonly (readonly [job: string, names: readonly string[]])[] = [
  ['Start', ['demo', 'doctor', 'models', 'tasks']],
  ['Find units', ['pairs', 'capture', 'localize']],
  ['Steer', ['plan', 'generate', 'chat', 'score']],
  ['Measure', ['evaluate', 'sweep', 'compare', 'side-effects', 'toxicity', 'judge', 'human']],
  ['Show and repeat', ['report', 'reproduce', 'experiment', 'worker']],
  ['Ship', ['bake', 'export']],
];

const ENDING = [
  'austeer COMMAND --help shows a command’s flags and examples.',
  'Defaults for flags: austeer.config.json or austeer.config.mjs in this folder, or --config path.',
  'Exit codes: 0 done · 1 error or failed check · 2 wrong command line · 130 stopped by Ctrl-C',
];

/** Help of the program: what it does, commands by job, an example. */
export function formatRootHelp(terminal: Terminal, root: RouteMap<AusteerContext>): string {
  const rows = rowsOf(root);
  const known = new Set(JOBS.flatMap(([, names]) => names));
  const others = rows.map(([name]) => name).filter((name) => !known.has(name));
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = [heading(terminal, 'austeer COMMAND [flags]'), '', root.fullDescription ?? root.brief];
  for (const [job, names] of [...JOBS, ['Also', others] as const]) {
    const shown = names.flatMap((name) => rows.filter((row) => row[0] === name));
    if (shown.length === 0) continue;
    lines.push('', heading(terminal, job), ...formatRows(terminal, shown, width));
  }
  return [...lines, '', ...ENDING].join('\n');
}

/** Help of a command with commands of its own. */
export function formatGroupHelp(terminal: Terminal, name: string, group: RouteMap<AusteerContext>): string {
  return [
    heading(terminal, `${name} COMMAND [flags]`),
    '',
    group.fullDescription ?? group.brief,
    '',
    heading(terminal, 'Commands'),
    ...formatRows(terminal, rowsOf(group)),
    '',
    `${name} COMMAND --help shows a command’s flags and examples.`,
  ].join('\n');
}

function rowsOf(map: RouteMap<AusteerContext>): HelpRow[] {
  return map
    .getAllEntries()
    .filter(({ hidden }) => !hidden)
    .map(({ name, target }) => [name['convert-camel-to-kebab'], target.brief]);
}
