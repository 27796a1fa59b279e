/**
 * `--help` of one command.
 *
 * @module
 */
import type { Command } from '@stricli/core';
import type { AusteerContext } from '../context.ts';
import { kebabCase } from '../flag-names.ts';
import type { Terminal } from '../output/terminal.ts';
import { formatRows, type HelpRow, heading } from './layout.ts';

type Parameters = Command<AusteerContext>['parameters'];
type Flags = NonNullable<Parameters['flags']>;
type Positional = Parameters['positional'];

/** Flags that many commands share stand behind a command's own, under these headings. */
const SHARED: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Task', ['data', 'wording', 'variant', 'negatives', 'encoder', 'skipBadRows']],
  ['Who judges (detox, bpo)', ['scorer', 'scores', 'scoreOf', 'threshold', 'judge', 'baseUrl']],
  ['Ranking of units', ['ranking', 'ties', 'mode', 'join', 'cut']],
  ['Other methods', ['layers', 'sae', 'saeLayer', 'keepFraction']],
  ['Model and machine', ['precision', 'device', 'threads', 'batchSize', 'siteMap', 'cache', 'offline']],
];
/** Flags of every command. */
const EVERYWHERE = ['seed', 'json'];
const ALWAYS: readonly HelpRow[] = [
  ['--config path', 'Defaults for flags [austeer.config.json or austeer.config.mjs in this folder]'],
  ['-h, --help', 'This text'],
];

/**
 * Help of a command: how it is called, what it is, examples, flags.
 *
 * @param name as it is typed: `austeer plan create`
 */
export function formatCommandHelp(
  terminal: Terminal,
  name: string,
  { parameters, fullDescription, brief }: Command<AusteerContext>,
): string {
  const { flags = {}, positional } = parameters;
  const lines = [heading(terminal, usageLine(name, parameters)), '', fullDescription ?? brief];
  const section = (title: string, rows: readonly HelpRow[]): void => {
    if (rows.length > 0) lines.push('', heading(terminal, title), ...formatRows(terminal, rows));
  };
  const rowsOf = (names: readonly string[]): HelpRow[] =>
    names.flatMap((flag) => (flags[flag] === undefined ? [] : [flagRow(flag, flags[flag])]));
  section(
    'Arguments',
    placesOf(positional).map(({ placeholder = 'value', brief }) => [placeholder, brief]),
  );
  section('Flags', rowsOf(ownFlags(flags)));
  for (const [title, names] of SHARED) section(title, rowsOf(names));
  section('Everywhere', [...rowsOf(EVERYWHERE), ...ALWAYS]);
  return lines.join('\n');
}

/** What must be given, and that more can be. */
function usageLine(name: string, { flags = {}, positional }: Parameters): string {
  const places = placesOf(positional).map(({ placeholder = 'value', optional }) => {
    const text = positional?.kind === 'array' ? `${placeholder} …` : placeholder;
    const needed = positional?.kind === 'array' ? (positional.minimum ?? 0) > 0 : optional !== true;
    return needed ? text : `[${text}]`;
  });
  const needed = Object.entries(flags)
    .filter(([, flag]) => !isOptional(flag))
    .map(([flag, parameter]) => flagRow(flag, parameter)[0]);
  return [name, ...places, ...needed, '[flags]'].join(' ');
}

function placesOf(positional: Positional) {
  if (positional === undefined) return [];
  return positional.kind === 'array' ? [positional.parameter] : positional.parameters;
}

/** The flags that are the command's own: those that must be given first. */
function ownFlags(flags: Flags): string[] {
  const shared = new Set([...EVERYWHERE, ...SHARED.flatMap(([, names]) => names)]);
  const own = Object.keys(flags).filter((name) => !shared.has(name));
  const later = (name: string): number => Number(isOptional(flags[name]!));
  return own.sort((a, b) => later(a) - later(b));
}

/** A flag with what it takes, and what it means, can be, and is where it is not given. */
function flagRow(name: string, flag: Flags[string]): HelpRow {
  const takes = flag.kind === 'parsed' ? ` ${flag.placeholder ?? 'value'}` : '';
  const values = flag.kind === 'enum' ? `. One of ${flag.values.join(', ')}` : '';
  const initial = 'default' in flag ? flag.default : undefined;
  const shown = initial === undefined || initial === false ? '' : ` [${String(initial)}]`;
  const repeated = flag.kind === 'parsed' && flag.variadic === true ? '; may be given more than once' : '';
  return [`--${kebabCase(name)}${takes}`, `${flag.brief}${values}${repeated}${shown}`];
}

function isOptional(flag: Flags[string]): boolean {
  return flag.optional === true || ('default' in flag && flag.default !== undefined);
}
