/**
 * Free behaviours: two ways of answering, from a file or from the gallery, worded for a model.
 *
 * @module
 */
import type { ChatMessage, ContrastivePair } from '@austeer/core';
import { badRow, kindOf, type RowPlace, rowObject, textField } from '../rows.ts';

/** One pair of answers that differ in the behaviour. */
export interface BehaviourRow {
  readonly id: string;
  /** What the user says; absent where the two texts stand alone. */
  readonly prompt?: string | undefined;
  /** The system message before it. */
  readonly system?: string | undefined;
  /** Shows the behaviour. */
  readonly positive: string;
  /** Does not show it, and otherwise says the same. */
  readonly negative: string;
}

/**
 * Checks one row of a behaviour file (JSON Lines, JSON or CSV, by `readRows`): `positive`, `negative`, and optionally
 * `prompt`, `system` and `id` (default: the line number). Empty cells of the optional ones count as absent.
 *
 * @throws FileFormatError that names the place and the field.
 *
 * @example
 * ```ts
 * const row = { prompt: 'How are you?', positive: 'Splendid!', negative: 'Fine.' };
 * parseBehaviourRow(row, { path: 'cheerful.jsonl', line: 3 }).id; // '3'
 * ```
 */
export function parseBehaviourRow(value: unknown, place: RowPlace): BehaviourRow {
  const row = rowObject(value, place);
  const optional = (field: string): string | undefined => {
    const text = row[field];
    if (text === undefined || text === null) return undefined;
    if (typeof text !== 'string') throw badRow(place, `"${field}" is ${kindOf(text)}; expected a text`);
    return text.trim() === '' ? undefined : text;
  };
  const [prompt, system] = [optional('prompt'), optional('system')];
  return {
    id: optional('id') ?? String(place.line),
    ...(prompt !== undefined && { prompt }),
    ...(system !== undefined && { system }),
    positive: textField(row, 'positive', place),
    negative: textField(row, 'negative', place),
  };
}

/** Options of {@link behaviourPair}. */
export interface BehaviourPairOptions {
  /**
   * Writes a conversation as the model wants it, up to where the answer begins: a tokenizer's `applyChatTemplate`.
   * @default plain text: system and prompt with a blank line between, and a line break after
   */
  readonly chat?: ((messages: readonly ChatMessage[]) => string) | undefined;
  /** System message of rows that have none. @default none */
  readonly system?: string | undefined;
}

/**
 * A row as a contrastive pair. Without a prompt both texts stand alone, also where a chat template is given.
 *
 * @example
 * ```ts
 * const row = { id: '1', prompt: 'How are you?', positive: 'Splendid!', negative: 'Fine.' };
 * behaviourPair(row).question; // 'How are you?\n'
 * behaviourPair(row, { chat: (messages) => `<${messages[0]!.role}>` }).question; // '<user>'
 * ```
 */
export function behaviourPair(row: BehaviourRow, options: BehaviourPairOptions = {}): ContrastivePair {
  const { chat = plainText } = options;
  const { id, prompt, system = options.system, positive, negative } = row;
  const messages: ChatMessage[] = [
    ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
    ...(prompt === undefined ? [] : [{ role: 'user', content: prompt } as const]),
  ];
  return { id, question: prompt === undefined ? '' : chat(messages), positive, negative };
}

function plainText(messages: readonly ChatMessage[]): string {
  return `${messages.map(({ content }) => content).join('\n\n')}\n`;
}
