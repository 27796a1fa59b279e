/**
 * Defaults of flags in a file: `austeer.config.json` or `austeer.config.mjs` in the working folder, or `--config path`.
 *
 * Its names are those of the flags. What stands at the top holds for every command that has the flag, what stands in a
 * section for that command alone: `{"threads": 2, "evaluate": {"task": "boolq"}, "plan": {"create": {"k": 16}}}`. The
 * values are put into the command line, where the flags of the user win.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileFormatError, InvalidArgumentError, UnknownNameError } from '@austeer/core';
import type { Command, RouteMap } from '@stricli/core';
import type { AusteerContext } from './context.ts';
import { camelCase, kebabCase } from './flag-names.ts';

type Target = Command<AusteerContext> | RouteMap<AusteerContext>;
type Flags = NonNullable<Command<AusteerContext>['parameters']['flags']>;
type Section = Readonly<Record<string, unknown>>;

const NAMES = ['austeer.config.json', 'austeer.config.mjs'];

/** A default gives way to a flag that means something else in its place. */
const GIVES_WAY_TO: Readonly<Record<string, readonly string[]>> = {
  model: ['positive', 'negative', 'counts'],
  method: ['plan'],
  plan: ['method'],
  input: ['prompt'],
  prompt: ['input'],
};

/**
 * The command line with the defaults of the file that it names, or of the one that lies in the folder.
 *
 * @throws FileMissingError, FileFormatError; UnknownNameError for a name that is no flag and no command.
 */
export async function withConfigFile(
  root: Target,
  argv: readonly string[],
  folder: string,
): Promise<readonly string[]> {
  const { path: given, rest } = takeConfigFlag(argv);
  const path = given === undefined ? findConfigFile(folder) : resolve(folder, given);
  if (path === undefined) return rest;
  const config = await readConfigFile(path);
  checkNames(root, config, path, []);
  const { words, target, places } = findCommand(root, config, rest);
  if (!('parameters' in target)) return rest;
  const defaults: Record<string, unknown> = {};
  for (const { routes, section } of places) {
    for (const [name, value] of Object.entries(section)) {
      // `judge` is a command and a flag of it; an object is the command's.
      if (!(routes.has(camelCase(name)) && isSection(value))) defaults[camelCase(name)] = value;
    }
  }
  const { flags = {} } = target.parameters;
  const own = flagsGiven(rest);
  const added = Object.entries(defaults).flatMap(([name, value]) => {
    const flag = flags[name];
    if (flag === undefined || own.has(name) || GIVES_WAY_TO[name]?.some((other) => own.has(other))) return [];
    return argumentsOf(name, flag, value, path);
  });
  return [...rest.slice(0, words), ...added, ...rest.slice(words)];
}

function takeConfigFlag(argv: readonly string[]): { path?: string; rest: readonly string[] } {
  const end = argv.indexOf('--');
  const at = argv.findIndex((argument, index) => (end < 0 || index < end) && /^--config(=|$)/.test(argument));
  if (at < 0) return { rest: argv };
  const [, value] = argv[at]!.split(/=(.*)/s);
  const path = value ?? argv[at + 1];
  if (path === undefined || path === '') {
    throw new InvalidArgumentError({ argument: '--config', given: 'nothing', expected: 'a path' });
  }
  return { path, rest: [...argv.slice(0, at), ...argv.slice(at + (value === undefined ? 2 : 1))] };
}

function findConfigFile(folder: string): string | undefined {
  const found = NAMES.filter((name) => existsSync(join(folder, name)));
  if (found.length > 1) {
    throw new InvalidArgumentError({
      argument: 'this folder',
      given: found.join(' and '),
      expected: 'one of them',
      advice: 'Remove one, or name one with --config',
    });
  }
  return found[0] && join(folder, found[0]);
}

async function readConfigFile(path: string): Promise<Section> {
  const refuse = (problem: string, cause?: unknown): FileFormatError =>
    new FileFormatError({
      path,
      format: 'configuration',
      problem,
      ...(cause === undefined ? {} : { cause }),
    });
  const { readFileBytes } = await import('@austeer/core/node');
  const bytes = await readFileBytes(path, { what: 'Configuration' });
  let config: unknown;
  try {
    config = path.endsWith('.json')
      ? JSON.parse(new TextDecoder().decode(bytes))
      : ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  if (!isSection(config)) {
    throw refuse(path.endsWith('.json') ? 'it is no JSON object' : 'its default export is no object');
  }
  return config;
}

/** Every name is a flag of a command below this place, or a command. */
function checkNames(target: Target, section: Section, path: string, place: readonly string[]): void {
  const flags = new Set(flagNames(target));
  const routes = routesOf(target);
  for (const [name, value] of Object.entries(section)) {
    const route = routes.get(camelCase(name));
    if (route !== undefined && isSection(value)) {
      checkNames(route, value, path, [...place, name]);
    } else if (!flags.has(camelCase(name))) {
      throw new UnknownNameError({
        kind: `flag or command in ${path}${place.length === 0 ? '' : `, ${place.join(' ')}`}`,
        given: name,
        known: [...routes.keys(), ...flags].map(kebabCase),
      });
    }
  }
}

/** Goes along the words of the command line; `places` from the outermost on, each with its commands. */
function findCommand(root: Target, config: Section, argv: readonly string[]) {
  let target = root;
  let section = config;
  let words = 0;
  const places = [{ routes: routesOf(target), section }];
  while (!('parameters' in target)) {
    const word = argv[words] ?? '';
    const route = routesOf(target).get(camelCase(word));
    if (route === undefined) {
      target = target.getDefaultCommand() ?? target;
      break;
    }
    const next: unknown = section[word] ?? section[camelCase(word)];
    section = isSection(next) ? next : {};
    target = route;
    places.push({ routes: routesOf(target), section });
    words++;
  }
  return { words, target, places };
}

function argumentsOf(name: string, flag: Flags[string], value: unknown, path: string): string[] {
  const dashed = `--${kebabCase(name)}`;
  const refuse = (expected: string): InvalidArgumentError =>
    new InvalidArgumentError({ argument: `${kebabCase(name)} in ${path}`, given: value, expected });
  if (flag.kind === 'boolean') {
    if (typeof value !== 'boolean') throw refuse('true or false');
    return value === (flag.default ?? false) ? [] : [value ? dashed : `--no-${kebabCase(name)}`];
  }
  const text = (part: unknown): string => {
    if (part === null || part === undefined || typeof part === 'boolean') throw refuse('text or a number');
    return typeof part === 'object' ? JSON.stringify(part) : String(part);
  };
  const repeated = flag.kind === 'parsed' && flag.variadic === true;
  if (!Array.isArray(value)) return [`${dashed}=${text(value)}`];
  return repeated
    ? value.map((part) => `${dashed}=${text(part)}`)
    : [`${dashed}=${value.map(text).join(',')}`];
}

/** Flags that the user gave, in the program's spelling. */
function flagsGiven(argv: readonly string[]): Set<string> {
  const end = argv.indexOf('--');
  const flags = (end < 0 ? argv : argv.slice(0, end)).filter((argument) => argument.startsWith('-'));
  return new Set(flags.map((flag) => camelCase(flag.replace(/^--?(no-)?/, '').replace(/=.*/s, ''))));
}

function flagNames(target: Target): string[] {
  if ('parameters' in target) return Object.keys(target.parameters.flags ?? {});
  return [...routesOf(target).values()].flatMap(flagNames);
}

function routesOf(target: Target): Map<string, Target> {
  if ('parameters' in target) return new Map();
  return new Map(target.getAllEntries().map((entry) => [entry.name.original, entry.target]));
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
