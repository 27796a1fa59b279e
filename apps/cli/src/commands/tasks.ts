import { buildCommand, buildRouteMap } from '@stricli/core';
import { jsonFlag, optionalPath, seedFlag, type TaskFlags, taskFlags } from '../flags.ts';

export interface TasksFlags extends Omit<TaskFlags, 'wording' | 'negatives'> {
  readonly cache?: string | undefined;
  readonly offline: boolean;
  readonly skipBadRows: boolean;
  readonly seed: number;
  readonly json: boolean;
}

export interface TasksShowFlags extends TasksFlags {
  readonly template: boolean;
}

const { data, variant } = taskFlags;
const dataFlags = {
  data,
  variant,
  cache: optionalPath('Folder for data of the hub [AUSTEER_CACHE]'),
  offline: { kind: 'boolean', default: false, brief: 'Use what is on this machine only' },
  skipBadRows: { kind: 'boolean', default: false, brief: 'Leave malformed rows out and count them' },
  seed: seedFlag,
  json: jsonFlag,
} as const;

const list = buildCommand({
  loader: async () => (await import('../run/tasks.ts')).runTasks,
  parameters: { flags: dataFlags },
  docs: {
    brief: 'List the tasks with their pairs and test items beside Table 6 of the paper',
    fullDescription: [
      'List the tasks with the pairs and test items that are found, beside those of Table 6 of the paper.',
      '',
      'Examples:',
      '  austeer tasks',
      '  austeer tasks --data datasets --json',
    ].join('\n'),
  },
});

const show = buildCommand({
  loader: async () => (await import('../run/tasks.ts')).runTasksShow,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, brief: 'Name of a task', placeholder: 'task' }],
    },
    flags: {
      ...dataFlags,
      template: { kind: 'boolean', default: false, brief: 'Print the prompt, one pair and one test item' },
    },
  },
  docs: {
    brief: 'Show one task: its data, its prompt, one pair and one test item',
    fullDescription: [
      'Show one task: its data and, with --template, its prompt, one pair and one test item.',
      '',
      'Example:  austeer tasks show boolq --template',
    ].join('\n'),
  },
});

export const tasksRoutes = buildRouteMap({
  routes: { list, show },
  defaultCommand: 'list',
  docs: { brief: 'List the tasks, their data and their prompts' },
});
