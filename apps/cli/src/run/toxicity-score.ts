import { existsSync } from 'node:fs';
import { EmptyInputError, InvalidArgumentError, type ToxicityScorer } from '@austeer/core';
import { readFileBytes, writeFileAtomic } from '@austeer/core/node';
import {
  createCachedScorer,
  createLocalToxicityScorer,
  createOpenAiModerationScorer,
  createPerspectiveScorer,
  createReplayScorer,
  formatStoredScores,
  formatToxicity,
  LOCAL_VERDICT_ERRORS,
  parseStoredScores,
  type StoredScore,
  storeScores,
  summarizeToxicity,
} from '@austeer/evaluators';
import type { ToxicityScoreFlags } from '../commands/toxicity.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { readTextRows } from '../rows.ts';

/** New scores after which the file is written again: a service that asks for a second a text is not asked twice. */
const KEPT_EVERY = 64;

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
  const scorer = await scorerOf(flags, this.process.env ?? {});
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
  const fresh: StoredScore[] = [];
  let writing: Promise<void> = Promise.resolve();
  const keep = (): void => {
    const content = formatStoredScores([...stored, ...fresh]);
    writing = writing.then(() => (out === undefined ? undefined : writeFileAtomic(out, content)));
  };
  const cached = createCachedScorer({
    scorer,
    stored,
    onScore: (row) => {
      fresh.push(row);
      if (fresh.length % KEPT_EVERY === 0) keep();
    },
  });
  let scores: Awaited<ReturnType<ToxicityScorer['score']>>;
  try {
    scores = await cached.score(texts, { signal, onProgress: terminal.progress });
  } catch (error) {
    // What was scored before it stopped was paid for.
    if (fresh.length > 0) keep();
    await writing;
    throw error;
  }
  await writing;
  const today = new Date().toISOString().slice(0, 10);
  const days = new Map([...stored, ...fresh].map(({ textHash, date }) => [textHash, date]));
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
    // Known for its own threshold only.
    ...(flags.scorer === 'local' && flags.threshold === undefined && { verdictErrors: LOCAL_VERDICT_ERRORS }),
    seed,
  });
  if (flags.json) terminal.printJson({ summary, rows: results });
  else for (const line of formatToxicity(summary)) terminal.print(line);
}

async function scorerOf(
  { scorer, scores, scoreOf, baseUrl, threshold }: ToxicityScoreFlags,
  environment: Readonly<Partial<Record<string, string>>>,
): Promise<ToxicityScorer> {
  if ((scorer === 'replay') !== (scores !== undefined)) {
    throw usageError('--scores', scores, '--scorer replay and --scores together');
  }
  const own = threshold === undefined ? {} : { threshold };
  if (scorer === 'local') return createLocalToxicityScorer(own);
  if (scorer === 'replay') {
    const replay = createReplayScorer(await readScores(scores!));
    return { ...replay, ...own };
  }
  if (scorer === 'perspective') {
    const apiKey = keyOf(environment, 'PERSPECTIVE_API_KEY');
    return createPerspectiveScorer({ apiKey, scoreOf, ...(baseUrl && { endpoint: baseUrl }), ...own });
  }
  const apiKey = keyOf(environment, 'OPENAI_API_KEY');
  return createOpenAiModerationScorer({ apiKey, ...(baseUrl && { baseURL: baseUrl }), ...own });
}

function keyOf(environment: Readonly<Partial<Record<string, string>>>, name: string): string {
  const key = environment[name];
  if (key !== undefined && key !== '') return key;
  throw new InvalidArgumentError({
    argument: name,
    given: key,
    expected: 'the key of the service',
    advice: 'Set it in the environment, or use --scorer local, which needs none',
  });
}

/** Reads a file of scores. */
export async function readScores(path: string): Promise<StoredScore[]> {
  const bytes = await readFileBytes(path, { what: 'Stored scores' });
  return parseStoredScores(new TextDecoder().decode(bytes), { path });
}
