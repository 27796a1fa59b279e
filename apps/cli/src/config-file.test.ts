import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AusteerError } from '@austeer/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { application } from './application.ts';
import { withConfigFile } from './config-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: unknown): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const run = (line: string): Promise<string> =>
  withConfigFile(application.root, line.split(' '), folder).then((argv) => argv.join(' '));
const failure = (line: string): Promise<unknown> => run(line).then(String, (error: unknown) => error);

describe('defaults from a file', () => {
  it('nothing without a file', async () => {
    expect(await run('evaluate --task boolq')).toBe('evaluate --task boolq');
  });

  it('shared ones go to every command that has the flag, sections to theirs, the user’s flags win', async () => {
    write('austeer.config.json', {
      model: 'here.gguf',
      threads: 2,
      seed: 7,
      evaluate: { task: 'boolq', 'batch-size': 4, seed: 8, k: [4, 16] },
      plan: { json: true, create: { k: 16 } },
    });
    expect(await run('evaluate')).toBe(
      'evaluate --model=here.gguf --threads=2 --seed=8 --task=boolq --batch-size=4 --k=4,16',
    );
    expect(await run('evaluate --threads 1 --seed=3 --k=8 --task copa')).toBe(
      'evaluate --model=here.gguf --batch-size=4 --threads 1 --seed=3 --k=8 --task copa',
    );
    expect(await run('plan show p.safetensors')).toBe('plan show --json p.safetensors');
    expect(await run('plan create --edits e.jsonl -k 2')).toBe(
      'plan create --model=here.gguf --threads=2 --json --edits e.jsonl -k 2',
    );
    expect(await run('plan --help')).toBe('plan --help');
    expect(await run('tasks')).toBe('tasks --seed=7');
  });

  it('gives way to flags that take the place of a default', async () => {
    write('austeer.config.json', { model: 'here.gguf', evaluate: { method: 'iti' } });
    expect(await run('localize --positive a.npy --negative b.npy')).toBe(
      'localize --positive a.npy --negative b.npy',
    );
    expect(await run('evaluate --plan p.safetensors')).toBe(
      'evaluate --model=here.gguf --plan p.safetensors',
    );
  });

  it('repeats what may be repeated, writes objects as JSON, leaves words after -- alone', async () => {
    write(
      'austeer.config.mjs',
      'export default { generate: { stop: ["a,b", "c"] }, judge: { parameters: { top_p: 1 } } };',
    );
    expect(await run('generate')).toBe('generate --stop=a,b --stop=c');
    expect(await run('judge -- --parameters')).toBe('judge --parameters={"top_p":1} -- --parameters');
  });

  it('is another file with --config, anywhere in the line', async () => {
    write('austeer.config.json', { seed: 1 });
    write('mine.json', { seed: 2 });
    expect(await run('--config mine.json evaluate')).toBe('evaluate --seed=2');
    expect(await run('evaluate --config=mine.json --json')).toBe('evaluate --seed=2 --json');
    expect(await run('evaluate')).toBe('evaluate --seed=1');
  });
});

describe('refuses', () => {
  it.each([
    ['a misspelt flag', { thread: 2 }, /"thread".*threads/],
    ['a flag of another command', { models: { threads: 2 } }, /models.*"threads"/],
    ['a section of no command', { evalute: { k: 2 } }, /evaluate/],
    ['a switch that is no switch', { json: 'yes' }, /json.*true or false/],
    ['null', { seed: null }, /seed.*text or a number/],
    ['a list', [1], /no JSON object/],
    ['what is no JSON', '{', /JSON/],
  ])('%s', async (_, content, message) => {
    write('austeer.config.json', content);
    const error = await failure('evaluate');
    expect(AusteerError.isInstance(error)).toBe(true);
    expect(String(error)).toMatch(message);
  });

  it('two files, a missing file, a flag without a path', async () => {
    expect(String(await failure('evaluate --config none.json'))).toContain('none.json');
    expect(String(await failure('evaluate --config'))).toContain('expected a path');
    write('austeer.config.json', {});
    write('austeer.config.mjs', 'export default {};');
    expect(String(await failure('evaluate'))).toContain('expected one of them');
  });
});
