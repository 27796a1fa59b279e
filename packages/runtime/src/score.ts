/**
 * Probabilities of given answers.
 *
 * @module
 */
import {
  EmptyInputError,
  type ItemScore,
  type ScoreItem,
  type ScoreOptions,
  type TokenSequence,
} from '@austeer/core';
import { checkRow, checkWhole } from './call-checks.ts';
import { padRows } from './engine/padded-rows.ts';
import { resolveRowSteering } from './engine/row-steering.ts';
import { followRowStrengths } from './engine/row-strengths.ts';
import { DEFAULT_BATCH_SIZE, type ModelContext } from './model-context.ts';
import { groupRows } from './row-batches.ts';
import { logProbabilities, mostLikely } from './sampling.ts';
import { decodingPurpose } from './steering-purpose.ts';

/** One text to run, and what to read where. */
interface ScoreRow {
  readonly item: number;
  readonly tokens: TokenSequence;
  /** Candidates whose tokens this row holds after the prompt; the first token of each is read at the prompt's end. */
  readonly candidate: number | undefined;
}

/** See {@link LanguageModel.score}. */
export async function scoreItems(
  context: ModelContext,
  items: readonly ScoreItem[],
  options: ScoreOptions = {},
): Promise<ItemScore[]> {
  const { steering, batchSize = DEFAULT_BATCH_SIZE, signal, onProgress } = options;
  checkWhole('batchSize', batchSize, 1);
  for (const [row, { prompt, candidates }] of items.entries()) {
    checkRow({ tokens: prompt, row, room: 0, ...context });
    for (const candidate of candidates) {
      if (candidate.length === 0) throw new EmptyInputError({ what: `Tokens of a candidate of row ${row}` });
      checkRow({ tokens: candidate, row, room: prompt.length - 1, ...context });
    }
  }
  const { of, sites, tokenStrength } = resolveRowSteering({
    steering,
    rows: items.length,
    ...context.identity,
  });
  const purpose = decodingPurpose(context, sites, tokenStrength);

  // Candidates of one token are all read from the prompt's own logits; longer ones need a row each.
  const rows: ScoreRow[] = items.flatMap(({ prompt, candidates }, item) => [
    { item, tokens: prompt, candidate: undefined },
    ...candidates.flatMap((tokens, candidate) =>
      tokens.length === 1 ? [] : [{ item, tokens: [...prompt, ...tokens.slice(0, -1)], candidate }],
    ),
  ]);
  const sums = items.map(({ candidates }) => candidates.map(() => 0));
  const topTokens = items.map(() => 0);

  let done = 0;
  const groups = groupRows(
    rows.map(({ tokens }) => tokens.length),
    batchSize,
  );
  for (const group of groups) {
    signal?.throwIfAborted();
    const batchRows = group.map((row) => rows[row]!);
    await context.exclusively(async () => {
      const steered = batchRows.map(({ item }) => of(item));
      const strengths = followRowStrengths({
        steering: steered,
        prompts: batchRows.map(({ item }) => items[item]!.prompt),
        tokenizer: context.tokenizer,
      });
      const batch = await context.decoder.open({
        purpose,
        steering: steered,
        capacity: Math.max(...batchRows.map(({ tokens }) => tokens.length)),
      });
      const sequences = batchRows.map(({ tokens }) => tokens);
      const padded = padRows({ rows: sequences, padding: context.padding });
      const wanted = batchRows.flatMap((row, index) => readingsOf(items, row, index));
      const positions = wanted.map(({ row, index }) => [row, padded.column(row, index)] as const);
      const { logits } = await batch.run(padded, positions, strengths?.next(sequences, padded));
      for (const [at, { item, reads, isPrompt }] of wanted.entries()) {
        const values = logits.subarray(at * context.vocabularySize, (at + 1) * context.vocabularySize);
        if (isPrompt) topTokens[item] = mostLikely(values);
        const found = logProbabilities(
          values,
          reads.map(({ token }) => token),
        );
        for (const [index, { candidate }] of reads.entries()) sums[item]![candidate]! += found[index]!;
      }
    });
    done += batchRows.filter(({ candidate }) => candidate === undefined).length;
    onProgress?.({ stage: 'score', done, total: items.length });
  }
  return items.map((_, item) => ({ logProbabilities: sums[item]!, topToken: topTokens[item]! }));
}

/** Where one row's logits are wanted, and which token of which candidate is looked up there. */
function readingsOf(
  items: readonly ScoreItem[],
  { item, candidate }: ScoreRow,
  row: number,
): {
  row: number;
  index: number;
  item: number;
  isPrompt: boolean;
  reads: { candidate: number; token: number }[];
}[] {
  const { prompt, candidates } = items[item]!;
  if (candidate === undefined) {
    const reads = candidates.map((tokens, index) => ({ candidate: index, token: tokens[0]! }));
    return [{ row, index: prompt.length - 1, item, isPrompt: true, reads }];
  }
  return candidates[candidate]!.slice(1).map((token, offset) => ({
    row,
    index: prompt.length + offset,
    item,
    isPrompt: false,
    reads: [{ candidate, token }],
  }));
}
