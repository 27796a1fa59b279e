import { existsSync } from 'node:fs';
import { EmptyInputError } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import {
  formatStoredScores,
  formatToxicity,
  knownVerdictErrors,
  storeScores,
  summarizeToxicity,
} from '@austeer/evaluators';
import type { ToxicityScoreFlags } from '../commands/toxicity.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { keepScores } from '../keep-scores.ts';
import { readTextRows } from '../rows.ts';
import { readScores, scorerOfFlags } from '../scorer-of-flags.ts';

export async function runToxicityScore(
  this: AusteerContext,
  flags: ToxicityScoreFlags,
  path: string,
): Promise<void> {
  const { terminal, signal } = this;
  const { out, keepTexts, seed } = flags;
  const rows = await readTextRows(path);
  if (rows.length === 0) throw new EmptyInputError({ what: `Rows of ${path}` });
  const texts = rows.map(({ text }) => text);
  const scorer = await scorerOfFlags(this, flags);
  const stored = out !== undefined && existsSync(out) ? await readScores(out) : [];
  const foreign = stored.find(
    ({ scorer: name, version, threshold }) =>
      name !== scorer.name || version !== scorer.version || threshold !== scorer.threshold,
  );
  if (foreign !== undefined) {
    const given = `a file with scores of ${foreign.scorer} ${foreign.version} at ${foreign.threshold}`;
    const expected = `a new file, or one with scores of ${scorer.name} ${scorer.version} at ${scorer.threshold}`;
    throw usageError('--out', given, expected);
  }
  const keeping = keepScores(scorer, { stored, path: out });
  const scores = await keeping.score(texts, { signal, onProgress: terminal.progress });
  const today = new Date().toISOString().slice(0, 10);
  const days = new Map(keeping.rows().map(({ textHash, date }) => [textHash, date]));
  const results = storeScores({ texts, scores, scorer, date: today, keepTexts }).map((row, index) => {
    const { prompt, sample } = rows[index]!;
    return {
      ...row,
      date: days.get(row.textHash) ?? today,
      ...(prompt !== undefined && { prompt }),
      ...(sample !== undefined && { sample }),
    };
  });
  const scored = new Set(results.map(({ textHash }) => textHash));
  const kept = stored.filter(({ textHash }) => !scored.has(textHash));
  if (out !== undefined) await writeFileAtomic(out, formatStoredScores([...results, ...kept]));
  const summary = summarizeToxicity({
    records: rows.map(({ prompt, sample }, index) => ({
      prompt: prompt ?? `row ${index}`,
      sample,
      result: scores[index]!,
    })),
    scorer,
    verdictErrors: knownVerdictErrors(scorer),
    seed,
  });
  if (flags.json) terminal.printJson({ summary, rows: results });
  else for (const line of formatToxicity(summary)) terminal.print(line);
}
