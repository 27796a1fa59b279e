/**
 * Generating text: prefill, then one token per row and run, until every row has ended.
 *
 * @module
 */
import {
  createRandom,
  type GenerateOptions,
  type Generation,
  InvalidArgumentError,
  type Random,
  type SteeringValues,
  type TokenSequence,
} from '@austeer/core';
import type { GraphPurpose } from '@austeer/onnx';
import { checkRow, checkWhole } from './call-checks.ts';
import type { BatchRows, DecoderBatch } from './engine/decoder.ts';
import { nextTokens, padRows } from './engine/padded-rows.ts';
import { resolveRowSteering } from './engine/row-steering.ts';
import { followRowStrengths, type RowStrengths } from './engine/row-strengths.ts';
import { DEFAULT_BATCH_SIZE, type ModelContext } from './model-context.ts';
import { groupRows } from './row-batches.ts';
import { checkSamplingRule, type SamplingRule, sampleToken } from './sampling.ts';
import { headOf } from './shared-heads.ts';
import { createTextStream, type TextStream } from './text-stream.ts';

/** Padded tokens of prompts in one batch: more than elsewhere, because rows that generate together read the weights once. */
const PROMPT_TOKENS = 2048;

/** See {@link LanguageModel.generate}. */
export async function generateRows(
  context: ModelContext,
  prompts: readonly TokenSequence[],
  options: GenerateOptions,
): Promise<Generation[]> {
  const {
    maxNewTokens,
    steering,
    temperature = 0,
    topK = 0,
    topP = 1,
    seed = 0,
    stop = [],
    ignoreEnd = false,
    batchSize = DEFAULT_BATCH_SIZE,
    signal,
    onToken,
    onProgress,
  } = options;
  checkWhole('maxNewTokens', maxNewTokens, 1);
  checkWhole('batchSize', batchSize, 1);
  const rule: SamplingRule = { temperature, topK, topP };
  checkSamplingRule(rule);
  if (stop.some((text) => text === '')) {
    throw new InvalidArgumentError({
      argument: 'stop',
      given: '',
      expected: 'texts of at least one character',
    });
  }
  if (stop.length > 0 && context.tokenizer === undefined) {
    throw new InvalidArgumentError({
      argument: 'stop',
      given: stop,
      expected: 'none, because this model has no tokenizer',
    });
  }
  for (const [row, tokens] of prompts.entries()) checkRow({ tokens, row, room: maxNewTokens, ...context });
  const { of, needs } = resolveRowSteering({
    steering,
    rows: prompts.length,
    ...context.identity,
  });
  const purpose = context.decodingPurpose(needs);

  const results: Generation[] = new Array(prompts.length);
  let done = 0;
  const groups = groupRows(
    prompts.map((tokens) => tokens.length),
    batchSize,
    PROMPT_TOKENS,
  );
  for (const group of groups) {
    signal?.throwIfAborted();
    const rows = group.map(
      (row): GenerationRow => ({
        row,
        prompt: prompts[row]!,
        steering: of(row),
        // A stream per row: what a row draws does not depend on the rows beside it.
        random: createRandom((seed + Math.imul(row, 0x9e3779b1)) >>> 0),
        stream: createTextStream({
          tokenizer: context.tokenizer,
          stop,
          ignoreEnd,
          streams: onToken !== undefined,
        }),
      }),
    );
    const onStep = (part: number): void =>
      onProgress?.({ stage: 'generate', done: done + part * group.length, total: prompts.length });
    const strengths = await context.exclusively(() =>
      generateBatch({ context, purpose, rows, maxNewTokens, rule, signal, onToken, onStep }),
    );
    for (const [index, { row, stream }] of rows.entries()) {
      for (const piece of stream.close()) onToken?.({ row, ...piece });
      const steeredPositions = strengths?.positionsOf(index);
      results[row] = { ...stream.result(), ...(steeredPositions && { steeredPositions }) };
    }
    done += group.length;
    onProgress?.({ stage: 'generate', done, total: prompts.length });
  }
  return results;
}

interface GenerationRow {
  readonly row: number;
  readonly prompt: TokenSequence;
  readonly steering: SteeringValues | undefined;
  readonly random: Random;
  readonly stream: TextStream;
}

async function generateBatch(options: {
  context: ModelContext;
  purpose: GraphPurpose;
  rows: readonly GenerationRow[];
  maxNewTokens: number;
  rule: SamplingRule;
  signal: AbortSignal | undefined;
  onToken: GenerateOptions['onToken'];
  /** Called between two tokens with the part of the longest answer that is written. */
  onStep: (part: number) => void;
}): Promise<RowStrengths | undefined> {
  const { context, purpose, rows, maxNewTokens, rule, signal, onToken, onStep } = options;
  const { padding, vocabularySize } = context;
  const longest = Math.max(...rows.map(({ prompt }) => prompt.length));
  const steering = rows.map((row) => row.steering);
  const prompts = rows.map(({ prompt }) => prompt);
  const strengths = followRowStrengths({ steering, prompts, tokenizer: context.tokenizer });
  const batch = await context.decoder.open({
    purpose,
    steering,
    capacity: longest + maxNewTokens,
  });
  const lengths = rows.map(({ prompt }) => prompt.length);
  const head = strengths === undefined && context.isProcessor ? headOf(prompts, steering) : 0;
  let logits =
    head > 0 && batch.byRow !== undefined
      ? await readOnHead(batch.byRow, { prompts, head, signal, ...context })
      : await readSideBySide(batch, { prompts, strengths, padding });
  for (let step = 0; step < maxNewTokens; step++) {
    signal?.throwIfAborted();
    const next = rows.map(({ row, random, stream }, index) => {
      // An ended row keeps its place in the batch; what it computes is not read.
      if (stream.ended) return 0;
      const token = sampleToken(
        logits.subarray(index * vocabularySize, (index + 1) * vocabularySize),
        rule,
        random,
      );
      for (const piece of stream.push(token)) onToken?.({ row, ...piece });
      return token;
    });
    if (rows.every(({ stream }) => stream.ended)) return strengths;
    // The last token of an answer is never read by the model.
    if (step + 1 === maxNewTokens) break;
    onStep((step + 1) / maxNewTokens);
    const padded = nextTokens({ next, lengths: [...lengths], padding, started: longest, steps: step });
    for (const row of lengths.keys()) lengths[row] = lengths[row]! + 1;
    const positions = rows.map((_, row) => [row, 0] as const);
    const fed = next.map((token, row) => (rows[row]!.stream.ended ? [] : [token]));
    ({ logits } = await batch.run(padded, positions, strengths?.next(fed, padded)));
  }
  return strengths;
}

/** Reads all prompts in one run. @returns logits after each, `[rows, vocabulary]` */
async function readSideBySide(
  batch: DecoderBatch,
  options: {
    prompts: readonly TokenSequence[];
    strengths: RowStrengths | undefined;
    padding: 'left' | 'right';
  },
): Promise<Float32Array> {
  const { prompts, strengths, padding } = options;
  const padded = padRows({ rows: prompts, padding });
  const positions = prompts.map(({ length }, row) => [row, padded.column(row, length - 1)] as const);
  return (await batch.run(padded, positions, strengths?.next(prompts, padded))).logits;
}

/** Reads what all prompts begin with once, and then each prompt's own tokens. @returns logits after each prompt */
async function readOnHead(
  rows: BatchRows,
  options: Pick<ModelContext, 'padding' | 'vocabularySize'> & {
    prompts: readonly TokenSequence[];
    head: number;
    signal: AbortSignal | undefined;
  },
): Promise<Float32Array> {
  const { prompts, head, padding, vocabularySize, signal } = options;
  await rows.row(0).run(padRows({ rows: [prompts[0]!.slice(0, head)], padding }), [[0, head - 1]]);
  rows.spread(head);
  const all = new Float32Array(prompts.length * vocabularySize);
  for (const [row, prompt] of prompts.entries()) {
    signal?.throwIfAborted();
    const own = padRows({ rows: [prompt.slice(head)], padding, past: head });
    const { logits } = await rows.row(row).run(own, [[0, own.tokens - 1]]);
    all.set(logits, row * vocabularySize);
  }
  return all;
}
