/**
 * Probabilities of given answers.
 *
 * @module
 */
import { EmptyInputError, type ItemScore, type ScoreItem, type ScoreOptions } from '@austeer/core';
import { checkRow, checkWhole } from './call-checks.ts';
import { resolveRowSteering } from './engine/row-steering.ts';
import { DEFAULT_BATCH_SIZE, type ModelContext } from './model-context.ts';
import { scoreOnHead } from './score-on-head.ts';
import { type ScoreSheet, scoreRows } from './score-rows.ts';
import { planScoring } from './shared-heads.ts';

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
  const { of, needs } = resolveRowSteering({
    steering,
    rows: items.length,
    ...context.identity,
  });
  const sheet: ScoreSheet = {
    context,
    items,
    steeringOf: of,
    purpose: context.decodingPurpose(needs),
    sums: items.map(({ candidates }) => candidates.map(() => 0)),
    topTokens: items.map(() => 0),
  };
  let done = 0;
  const onItems = (count: number): void => {
    done += count;
    onProgress?.({ stage: 'score', done, total: items.length });
  };
  // Strengths that follow a row's tokens cannot go back to where candidates part, and a device wants wide batches.
  const takesRows = needs.tokenStrength || !context.isProcessor;
  const plan = takesRows ? { heads: [], rows: [...items.keys()] } : planScoring(items, of);
  for (const group of plan.heads) await scoreOnHead(sheet, group, { signal, onItems });
  await scoreRows(sheet, plan.rows, { batchSize, signal, onItems });
  return items.map((_, item) => ({ logProbabilities: sheet.sums[item]!, topToken: sheet.topTokens[item]! }));
}
