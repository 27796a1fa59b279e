/**
 * Position rules and strength schedules that come from outside, checked.
 *
 * @module
 */
import { InvalidArgumentError, type PositionRule, type RowPart, type StrengthSchedule } from '@austeer/core';

const PARTS: readonly unknown[] = ['all', 'prompt', 'generated'] satisfies RowPart[];
/** Rules inside rules; a person nests two or three, and a damaged file must not exhaust the stack. */
const DEPTH_LIMIT = 16;
/** Entries of one list; more than any vocabulary has tokens. */
const LIST_LIMIT = 1_000_000;

/**
 * Checks a rule, for example one parsed from JSON. The meaning of each form stands at {@link PositionRule}.
 *
 * @throws InvalidArgumentError naming the part that is wrong.
 *
 * @example
 * ```ts
 * parsePositionRule({ window: [-3, null], of: 'prompt' }); // { window: [-3, null], of: 'prompt' }
 * ```
 */
export function parsePositionRule(value: unknown): PositionRule {
  const problem = problemOfRule(value, 1);
  if (problem !== undefined) throw refuse('position rule', value, problem);
  return value as PositionRule;
}

/**
 * Checks a schedule, for example one parsed from JSON.
 *
 * @throws InvalidArgumentError when it is none.
 *
 * @example
 * ```ts
 * parseStrengthSchedule({ warmUp: 4 }); // { warmUp: 4 }
 * ```
 */
export function parseStrengthSchedule(value: unknown): StrengthSchedule {
  const problem = problemOfSchedule(value);
  if (problem !== undefined) throw refuse('strength schedule', value, problem);
  return value as StrengthSchedule;
}

/**
 * Whether a rule names token ids, which mean nothing under another tokenizer.
 *
 * @example
 * ```ts
 * namesTokens({ include: ['prompt'], exclude: [{ tokens: [1] }] }); // true
 * ```
 */
export function namesTokens(rule: PositionRule): boolean {
  if (typeof rule === 'string') return false;
  if ('include' in rule) return [...rule.include, ...(rule.exclude ?? [])].some(namesTokens);
  return 'tokens' in rule || 'trigger' in rule;
}

function problemOfRule(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') {
    return PARTS.includes(value) || value === 'lastPromptToken'
      ? undefined
      : 'all, prompt, generated, lastPromptToken, or a rule with parameters';
  }
  if (!isRecord(value)) return 'a name or an object';
  const { of: part, in: place } = value;
  const optionalPart = (given: unknown): boolean => given === undefined || PARTS.includes(given);
  if ('every' in value) {
    if (!hasOnly(value, ['every', 'offset', 'of'])) return 'no keys but every, offset and of';
    if (!isWhole(value.every, 1)) return 'every as a whole number ≥ 1';
    if (value.offset !== undefined && !isWhole(value.offset, 0)) return 'offset as a whole number ≥ 0';
    return optionalPart(part) ? undefined : 'of as all, prompt or generated';
  }
  if ('window' in value) {
    if (!hasOnly(value, ['window', 'of'])) return 'no keys but window and of';
    if (!PARTS.includes(part)) return 'of as all, prompt or generated';
    return problemOfWindow(value.window, part === 'prompt');
  }
  if ('tokens' in value) {
    if (!hasOnly(value, ['tokens', 'of'])) return 'no keys but tokens and of';
    if (!isTokenList(value.tokens)) return 'tokens as a list of one or more token ids';
    return optionalPart(part) ? undefined : 'of as all, prompt or generated';
  }
  if ('text' in value) {
    if (!hasOnly(value, ['text'])) return 'no key but text';
    return typeof value.text === 'string' && value.text !== '' ? undefined : 'text that is not empty';
  }
  if ('characters' in value) {
    if (!hasOnly(value, ['characters'])) return 'no key but characters';
    const { characters } = value;
    return isPair(characters) && isWhole(characters[0], 0) && isWhole(characters[1], characters[0] + 1)
      ? undefined
      : 'characters as [start, end], whole numbers with 0 ≤ start < end';
  }
  if ('trigger' in value) {
    if (!hasOnly(value, ['trigger', 'in', 'occurrence'])) return 'no keys but trigger, in and occurrence';
    if (!isTokenList(value.trigger)) return 'trigger as a list of one or more token ids';
    if (!optionalPart(place)) return 'in as all, prompt or generated';
    const { occurrence } = value;
    if (occurrence === undefined || occurrence === 'first') return undefined;
    return occurrence === 'last' && place === 'prompt'
      ? undefined
      : 'occurrence as first, or as last with in: prompt (the last one of an answer is not known while it is written)';
  }
  if (!('include' in value)) {
    return 'one of every, window, tokens, text, characters, trigger and include';
  }
  if (!hasOnly(value, ['include', 'exclude'])) return 'no keys but include and exclude';
  if (depth >= DEPTH_LIMIT) return `at most ${DEPTH_LIMIT} rules inside each other`;
  const { include, exclude = [] } = value;
  if (!isList(include) || include.length === 0) return 'include as a list of one or more rules';
  if (!isList(exclude)) return 'exclude as a list of rules';
  for (const inner of [...include, ...exclude]) {
    const problem = problemOfRule(inner, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOfWindow(window: unknown, fromEnd: boolean): string | undefined {
  if (!isPair(window)) return 'window as [start, end]';
  const [start, end] = window;
  if (!Number.isSafeInteger(start) || (end !== null && !Number.isSafeInteger(end))) {
    return 'window as two whole numbers, the second of which may be null';
  }
  if (!fromEnd && ((start as number) < 0 || (end !== null && (end as number) < 0))) {
    return 'a window that is not negative, or of: prompt (the end of an answer is not known while it is written)';
  }
  return undefined;
}

function problemOfSchedule(value: unknown): string | undefined {
  if (value === 'constant') return undefined;
  if (!isRecord(value)) return 'constant, {"warmUp": tokens} or {"halfLife": tokens, "floor": 0 to 1}';
  if ('warmUp' in value) {
    if (!hasOnly(value, ['warmUp'])) return 'no key but warmUp';
    return isWhole(value.warmUp, 1) ? undefined : 'warmUp as a whole number of tokens ≥ 1';
  }
  if (!hasOnly(value, ['halfLife', 'floor'])) return 'no keys but halfLife and floor';
  const { halfLife, floor } = value;
  if (typeof halfLife !== 'number' || !Number.isFinite(halfLife) || halfLife <= 0) {
    return 'halfLife as a number of tokens > 0';
  }
  if (floor === undefined) return undefined;
  return typeof floor === 'number' && floor >= 0 && floor <= 1 ? undefined : 'floor from 0 to 1';
}

function refuse(argument: string, given: unknown, expected: string): InvalidArgumentError {
  return new InvalidArgumentError({ argument, given, expected });
}

/** A key that is not known is a slip of the pen that would otherwise change nothing, unseen. */
function hasOnly(value: Record<string, unknown>, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}

function isWhole(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= LIST_LIMIT;
}

function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

function isTokenList(value: unknown): value is readonly number[] {
  return isList(value) && value.length > 0 && value.every((token) => isWhole(token, 0));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
