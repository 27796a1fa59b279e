import { smallGrid } from '@austeer/baselines';
import { FileFormatError } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';
import {
  type ComparedMethod,
  type ComparisonEvent,
  checkRunFolder,
  compareMethods,
  comparisonFigure,
  describeCell,
  writeRunLog,
} from '@austeer/experiments';
import type { MethodSetting, SteeringMethod } from '@austeer/steering';
import type { CompareFlags } from '../commands/compare.ts';
import type { AusteerContext } from '../context.ts';
import { judgesOfFlags } from '../judges-of-flags.ts';
import { withModel } from '../load.ts';
import { methodsOfFlags } from '../method-flags.ts';
import { formatFigureTable } from '../output/figure-table.ts';
import type { Terminal } from '../output/terminal.ts';
import { taskOfFlags, withAnswerLimit } from '../task-of-flags.ts';
import { TOOL } from '../tool.ts';

export async function runCompare(this: AusteerContext, flags: CompareFlags): Promise<void> {
  const { terminal, signal } = this;
  if (flags.out !== undefined) await checkRunFolder(flags.out);
  const names = flags.methods.filter((name) => name !== 'vanilla');
  const methods = await methodsOfFlags(names, flags);
  const byHand = flags.settings === undefined ? {} : await readSettings(flags.settings, names);
  await withModel(this, flags, async (model) => {
    const { task: name, pairs: pairLimit, skipBadRows } = flags;
    const whole = await taskOfFlags(this, model.tokenizer, flags, { name, pairLimit, skipBadRows });
    const task = withAnswerLimit(whole, flags.maxNewTokens);
    const log = await compareMethods({
      model,
      task,
      methods: methods.map(
        (method): ComparedMethod => ({ method, settings: settingsOf(method, flags, byHand) }),
      ),
      testItems: flags.limit,
      validationItems: flags.validation,
      criterion: flags.criterion,
      join: flags.join,
      seed: flags.seed,
      ...(await judgesOfFlags(this, flags, { task, model })),
      tool: TOOL,
      precision: model.details.precision,
      batchSize: flags.batchSize,
      signal,
      onProgress: terminal.progress,
      onEvent: (event) => sayEvent(terminal, event),
    });
    if (flags.out !== undefined) await writeRunLog(flags.out, log);
    const figure = comparisonFigure(log.header, { command: commandOf(flags) });
    if (flags.json) {
      terminal.printJson({ ...log.header, figure, ...(flags.out !== undefined && { out: flags.out }) });
      return;
    }
    terminal.print(terminal.style('bold', figure.title));
    terminal.print(formatFigureTable(figure.content));
    terminal.print(figure.caption);
    for (const note of figure.notes) terminal.print(`note: ${note}`);
    if (flags.out !== undefined) terminal.print(`log → ${flags.out}`);
  });
}

/** The command that makes the same table, without the place of data and model files. */
function commandOf({
  task,
  methods,
  sites,
  grid,
  pairs,
  limit,
  validation,
  criterion,
  seed,
}: CompareFlags): string {
  const flags = { task, methods, sites, grid, pairs, limit, validation, criterion, seed };
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  return ['austeer compare', ...given.map(([name, value]) => `--${name} ${value}`)].join(' ');
}

function settingsOf(
  method: SteeringMethod,
  flags: CompareFlags,
  byHand: Readonly<Record<string, readonly MethodSetting[]>>,
): readonly MethodSetting[] {
  const small = (): MethodSetting[] => smallGrid(method, { sites: flags.sites });
  return byHand[method.name] ?? (flags.grid === 'paper' ? method.grid : small());
}

async function readSettings(
  path: string,
  names: readonly string[],
): Promise<Record<string, MethodSetting[]>> {
  const text = new TextDecoder().decode(await readFileBytes(path, { what: 'Settings' }));
  const refuse = (problem: string): FileFormatError =>
    new FileFormatError({
      path,
      format: 'settings',
      problem,
      advice: 'Write {"iti": [{"budget": 16, "strength": 15}]}: a list of settings for each method',
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('it is not JSON');
  }
  const isSetting = (setting: unknown): boolean =>
    typeof setting === 'object' && setting !== null && 'strength' in setting;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('it is no object');
  for (const [name, settings] of Object.entries(value)) {
    if (!names.includes(name)) throw refuse(`"${name}" is none of the methods that are compared`);
    if (!Array.isArray(settings) || !settings.every(isSetting)) {
      throw refuse(`"${name}" is no list of settings with a strength each`);
    }
  }
  return value as Record<string, MethodSetting[]>;
}

function sayEvent(terminal: Terminal, event: ComparisonEvent): void {
  const { method } = event;
  switch (event.kind) {
    case 'fitting':
      terminal.say(`${method}: fitting`);
      break;
    case 'cell': {
      const { done, total, cell } = event;
      const { accuracy } = cell.summary;
      terminal.say(
        `${method}: validation ${done}/${total}, ${describeCell(cell)}: ${accuracy.value.toFixed(3)}`,
      );
      break;
    }
    case 'testing':
      terminal.say(`${method}: testing once`);
      break;
    case 'refused':
      terminal.say(`${method}: left out. ${event.reason}`);
      break;
  }
}
