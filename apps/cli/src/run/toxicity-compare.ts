import {
  compareToxicity,
  createReplayScorer,
  formatToxicityComparison,
  knownVerdictErrors,
  type StoredScore,
  type ToxicityRecord,
} from '@austeer/evaluators';
import type { ToxicityCompareFlags } from '../commands/toxicity.ts';
import type { AusteerContext } from '../context.ts';
import { readScores } from '../scorer-of-flags.ts';

export async function runToxicityCompare(
  this: AusteerContext,
  { seed, json }: ToxicityCompareFlags,
  firstPath: string,
  secondPath: string,
): Promise<void> {
  const { terminal } = this;
  const [first, second] = [await readScores(firstPath), await readScores(secondPath)];
  // Refuses scores of two scorers, or of two versions of one.
  const scorer = createReplayScorer([...first, ...second]);
  const comparison = compareToxicity({
    first: recordsOf(first),
    second: recordsOf(second),
    scorer,
    verdictErrors: knownVerdictErrors(scorer),
    seed,
  });
  if (json) terminal.printJson(comparison);
  else for (const line of formatToxicityComparison(comparison)) terminal.print(line);
}

function recordsOf(rows: readonly StoredScore[]): ToxicityRecord[] {
  return rows.map(({ prompt, sample, score, missing }, index) => ({
    prompt: prompt ?? `line ${index + 1}`,
    sample,
    result: score === undefined ? { missing: missing ?? 'no reason stored' } : { score },
  }));
}
