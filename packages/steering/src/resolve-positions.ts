/**
 * Which tokens a position rule selects: asked token by token while a model decodes, or for a whole row at once.
 *
 * @module
 */
import { InvalidArgumentError, type PositionRule, type RowPart, type TokenSequence } from '@austeer/core';
import { parsePositionRule } from './position-rule.ts';
import type { PromptText } from './prompt-text.ts';

/** What is known of a row before its first token is computed. Positions leave padding out. */
export interface PromptRow {
  /** The whole prompt, also where a model takes it in several parts. */
  readonly prompt: TokenSequence;
  /** The prompt as text, from `readPromptText`; rules with `text` or `characters` need it. */
  readonly promptText?: PromptText | undefined;
}

/** Whether the token at a position is selected. Asked once for each position, in order. */
type Selects = (position: number, token: number) => boolean;

/**
 * Follows one row through decoding. The function returned is called once for each token of the row, in order, the
 * prompt's first; how many tokens a run of the model takes at once makes no difference, and padding is not asked
 * about.
 *
 * @throws InvalidArgumentError for a rule that there is not, or one that needs the prompt's text where it is not given;
 * from the function returned, when a token of the prompt is not the one given here.
 *
 * @example
 * ```ts
 * const selects = followPositions({ rule: 'lastPromptToken', row: { prompt: [5, 6] } });
 * [selects(5), selects(6), selects(7)]; // [false, true, false]
 * ```
 */
export function followPositions(options: { rule: PositionRule; row: PromptRow }): (token: number) => boolean {
  const { rule, row } = options;
  const selects = compileRule(parsePositionRule(rule), row);
  let position = 0;
  return (token) => {
    const expected = row.prompt[position];
    if (expected !== undefined && expected !== token) {
      throw new InvalidArgumentError({
        argument: 'token',
        given: token,
        expected: `${expected}, the token at position ${position} of the prompt`,
        advice: 'Ask about every token of a row once and in order, padding left out',
      });
    }
    const selected = selects(position, token);
    position += 1;
    return selected;
  };
}

/**
 * The positions of a row that a rule selects, ascending from 0.
 *
 * A position is that of a token which the model takes in. The last token of an answer is never taken in, so what is
 * selected there has no effect.
 *
 * @param row.generated tokens of the answer. @default []
 * @throws InvalidArgumentError for a rule that there is not, or one that needs the prompt's text where it is not given.
 *
 * @example
 * ```ts
 * resolvePositions({ window: [-2, null], of: 'prompt' }, { prompt: [5, 6, 7], generated: [8] }); // [1, 2]
 * ```
 */
export function resolvePositions(
  rule: PositionRule,
  row: PromptRow & { readonly generated?: TokenSequence | undefined },
): number[] {
  const selects = followPositions({ rule, row });
  return [...row.prompt, ...(row.generated ?? [])].flatMap((token, position) =>
    selects(token) ? [position] : [],
  );
}

function compileRule(rule: PositionRule, row: PromptRow): Selects {
  const { prompt } = row;
  const rangeOf = (part: RowPart = 'all'): readonly [start: number, end: number] => [
    part === 'generated' ? prompt.length : 0,
    part === 'prompt' ? prompt.length : Number.POSITIVE_INFINITY,
  ];
  const within =
    ([start, end]: readonly [number, number], and: Selects = () => true): Selects =>
    (position, token) =>
      position >= start && position < end && and(position, token);

  if (rule === 'lastPromptToken') return (position) => position === prompt.length - 1;
  if (typeof rule === 'string') return within(rangeOf(rule));
  if ('every' in rule) {
    const [start, end] = rangeOf(rule.of);
    const first = start + (rule.offset ?? 0);
    return within([first, end], (position) => (position - first) % rule.every === 0);
  }
  if ('window' in rule) {
    const [start, end] = rangeOf(rule.of);
    const at = (place: number): number => (place < 0 ? Math.max(start, end + place) : start + place);
    return within([at(rule.window[0]), Math.min(end, rule.window[1] === null ? end : at(rule.window[1]))]);
  }
  if ('tokens' in rule) {
    const tokens = new Set(rule.tokens);
    return within(rangeOf(rule.of), (_, token) => tokens.has(token));
  }
  if ('text' in rule) {
    const { text } = requirePromptText(row, 'text');
    return holdsCharacter(row, occurrences(text, rule.text));
  }
  if ('characters' in rule) return holdsCharacter(row, [rule.characters]);
  if ('trigger' in rule) {
    return rule.occurrence === 'last'
      ? fromLastTrigger(rule.trigger, prompt)
      : fromFirstTrigger(rule.trigger, rangeOf(rule.in));
  }
  const include = rule.include.map((inner) => compileRule(inner, row));
  const exclude = (rule.exclude ?? []).map((inner) => compileRule(inner, row));
  // Every rule is asked, also where the answer is known: a trigger must see all tokens.
  const any = (rules: readonly Selects[], position: number, token: number): boolean =>
    rules.map((selects) => selects(position, token)).includes(true);
  return (position, token) => {
    const [included, excluded] = [any(include, position, token), any(exclude, position, token)];
    return included && !excluded;
  };
}

function fromFirstTrigger(trigger: readonly number[], [start, end]: readonly [number, number]): Selects {
  const recent: number[] = [];
  let seen = false;
  return (position, token) => {
    if (!seen && position >= start && position < end) {
      recent.push(token);
      if (recent.length > trigger.length) recent.shift();
      seen = trigger.every((expected, index) => recent[index] === expected);
    }
    return seen;
  };
}

function fromLastTrigger(trigger: readonly number[], prompt: TokenSequence): Selects {
  const endsAt = (position: number): boolean =>
    trigger.every((expected, index) => prompt[position - trigger.length + 1 + index] === expected);
  const last = prompt.findLastIndex((_, position) => endsAt(position));
  return (position) => last >= 0 && position >= last;
}

/** Prompt tokens that share a character with one of the spans. */
function holdsCharacter(row: PromptRow, spans: readonly (readonly [number, number])[]): Selects {
  const tokens = requirePromptText(row, 'characters').spans;
  const overlap = ([start, end]: readonly [number, number], [from, to]: readonly [number, number]): boolean =>
    Math.max(start, from) < Math.min(end, to);
  const selected = tokens.map((token) => spans.some((span) => overlap(token, span)));
  return (position) => selected[position] ?? false;
}

/** Every occurrence of a text, also where they overlap. */
function occurrences(text: string, part: string): [number, number][] {
  const found: [number, number][] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1))
    found.push([at, at + part.length]);
  return found;
}

function requirePromptText({ prompt, promptText }: PromptRow, rule: string): PromptText {
  if (promptText === undefined || promptText.spans.length !== prompt.length) {
    throw new InvalidArgumentError({
      argument: 'promptText',
      given: promptText === undefined ? undefined : `${promptText.spans.length} spans`,
      expected: `the text and the spans of all ${prompt.length} tokens of the prompt, which a rule with \`${rule}\` needs`,
      advice: 'Take it from readPromptText(prompt, tokenizer)',
    });
  }
  return promptText;
}
