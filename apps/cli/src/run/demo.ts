import { join } from 'node:path';
import {
  type AnswerLine,
  checkRunFolder,
  type FitOptions,
  type RunResult,
  runTask,
  writeRunLog,
} from '@austeer/experiments';
import type { LoadedModel } from '@austeer/runtime';
import type { DemoFlags } from '../commands/demo.ts';
import type { AusteerContext } from '../context.ts';
import { withModel } from '../load.ts';
import { loadTaskFor } from '../load-task.ts';
import { describeSeconds } from '../output/progress-line.ts';
import { printResult, sayEvent } from '../output/run-report.ts';
import { wrapText } from '../output/wrap-text.ts';
import { TOOL } from '../tool.ts';
import { writeReport } from './report.ts';

interface Act {
  readonly task: string;
  readonly title: string;
  readonly fit: FitOptions;
  /** Whether answers are worth reading. */
  readonly showsAnswers: boolean;
}

/** Settings around those where this small model does something; every run chooses among them anew. */
const ACTS: readonly Act[] = [
  {
    task: 'brevity',
    title: 'A behaviour: answers that come to an end',
    fit: { sites: ['attention'], budgets: [75, 100], strengths: [3, 4, 5], validationItems: 20 },
    showsAnswers: true,
  },
  {
    task: 'winogrande',
    title: 'A form: answering with A or B at all',
    fit: { sites: ['attention'], budgets: [16, 100], strengths: [20, 50], validationItems: 30 },
    showsAnswers: false,
  },
  {
    task: 'boolq',
    title: 'An ability: yes or no, from a passage',
    fit: { sites: ['attention', 'ffn'], budgets: [16, 100], strengths: [5], validationItems: 40 },
    showsAnswers: false,
  },
];

/** Answers shown side by side. */
const SHOWN_ANSWERS = 3;

export async function runDemo(this: AusteerContext, flags: DemoFlags): Promise<void> {
  const { terminal } = this;
  const started = performance.now();
  const folder = flags.out ?? join('runs', `demo-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  for (const { task } of ACTS) await checkRunFolder(join(folder, task));

  terminal.print(
    terminal.style(
      'bold',
      'AUSteer: find the few activation units that matter, steer just those, measure what that did.',
    ),
  );
  await withModel(this, flags, async (model) => {
    const { identity, details } = model;
    terminal.print(
      `Model: ${identity.name}, ${identity.layers} layers, ${details.precision}; ${identity.layers * 2 * (identity.widths.ffn ?? 0)} units at attention and ffn.`,
    );
    for (const act of ACTS) {
      const result = await runAct(this, flags, model, act);
      const out = join(folder, act.task);
      await writeRunLog(out, result.log);
      printResult(terminal, result);
      if (act.showsAnswers) printAnswers(this, result);
      terminal.print(`run log → ${out}`);
    }
  });
  const out = join(folder, 'report.html');
  await writeReport({ runs: [folder], out });
  terminal.print();
  terminal.print(`Open ${out} in a browser to see what happened, sample by sample.`);
  terminal.print(
    `Done in ${describeSeconds((performance.now() - started) / 1000)}, peak memory ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB.`,
  );
  terminal.print(
    'Settings were chosen on validation items and tested once on others. Where a line says "no difference shown", steering did nothing that these items can show.',
  );
}

async function runAct(
  { terminal, signal }: AusteerContext,
  flags: DemoFlags,
  model: LoadedModel,
  { task: name, title, fit }: Act,
): Promise<RunResult> {
  const task = await loadTaskFor(model.tokenizer, name, { seed: flags.seed, samples: true });
  terminal.print();
  terminal.print(terminal.style(['bold', 'cyan'], title));
  terminal.print(terminal.style('dim', task.description));
  return runTask({
    model,
    task,
    method: { fit },
    seed: flags.seed,
    tool: TOOL,
    precision: model.details.precision,
    batchSize: flags.batchSize ?? 16,
    signal,
    onProgress: terminal.progress,
    onEvent: (event) => sayEvent(terminal, event, task),
  });
}

/** The first answers that changed their ending; others where none did. */
function printAnswers({ terminal }: AusteerContext, { log }: RunResult): void {
  const of = (condition: string): AnswerLine[] =>
    log.answers.filter((line) => line.phase === 'test' && line.condition === condition);
  const steered = new Map(of('steered').map((line) => [line.id, line]));
  const pairs = of('vanilla').map((vanilla) => ({ vanilla, steered: steered.get(vanilla.id)! }));
  const shown = [
    ...pairs.filter((pair) => pair.vanilla.correct !== pair.steered.correct),
    ...pairs.filter((pair) => pair.vanilla.correct === pair.steered.correct),
  ].slice(0, SHOWN_ANSWERS);
  terminal.print('three of the answers (those first whose ending changed):');
  for (const { vanilla, steered: after } of shown) {
    terminal.print(`  ${terminal.style('bold', lastMessage(vanilla.prompt))}`);
    for (const [name, line] of [
      ['vanilla', vanilla],
      ['steered', after],
    ] as const) {
      const text = line.answer.replaceAll(/\s+/g, ' ').trim() + (line.correct ? '' : ' …');
      for (const [index, part] of wrapText(text, 88).entries()) {
        terminal.print(`    ${terminal.style('cyan', (index === 0 ? name : '').padEnd(8))} ${part}`);
      }
    }
  }
}

/** The user's message inside a rendered prompt, for the eye only. */
function lastMessage(prompt: string): string {
  const lines = prompt.split('\n').filter((line) => line.trim() !== '' && !line.includes('assistant'));
  return (lines.at(-1) ?? prompt).replaceAll(/<\|[^|]*\|>/g, '').trim();
}
