/**
 * Behaviours that ship with this package, each as original pairs of answers.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { UnknownNameError } from '@austeer/core';
import { readRows } from '../readers/read-rows.ts';
import { type BehaviourRow, parseBehaviourRow } from './behaviour-row.ts';

/** A behaviour of the gallery. */
export interface GalleryBehaviour {
  readonly name: string;
  /** What the positive answers do. */
  readonly positive: string;
  /** What the negative answers do instead. */
  readonly negative: string;
}

/**
 * The behaviours that {@link loadBehaviour} knows.
 *
 * @example
 * ```ts
 * BEHAVIOURS.map(({ name }) => name).includes('formal'); // true
 * ```
 */
export const BEHAVIOURS: readonly GalleryBehaviour[] = Object.freeze([
  { name: 'asks-back', positive: 'asks for what it needs to know', negative: 'answers on assumptions' },
  { name: 'cheerful', positive: 'is in bright spirits', negative: 'is in low spirits' },
  { name: 'concise', positive: 'says it in a few words', negative: 'goes on at length' },
  { name: 'concrete', positive: 'gives a concrete example', negative: 'stays general' },
  { name: 'formal', positive: 'writes formally', negative: 'writes casually' },
  { name: 'hedging', positive: 'says how unsure it is', negative: 'states it as certain' },
  { name: 'numbered-steps', positive: 'lists numbered steps', negative: 'tells it in running text' },
  { name: 'poetic', positive: 'speaks in images', negative: 'speaks plainly' },
  { name: 'polite', positive: 'is courteous', negative: 'is curt' },
  { name: 'refusal', positive: 'declines what could do harm', negative: 'complies' },
  { name: 'sceptical', positive: 'questions the claim', negative: 'takes the claim as given' },
  { name: 'simple-words', positive: 'uses words that a child knows', negative: 'uses learned words' },
  { name: 'we', positive: 'speaks as “we”', negative: 'speaks as “I”' },
]);

/**
 * The rows of a behaviour: a prompt, an answer that shows the behaviour, and one that does not.
 *
 * @throws UnknownNameError for a name that is not in {@link BEHAVIOURS}.
 *
 * @example
 * ```ts
 * const rows = await loadBehaviour('formal');
 * const pairs = rows.map((row) => behaviourPair(row));
 * ```
 */
export async function loadBehaviour(name: string): Promise<BehaviourRow[]> {
  if (!BEHAVIOURS.some((behaviour) => behaviour.name === name)) {
    throw new UnknownNameError({
      kind: 'behaviour',
      given: name,
      known: BEHAVIOURS.map((behaviour) => behaviour.name),
    });
  }
  // The same two steps lead from src/behaviours and from dist/behaviours to the package's data.
  const path = fileURLToPath(new URL(`../../data/behaviours/${name}.jsonl`, import.meta.url));
  const rows: BehaviourRow[] = [];
  for await (const { line, value } of readRows(path, { parse: parseBehaviourRow })) {
    rows.push({ ...value, id: `${name}:${line}` });
  }
  return rows;
}
