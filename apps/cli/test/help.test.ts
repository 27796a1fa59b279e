import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, RouteMap } from '@stricli/core';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { application } from '../src/application.ts';
import type { AusteerContext } from '../src/context.ts';
import { camelCase, kebabCase } from '../src/flag-names.ts';
import { runCli } from './run-cli.ts';

type Target = Command<AusteerContext> | RouteMap<AusteerContext>;

/** Every command with the words that lead to it. */
function commandsOf(target: Target, words: readonly string[]): [string, Command<AusteerContext>][] {
  if ('parameters' in target) return [[words.join(' '), target]];
  return target
    .getAllEntries()
    .flatMap((entry) => commandsOf(entry.target, [...words, entry.name['convert-camel-to-kebab']]));
}

const commands = commandsOf(application.root as Target, ['austeer']);

/** Example lines of a description as words; quoted words stay whole. */
function examplesOf(text: string): string[][] {
  return [...text.matchAll(/^(?:Example:)? +(austeer .*?)(?: {2,}.*| [<>]+ .*)?$/gm)].map(
    ([, line]) => line!.match(/"[^"]*"|'[^']*'|\S+/g) ?? [],
  );
}

describe.each(commands)('%s', (name, { parameters, fullDescription = '', brief }) => {
  const { flags = {}, positional } = parameters;

  it('has an example of itself that its own flags allow', () => {
    const examples = examplesOf(fullDescription).map((words) => words.join(' '));
    expect(examples.some((example) => example.startsWith(name.replace(/ list$/, '')))).toBe(true);
    for (const words of examplesOf(fullDescription)) {
      if (!words.join(' ').startsWith(name)) continue;
      const given = words.filter((word) => word.startsWith('--')).map((word) => camelCase(word.slice(2)));
      expect(Object.keys(flags)).toEqual(expect.arrayContaining(given));
      const needed = Object.entries(flags).filter(
        ([, flag]) => flag.optional !== true && !('default' in flag && flag.default !== undefined),
      );
      expect(given).toEqual(expect.arrayContaining(needed.map(([flag]) => flag)));
    }
  });

  it('says in one line each what it and its flags are', () => {
    const places =
      positional === undefined
        ? []
        : positional.kind === 'array'
          ? [positional.parameter]
          : positional.parameters;
    for (const text of [
      brief,
      ...Object.values(flags).map((flag) => flag.brief),
      ...places.map((place) => place.brief),
    ]) {
      expect(text).toMatch(/^\S[^\n]*[^\s.]$/);
    }
    for (const flag of Object.values(flags))
      if (flag.kind === 'parsed') expect(flag.placeholder).toMatch(/\S/);
  });

  it('helps within the width of the page and names every flag', async () => {
    const { stdout, exitCode } = await runCli(...name.split(' ').slice(1), '--help');
    expect(exitCode).toBe(0);
    for (const flag of Object.keys(flags)) expect(stdout).toContain(`--${kebabCase(flag)}`);
    const [, own = ''] = stdout.split(/\n(?=(?:Arguments|Flags|Everywhere)\n)/s);
    expect(Math.max(...own.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});

describe('austeer --help', () => {
  it('shows every command once, in a line', async () => {
    const { stdout } = await runCli('--help');
    const shown = stdout.split('\n').map((line) => line.trim().split(/ {2,}/)[0]);
    for (const { name } of (application.root as RouteMap<AusteerContext>).getAllEntries()) {
      expect(shown.filter((word) => word === name['convert-camel-to-kebab'])).toHaveLength(1);
    }
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    expect((await runCli()).stdout).toBe(stdout);
  });

  it('loads neither models nor libraries: what is imported at the start stays small', async () => {
    const { metafile } = await build({
      entryPoints: [join(import.meta.dirname, '../src/main.ts')],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      metafile: true,
      write: false,
      outdir: 'unused',
    });
    const [start] = Object.values(metafile.outputs).filter(({ entryPoint }) =>
      entryPoint?.endsWith('main.ts'),
    );
    const imported = (imports: (typeof start & object)['imports']): string[] =>
      imports
        .filter(({ kind }) => kind === 'import-statement')
        .flatMap(({ path, external }) => (external ? [path] : imported(metafile.outputs[path]!.imports)));
    const libraries = imported(start!.imports).filter((path) => !path.startsWith('node:'));
    expect([...new Set(libraries)].sort()).toEqual(['@austeer/core', '@stricli/core']);
  });

  it('is not more than the README of the command line has', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    for (const { name } of (application.root as RouteMap<AusteerContext>).getAllEntries()) {
      expect(readme).toContain(`\n| \`${name['convert-camel-to-kebab']}\` `);
    }
  });

  it('proposes what was meant', async () => {
    const command = await runCli('genrate');
    expect(command.exitCode).toBe(2);
    expect(command.stderr).toContain('generate');
    const flag = await runCli('generate', '--promt', 'x');
    expect(flag.exitCode).toBe(2);
    expect(flag.stderr).toContain('--prompt');
  });
});
