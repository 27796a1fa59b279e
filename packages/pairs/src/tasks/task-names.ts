/**
 * The tasks by name.
 *
 * @module
 */
import { UnknownNameError } from '@austeer/core';
import { boolq } from './boolq.ts';
import { bpo } from './bpo.ts';
import { brevity } from './brevity.ts';
import { copa } from './copa.ts';
import { detox } from './detox.ts';
import { mawps } from './mawps.ts';
import { svamp } from './svamp.ts';
import type { TaskDefinition } from './task-definition.ts';
import { winogrande } from './winogrande.ts';

const DEFINITIONS: readonly TaskDefinition[] = [boolq, copa, winogrande, svamp, mawps, detox, bpo, brevity];

/**
 * Names that {@link loadTask} knows: the seven of the paper in its order, then `brevity`.
 *
 * @example
 * ```ts
 * TASK_NAMES.includes('boolq'); // true
 * ```
 */
export const TASK_NAMES: readonly string[] = Object.freeze(DEFINITIONS.map(({ name }) => name));

/** The definition of a task; UnknownNameError for any other word. */
export function taskDefinition(name: string): TaskDefinition {
  const definition = DEFINITIONS.find((candidate) => candidate.name === name);
  if (definition === undefined) throw new UnknownNameError({ kind: 'task', given: name, known: TASK_NAMES });
  return definition;
}
