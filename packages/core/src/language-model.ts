/**
 * A language model as the rest of the project meets it. Any engine that offers this interface can be
 * localized, steered and evaluated; `describeLanguageModel` in `@austeer/core/testing` checks one.
 *
 * @module
 */
import type { PairActivations, RowActivations } from './activations.ts';
import type { ModelIdentity, Site } from './sites.ts';
import type { SteeringValues } from './steering-values.ts';
import type { FloatTensor } from './tensors.ts';

/** Token ids of one text. */
export type TokenSequence = readonly number[];

/** Text to token ids and back. Special tokens are recognised in the text, none is added. */
export interface Tokenizer {
  encode(text: string): number[];
  /** Tokens that the model wants before every text (Llama's and Gemma's `<bos>`). {@link encodePrompt} puts them there. @default [] */
  readonly beginTokens?: readonly number[] | undefined;
  /** Text of the tokens exactly as generated: special tokens left out unless asked for, no clean-up. */
  decode(tokens: TokenSequence, options?: { keepSpecialTokens?: boolean }): string;
  /** Tokens at which an answer ends. */
  readonly endTokens: readonly number[];
  /** Renders a conversation by the model's own template; throws when the model has none. */
  applyChatTemplate(messages: readonly ChatMessage[], options?: { addGenerationPrompt?: boolean }): string;
}

/**
 * The tokens of a text as the model wants to read it: after its beginning tokens, unless the text begins with them (as
 * chat templates do).
 *
 * @example
 * ```ts
 * const tokenizer = { beginTokens: [1], encode: (text: string) => [...text].map(Number) };
 * encodePrompt(tokenizer, '23'); // [1, 2, 3]
 * encodePrompt(tokenizer, '123'); // [1, 2, 3]
 * ```
 */
export function encodePrompt(tokenizer: Pick<Tokenizer, 'encode' | 'beginTokens'>, text: string): number[] {
  const { beginTokens = [] } = tokenizer;
  const tokens = tokenizer.encode(text);
  const begins = beginTokens.every((token, index) => tokens[index] === token);
  return begins ? tokens : [...beginTokens, ...tokens];
}

/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** How far a long piece of work has come; sent after every batch, and between the tokens of answers. */
export interface Progress {
  /** What is being worked on, for example `capture`. */
  readonly stage: string;
  /** Finished items; parts of items count while a batch is at work. */
  readonly done: number;
  /** All items, where that is known. */
  readonly total?: number | undefined;
}

/** Options that every call on a model takes. */
export interface ModelCallOptions {
  /** Most rows in one run of the model. @default the model's own choice */
  readonly batchSize?: number | undefined;
  /** Stops the work between two runs of the model; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every batch. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The steering of one call: one value for all rows, or one per row (`undefined` leaves that row alone). */
export type RowSteering = SteeringValues | readonly (SteeringValues | undefined)[];

/** Options of {@link LanguageModel.capture}. */
export interface CaptureOptions extends ModelCallOptions {
  /** Sites to read. */
  readonly sites: readonly Site[];
  /** `last`: the last token of each row; `all`: every token. @default 'last' */
  readonly positions?: 'last' | 'all' | undefined;
  /** Read the lowest layers only, ≥ 1; those above are not computed. @default all */
  readonly layers?: number | undefined;
  /** Steering that is in force while activations are read (they are read after the edit of their site). */
  readonly steering?: RowSteering | undefined;
}

/** A pair as token ids: right and wrong text of the same question, usually with a long common prefix. */
export interface TokenPair {
  readonly id: string;
  readonly positive: TokenSequence;
  readonly negative: TokenSequence;
  /** Class of the right answer (for example `yes`), for label-balanced counts. */
  readonly label?: string | undefined;
}

/** Options of {@link LanguageModel.generate}. */
export interface GenerateOptions extends ModelCallOptions {
  /** Most new tokens per row, ≥ 1. */
  readonly maxNewTokens: number;
  readonly steering?: RowSteering | undefined;
  /** 0 = greedy. @default 0 */
  readonly temperature?: number | undefined;
  /** Sample among the most likely tokens only; 0 = all. @default 0 */
  readonly topK?: number | undefined;
  /** Sample among the smallest set of tokens that holds this probability, (0, 1]. @default 1 */
  readonly topP?: number | undefined;
  /** Seed of the sampling; row i draws from a stream of its own. @default 0 */
  readonly seed?: number | undefined;
  /** Texts at which a row ends; they are cut off. @default [] */
  readonly stop?: readonly string[] | undefined;
  /** Go on past end tokens up to `maxNewTokens`, for measurements. @default false */
  readonly ignoreEnd?: boolean | undefined;
  /**
   * Called for each token of each answer, in order, as soon as its text is certain: half a character and the
   * possible beginning of a stop text are held back. The texts of a row add up to its answer.
   */
  readonly onToken?: ((event: { row: number; token: number; text: string }) => void) | undefined;
}

/** What was generated for one row. */
export interface Generation {
  /** New tokens only, without the end token and those of a stop text; the last may begin one. */
  readonly tokens: readonly number[];
  /** Text of the new tokens, decoded alone (never cut out of prompt + answer). */
  readonly text: string;
  /** `end`: an end token; `stop`: a stop text; `length`: `maxNewTokens` reached. */
  readonly finish: 'end' | 'stop' | 'length';
  /**
   * Positions of prompt and answer, from 0, at which the row was steered; given where its steering has a rule of its
   * own (`tokenStrength`).
   */
  readonly steeredPositions?: readonly number[] | undefined;
}

/** One prompt and the answers whose probability is wanted. */
export interface ScoreItem {
  readonly prompt: TokenSequence;
  readonly candidates: readonly TokenSequence[];
}

/** Options of {@link LanguageModel.score}. */
export interface ScoreOptions extends ModelCallOptions {
  readonly steering?: RowSteering | undefined;
}

/** Probabilities of given answers. */
export interface ItemScore {
  /** Natural-log probability of each candidate (sum over its tokens), in the order given. */
  readonly logProbabilities: readonly number[];
  /** The most likely next token after the prompt; ties go to the lowest id. */
  readonly topToken: number;
}

/** Options of {@link LanguageModel.logProbabilities}. */
export interface LogProbabilityOptions extends ModelCallOptions {
  /** For each row, the positions after which the next token is predicted. @default every position */
  readonly positions?: readonly (readonly number[])[] | undefined;
  readonly steering?: RowSteering | undefined;
}

/** What a model expects after some positions of a row. */
export interface RowLogProbabilities {
  readonly row: number;
  readonly positions: readonly number[];
  /** Natural-log probability of every token, `[positions, vocabulary]`. */
  readonly logProbabilities: FloatTensor;
}

/** A model that can be read, steered, and asked. Nothing passed in is mutated. */
export interface LanguageModel {
  readonly identity: ModelIdentity;
  /** Width of one attention head: site `attention` holds the heads side by side. Absent where an engine does not know. */
  readonly headSize?: number | undefined;
  /** Absent where the model folder has none; calls that take token ids still work. */
  readonly tokenizer?: Tokenizer | undefined;
  /** Most tokens of prompt and answer together. */
  readonly contextLength: number;
  /** Activations of each row, in the order of the rows, streamed. */
  capture(rows: Iterable<TokenSequence>, options: CaptureOptions): AsyncIterable<RowActivations>;
  /** Last-token activations of both texts of each pair; a common prefix is computed once. */
  capturePairs(
    pairs: Iterable<TokenPair>,
    options: Omit<CaptureOptions, 'positions' | 'steering'>,
  ): AsyncIterable<PairActivations>;
  generate(prompts: readonly TokenSequence[], options: GenerateOptions): Promise<Generation[]>;
  score(items: readonly ScoreItem[], options?: ScoreOptions): Promise<ItemScore[]>;
  /**
   * Probabilities of the whole vocabulary, row by row in the order of the rows, streamed: a hundred tokens of a large
   * vocabulary are many megabytes. Absent where an engine cannot give them; divergences are missing then.
   */
  logProbabilities?(
    rows: Iterable<TokenSequence>,
    options?: LogProbabilityOptions,
  ): AsyncIterable<RowLogProbabilities>;
  /** Frees the model's memory. Later calls reject. */
  dispose(): Promise<void>;
}
