/**
 * Steering in the form in which a model takes it: dense numbers for every unit, and how strong they are at each
 * token.
 *
 * @module
 */
import type { Site } from './sites.ts';

/**
 * The edit x̂ = x ⊙ (1 + gain) + bias at one site, for all layers. Row-major `[layers, width]`.
 * Every method of the paper has this form: AUSteer and SADI use `gain`; ITI, CAA and STA use `bias`.
 */
export interface SiteSteering {
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}

/** Steering of a whole model. A site that is absent is left alone. */
export interface SteeringValues {
  readonly layers: number;
  readonly sites: Readonly<Partial<Record<Site, SiteSteering>>>;
  /**
   * How strong the edit is at each token of a row. Absent: fully, at every position of prompt and answer. A model
   * that does not know this field must not be given it; `compilePlan` of `@austeer/steering` sees to that.
   */
  readonly tokenStrength?: TokenStrength | undefined;
  /** Hash of all numbers and of `tokenStrength`: the identity of this steering in caches. */
  readonly fingerprint: string;
}

/**
 * The strength m of the edit at each token, x̂ = x ⊙ (1 + m · gain) + m · bias: 0 where `positions` does not select
 * the token, `schedule` where it does. Plain values, so that they travel to workers and into files;
 * `followStrengths` of `@austeer/steering` turns them into numbers, token by token.
 */
export interface TokenStrength {
  readonly positions: PositionRule;
  readonly schedule: StrengthSchedule;
}

/** A part of a row: the tokens given (`prompt`), those that the model added (`generated`), or both. */
export type RowPart = 'all' | 'prompt' | 'generated';

/**
 * Which tokens of a row are steered. Positions count from 0 and leave padding out; every rule can be decided at a
 * token from the whole prompt and the tokens so far, so decoding token by token gives what the whole row would.
 *
 * - a part: every token of it
 * - `lastPromptToken`: the token whose output is the first token of the answer
 * - `every`: each k-th token of a part (`of`, @default 'all'), the first being number `offset` (@default 0)
 * - `window`: tokens `start` to before `end` of a part, as `Array.slice` counts: negative from the prompt's end
 *   (the end of an answer is not known while it is written), `null` for all that follow
 * - `tokens`: wherever one of these ids stands in a part (`of`, @default 'all')
 * - `text`: prompt tokens that hold a character of an occurrence of this text
 * - `characters`: prompt tokens that hold a character from `start` to before `end` of the prompt's text
 * - `trigger`: from the last token of this sequence on, once the sequence has occurred within a part (`in`,
 *   @default 'all'); `last` counts from the last occurrence, which only a prompt has. Nothing when it never occurs
 * - `include`/`exclude`: tokens that one of the first selects and none of the second
 */
export type PositionRule =
  | RowPart
  | 'lastPromptToken'
  | { readonly every: number; readonly offset?: number | undefined; readonly of?: RowPart | undefined }
  | { readonly window: readonly [start: number, end: number | null]; readonly of: RowPart }
  | { readonly tokens: readonly number[]; readonly of?: RowPart | undefined }
  | { readonly text: string }
  | { readonly characters: readonly [start: number, end: number] }
  | {
      readonly trigger: readonly number[];
      readonly in?: RowPart | undefined;
      readonly occurrence?: 'first' | 'last' | undefined;
    }
  | { readonly include: readonly PositionRule[]; readonly exclude?: readonly PositionRule[] | undefined };

/**
 * Strength along the selected tokens of a row, i being how many came before.
 *
 * - `constant`: 1
 * - `warmUp`: min(1, (i + 1) / warmUp), full at token number `warmUp`
 * - `halfLife`: floor + (1 − floor) · 2^(−i / halfLife), from 1 down to `floor` (@default 0)
 */
export type StrengthSchedule =
  | 'constant'
  | { readonly warmUp: number }
  | { readonly halfLife: number; readonly floor?: number | undefined };
