import { AusteerError } from '@austeer/core';
import { describeTask, TASK_NAMES, type Task, type TaskDescription } from '@austeer/pairs';
import type { TasksFlags, TasksShowFlags } from '../commands/tasks.ts';
import type { AusteerContext } from '../context.ts';
import { hubAccess, loadTaskFor } from '../load-task.ts';
import { formatTable } from '../output/table.ts';

/** A task and its data, or why there are none. */
interface Found {
  readonly description: TaskDescription;
  readonly task?: Task | undefined;
  readonly missing?: string | undefined;
}

export async function runTasks(this: AusteerContext, flags: TasksFlags): Promise<void> {
  const { terminal } = this;
  const found: Found[] = [];
  for (const name of TASK_NAMES) found.push(await findTask(this, flags, name));
  if (flags.json) {
    terminal.printJson({ tasks: found.map(jsonOf) });
    return;
  }
  const rows = found.map(({ description, task, missing }) => {
    const { name, answerKind, paperCounts } = description;
    return [
      name,
      answerKind,
      String(paperCounts?.pairs ?? '–'),
      count(task, 'pairs'),
      String(paperCounts?.items ?? '–'),
      count(task, 'items'),
      task === undefined ? (missing ?? '') : task.source.kind,
    ];
  });
  const header = ['task', 'answers', 'pairs, Table 6', 'pairs', 'test, Table 6', 'test', 'data'];
  terminal.print(formatTable(header, rows));
  for (const { task } of found) {
    if (task === undefined || task.source.notes.length === 0) continue;
    terminal.print();
    terminal.print(terminal.style('bold', task.name));
    for (const note of task.source.notes) terminal.print(`  ${note}`);
  }
}

export async function runTasksShow(this: AusteerContext, flags: TasksShowFlags, name: string): Promise<void> {
  const { terminal } = this;
  const description = describeTask(name);
  const task = await load(this, flags, name);
  const { template, itemTemplate } = description;
  const [pair] = task.pairs;
  const [item] = task.items;
  if (flags.json) {
    const shown = flags.template ? { template, itemTemplate, pair, item } : {};
    terminal.printJson({ ...jsonOf({ description, task }), ...shown });
    return;
  }
  const { source } = task;
  terminal.print(`${terminal.style('bold', name)}: ${task.description}`);
  terminal.print(
    `answers: ${task.answerKind}, ${task.maxNewTokens} new tokens; ${task.pairs.length} pairs, ${task.items.length} test items`,
  );
  terminal.print(`data: ${source.kind}, ${source.files.join(', ')}`);
  for (const note of source.notes) terminal.print(`  ${note}`);
  if (!flags.template) return;
  const block = (title: string, text: string): void => {
    terminal.print();
    terminal.print(terminal.style('cyan', title));
    for (const line of text.split('\n')) terminal.print(`│ ${line}`);
  };
  block(itemTemplate === undefined ? 'prompt' : 'prompt of a pair', template);
  if (itemTemplate !== undefined) block('prompt of a test item', itemTemplate);
  if (pair !== undefined) {
    block(`right text of ${pair.id}`, `${pair.positiveQuestion ?? pair.question}${pair.positive}`);
    block(`wrong text of ${pair.id}`, `${pair.question}${pair.negative}`);
  }
  if (item !== undefined) {
    block(`test item ${item.id}`, item.prompt);
    if (item.gold !== '') terminal.print(`right answer: ${JSON.stringify(item.gold)}`);
  }
}

async function findTask(context: AusteerContext, flags: TasksFlags, name: string): Promise<Found> {
  const description = describeTask(name);
  // The variant is one of a single task; the others have no other.
  const variant = description.variants.includes(flags.variant) ? flags.variant : 'official';
  if (flags.data === 'hub' && description.hub === undefined) return { description, missing: 'not there' };
  try {
    // A task that the folder does not hold still belongs in the list.
    return { description, task: await load(context, { ...flags, variant }, name) };
  } catch (error) {
    if (!AusteerError.isInstance(error) || error.code !== 'FILE_MISSING') throw error;
    return { description, missing: 'not there' };
  }
}

function load(context: AusteerContext, flags: TasksFlags, name: string): Promise<Task> {
  const { data, variant, seed, skipBadRows } = flags;
  return loadTaskFor(undefined, name, {
    data,
    variant,
    seed,
    skipBadRows,
    hub: hubAccess(context, flags),
    // No model is loaded: messages are shown as they are.
    chat: { prompt: (message) => message, end: '' },
  });
}

/** Pairs are those that the released code takes, test items all. */
function count(task: Task | undefined, side: 'pairs' | 'items'): string {
  return task === undefined ? '–' : String(task[side].length);
}

function jsonOf({ description, task, missing }: Found): object {
  const { name, answerKind, maxNewTokens, paperCounts } = description;
  return {
    name,
    description: description.description,
    answerKind,
    maxNewTokens,
    paper: paperCounts ?? null,
    found: task === undefined ? null : { pairs: task.pairs.length, items: task.items.length },
    differences: task?.source.table6?.differences ?? [],
    source: task?.source ?? null,
    ...(missing === undefined ? {} : { missing }),
  };
}
