/**
 * Items scored one by one on what their prompts begin with alike: a task's instruction or its worked examples are
 * computed once, and so is a prompt for all its candidates. Several rows cannot take several new tokens on a past in
 * GroupQueryAttention, so each is a batch of one.
 *
 * @module
 */
import type { ScoreItem, TokenSequence } from '@austeer/core';
import type { CacheMark } from './engine/decoder.ts';
import { padRows } from './engine/padded-rows.ts';
import { readCandidate, readPromptEnd, type ScoreCall, type ScoreSheet } from './score-rows.ts';
import { type HeadGroup, longCandidates } from './shared-heads.ts';

/** Items on one run of the head: between two such runs other calls have their turn. */
const ITEMS_PER_HEAD = 32;

/** Fills in the sheet for the items of a group, all of one steering. */
export async function scoreOnHead(
  sheet: ScoreSheet,
  { items: of, head }: HeadGroup,
  { signal, onItems }: Pick<ScoreCall, 'signal' | 'onItems'>,
): Promise<void> {
  const { context, items, steeringOf, purpose } = sheet;
  const { vocabularySize, padding } = context;
  for (let start = 0; start < of.length; start += ITEMS_PER_HEAD) {
    const some = of.slice(start, start + ITEMS_PER_HEAD);
    signal?.throwIfAborted();
    await context.exclusively(async () => {
      const capacity = some.reduce((most, item) => Math.max(most, longestText(items[item]!)), 0);
      const batch = await context.decoder.open({ purpose, steering: [steeringOf(some[0]!)], capacity });
      /** Runs tokens on what was computed before them; logits after the last `read` of them. */
      const run = async (
        past: Past,
        tokens: TokenSequence,
        read: number,
      ): Promise<[Past, Float32Array[]]> => {
        batch.reset(past.mark);
        const padded = padRows({ rows: [tokens], padding, past: past.length });
        const positions = Array.from({ length: read }, (_, at) => [0, tokens.length - read + at] as const);
        const { logits } = await batch.run(padded, positions);
        const each = positions.map((_, at) =>
          logits.subarray(at * vocabularySize, (at + 1) * vocabularySize),
        );
        return [{ mark: batch.mark(), length: past.length + tokens.length }, each];
      };
      const none: Past = { mark: batch.mark(), length: 0 };
      const [shared] = head === 0 ? [none] : await run(none, items[some[0]!]!.prompt.slice(0, head), 1);
      for (const item of some) {
        signal?.throwIfAborted();
        const { prompt, candidates } = items[item]!;
        const [asked, [promptEnd]] = await run(shared, prompt.slice(head), 1);
        readPromptEnd(sheet, item, promptEnd!);
        for (const candidate of longCandidates(items[item]!)) {
          const tokens = candidates[candidate]!.slice(0, -1);
          const [, ends] = await run(asked, tokens, tokens.length);
          for (const [at, logits] of ends.entries()) readCandidate(sheet, item, candidate, at + 1, logits);
        }
        onItems(1);
      }
    });
  }
}

/** Tokens of a prompt with the longest of its candidates; a whole vocabulary of them may be asked for. */
function longestText({ prompt, candidates }: ScoreItem): number {
  return candidates.reduce((most, { length }) => Math.max(most, prompt.length + length - 1), prompt.length);
}

/** What was computed, and how many tokens of it. */
interface Past {
  readonly mark: CacheMark;
  readonly length: number;
}
