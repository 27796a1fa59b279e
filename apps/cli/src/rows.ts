/**
 * Rows of the JSON-lines files that commands read.
 *
 * @module
 */
import { encodePrompt, FileFormatError, type Tokenizer, type TokenSequence } from '@austeer/core';
import { readJsonLines } from '@austeer/pairs';

/** Turns a text into tokens; a model without a tokenizer takes rows with tokens only. */
export type EncodeText = (text: string) => number[];

/** Encoder of texts that go on from others, with an error that says what is missing. */
export function textEncoder(tokenizer: Tokenizer | undefined, path: string): EncodeText {
  return (text) => {
    if (tokenizer === undefined) {
      throw new FileFormatError({
        path,
        format: 'rows',
        problem: 'it has texts, and this model has no tokenizer',
        advice: 'Put a tokenizer.json beside the model, or give token ids',
      });
    }
    return tokenizer.encode(text);
  };
}

/** Encoder of texts that a model reads from their beginning. */
export function promptEncoder(tokenizer: Tokenizer | undefined, path: string): EncodeText {
  const encode = textEncoder(tokenizer, path);
  return (text) => encodePrompt({ encode, beginTokens: tokenizer?.beginTokens }, text);
}

/** What a model reads: token ids, and the text that they are of where there is one. */
export interface PromptRow {
  readonly id?: string | undefined;
  readonly text?: string | undefined;
  readonly tokens: TokenSequence;
}

/** Rows `{"text"}` or `{"tokens"}`, with `"id"` if they have one. */
export async function readPromptRows(path: string, encode: EncodeText): Promise<PromptRow[]> {
  return readRows(path, '{"text": "…"} or {"tokens": [1, 2]}', ({ id, text, tokens: given }) => {
    const tokens = tokensOf(text, given, encode);
    if (tokens === undefined) return undefined;
    return {
      tokens,
      ...(typeof id === 'string' && { id }),
      ...(typeof text === 'string' && { text }),
    };
  });
}

/** Rows `{"prompt", "candidates"}`, or `{"promptTokens", "candidateTokens"}`. */
export async function readScoreRows(
  path: string,
  tokenizer: Tokenizer | undefined,
): Promise<{ prompt: TokenSequence; candidates: TokenSequence[] }[]> {
  const encode = textEncoder(tokenizer, path);
  const encodeFirst = promptEncoder(tokenizer, path);
  return readRows(path, '{"prompt": "…", "candidates": ["…"]}', (row) => {
    const prompt = tokensOf(row.prompt, row.promptTokens, encodeFirst);
    const list = row.candidates ?? row.candidateTokens;
    if (prompt === undefined || !Array.isArray(list) || list.length === 0) return undefined;
    const candidates = list.map((item) => tokensOf(item, item, encode));
    return candidates.every((candidate) => candidate !== undefined) ? { prompt, candidates } : undefined;
  });
}

/** A text, and what it goes on from. */
export interface TextRow {
  readonly text: string;
  readonly prompt?: string | undefined;
  readonly sample?: number | undefined;
}

/** Rows `{"text"}`, with `"prompt"` and `"sample"` where they are continuations. */
export async function readTextRows(path: string): Promise<TextRow[]> {
  return readRows(path, '{"text": "…"}, with "prompt" and "sample" if there are any', (row) => {
    const { text, prompt, sample } = row;
    if (typeof text !== 'string') return undefined;
    if (prompt !== undefined && typeof prompt !== 'string') return undefined;
    if (sample !== undefined && typeof sample !== 'number') return undefined;
    return { text, prompt, sample };
  });
}

async function readRows<T>(
  path: string,
  expected: string,
  convert: (row: Record<string, unknown>) => T | undefined,
): Promise<T[]> {
  const rows: T[] = [];
  for await (const { line, value } of readJsonLines(path)) {
    const row =
      typeof value === 'object' && value !== null ? convert(value as Record<string, unknown>) : undefined;
    if (row === undefined) {
      throw new FileFormatError({
        path: `${path}, line ${line}`,
        format: 'rows',
        problem: `it is not of the form ${expected}`,
      });
    }
    rows.push(row);
  }
  return rows;
}

function tokensOf(text: unknown, tokens: unknown, encode: EncodeText): number[] | undefined {
  if (typeof text === 'string') return encode(text);
  if (Array.isArray(tokens) && tokens.every((token) => Number.isInteger(token))) return tokens as number[];
  return undefined;
}
