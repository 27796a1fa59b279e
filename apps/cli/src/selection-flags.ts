/**
 * Flags of commands that fit on a task's pairs, choose on validation items and test on others.
 *
 * @module
 */
import type { SelectionCriterion } from '@austeer/experiments';
import { optionalCount, parseWhole } from './flags.ts';

/** How much of a task is used, and what a setting is chosen by. */
export interface SelectionFlags {
  readonly pairs?: number | undefined;
  readonly limit?: number | undefined;
  readonly validation?: number | undefined;
  readonly criterion: SelectionCriterion;
  readonly join: 'text' | 'tokens';
  readonly skipBadRows: boolean;
}

/** How much of a task is used, and what a setting is chosen by. */
export const selectionFlags = {
  pairs: optionalCount('Most pairs [1000, as released]'),
  limit: optionalCount('Most test items [all]'),
  validation: {
    kind: 'parsed',
    parse: parseWhole,
    optional: true,
    brief: 'Validation items, never tested on [60; half of the items where there are no more]',
    placeholder: 'n',
  },
  criterion: {
    kind: 'enum',
    values: ['accuracy', 'twoWayAccuracy', 'balancedAccuracy', 'areaUnderCurve'],
    default: 'accuracy',
    brief: 'What is chosen by; accuracy is the paper’s',
  },
  join: {
    kind: 'enum',
    values: ['text', 'tokens'],
    default: 'text',
    brief: 'How question and answer are joined',
  },
  skipBadRows: { kind: 'boolean', default: false, brief: 'Leave malformed rows out and count them' },
} as const;
