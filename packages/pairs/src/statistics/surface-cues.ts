/**
 * Cues on the surface of answers: what a unit may learn to tell apart instead of right and wrong.
 *
 * @module
 */

/** A cue and how often it sets the two answers of a pair apart. */
export interface SurfaceCue {
  readonly name: string;
  /** Pairs whose right answer shows it and whose wrong one does not. */
  readonly positiveOnly: number;
  /** Pairs whose wrong answer shows it and whose right one does not. */
  readonly negativeOnly: number;
}

/** A smaller difference of length tells nothing that a model would notice. */
const LONGER = 1.1;

/** Each cue asks whether the first answer shows it against the second; only differences count. */
const CUES: Readonly<Record<string, (answer: string, other: string) => boolean>> = {
  'is longer by a tenth': (answer, other) => answer.trim().length > other.trim().length * LONGER,
  'ends with a mark': (answer) => /[.!?…。！？]["'”’)]*$/.test(answer.trimEnd()),
  'begins with a capital': (answer) => /^\s*["'“‘(]*\p{Lu}/u.test(answer),
  'holds a digit': (answer) => /\p{Nd}/u.test(answer),
  'holds a line break': (answer) => answer.trim().includes('\n'),
  'begins with white space': (answer) => /^\s/.test(answer),
  'ends with white space': (answer) => /\s$/.test(answer),
};

/** Counts the cues of pairs. */
export function createCueCounter(): {
  add(positive: string, negative: string): void;
  result(): SurfaceCue[];
} {
  const counts = Object.keys(CUES).map((name) => ({ name, positiveOnly: 0, negativeOnly: 0 }));
  return {
    add(positive, negative) {
      for (const count of counts) {
        const shown = CUES[count.name]!;
        const [first, second] = [shown(positive, negative), shown(negative, positive)];
        if (first && !second) count.positiveOnly += 1;
        if (second && !first) count.negativeOnly += 1;
      }
    },
    result: () => counts.map((count) => ({ ...count })),
  };
}
