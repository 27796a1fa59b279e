/**
 * Generated texts in a file, so that a run that was stopped goes on where it stood.
 *
 * @module
 */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  canonicalJson,
  type GenerateOptions,
  type Generation,
  type LanguageModel,
  type SteeringValues,
  sha256,
  type TokenSequence,
} from '@austeer/core';

/** Rows asked at a time where the caller names no batch size: what is lost when a run is killed. */
const PIECE = 8;

/** A text that was generated before. */
interface KeptText {
  readonly key: string;
  readonly generation: Generation;
}

/**
 * The same model, whose greedy answers are kept in a file of JSON lines as they come. An answer is found again by the hash of
 * all that it depends on: weights, precision, prompt, steering and length. Sampled answers are not kept.
 *
 * @param options.precision how the model computes
 * @param options.path is made with the first answer; a last line that was cut off is left aside
 *
 * @example
 * ```ts
 * declare const model: LanguageModel;
 * const remembering = await rememberTexts({ model, precision: 'fp32', path: 'runs/bpo.unfinished/texts.jsonl' });
 * await remembering.generate([[1, 2, 3]], { maxNewTokens: 8 });
 * ```
 */
export async function rememberTexts<Model extends LanguageModel>(options: {
  model: Model;
  precision: string;
  path: string;
}): Promise<Model> {
  const { model, precision, path } = options;
  const kept = await readKept(path);
  const weights = model.identity.weightsSha256 ?? model.identity.name;
  const keep = async (texts: readonly KeptText[]): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    // A line feed first: what a killed run left of its last line must not swallow this one.
    await appendFile(path, `\n${texts.map((text) => JSON.stringify(text)).join('\n')}\n`);
    for (const { key, generation } of texts) kept.set(key, generation);
  };

  const generate = async (rows: readonly TokenSequence[], call: GenerateOptions): Promise<Generation[]> => {
    const { steering, signal, onProgress, batchSize = PIECE, onToken, ...shape } = call;
    const isSampled = (shape.temperature ?? 0) > 0;
    if (isSampled || onToken !== undefined) return model.generate(rows, call);
    const each = steering !== undefined && 'fingerprint' in steering ? rows.map(() => steering) : steering;
    const steeringOf = (row: number): SteeringValues | undefined => each?.[row];
    const keys = rows.map((prompt, row) =>
      sha256(
        canonicalJson({
          weights,
          precision,
          prompt,
          steering: steeringOf(row)?.fingerprint ?? null,
          ...shape,
        }),
      ),
    );
    const open = [...keys.keys()].filter((row) => !kept.has(keys[row]!));
    for (let start = 0; start < open.length; start += batchSize) {
      const piece = open.slice(start, start + batchSize);
      const settled = rows.length - open.length + start;
      const written = await model.generate(
        piece.map((row) => rows[row]!),
        {
          ...shape,
          batchSize,
          signal,
          onProgress:
            onProgress && ((at) => onProgress({ ...at, done: settled + at.done, total: rows.length })),
          steering: piece.map(steeringOf),
        },
      );
      await keep(written.map((generation, at) => ({ key: keys[piece[at]!]!, generation })));
    }
    return keys.map((key) => kept.get(key)!);
  };
  return { ...model, generate };
}

async function readKept(path: string): Promise<Map<string, Generation>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const kept = new Map<string, Generation>();
  for (const line of text.split('\n')) {
    const entry = parseLine(line);
    if (entry !== undefined) kept.set(entry.key, entry.generation);
  }
  return kept;
}

/** A line that is whole, or nothing: a text that cannot be read is written again. */
function parseLine(line: string): KeptText | undefined {
  try {
    const value = JSON.parse(line) as Partial<KeptText>;
    const isWhole = typeof value.key === 'string' && typeof value.generation?.text === 'string';
    return isWhole ? (value as KeptText) : undefined;
  } catch {
    return undefined;
  }
}
