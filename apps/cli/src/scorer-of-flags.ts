/**
 * The toxicity scorer of a command's flags.
 *
 * @module
 */
import { InvalidArgumentError, type ToxicityScorer } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';
import {
  createLocalToxicityScorer,
  createOpenAiModerationScorer,
  createPerspectiveScorer,
  createReplayScorer,
  parseStoredScores,
  type StoredScore,
} from '@austeer/evaluators';
import type { AusteerContext } from './context.ts';
import { usageError } from './flags.ts';
import type { ScorerFlags } from './scorer-flags.ts';

/** Makes the scorer of the flags; its key is in the environment. */
export async function scorerOfFlags(
  { process }: AusteerContext,
  { scorer, scores, scoreOf, baseUrl, threshold }: ScorerFlags,
): Promise<ToxicityScorer> {
  const environment = process.env ?? {};
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
