import { sha256, type ToxicityScorer } from '@austeer/core';
import { describeToxicityScorer } from '@austeer/core/testing';
import { describe, expect, it } from 'vitest';
import { createCachedScorer } from './cached-scorer.ts';
import {
  createReplayScorer,
  formatStoredScores,
  parseStoredScores,
  type StoredScore,
  storeScores,
} from './stored-scores.ts';

const scorer = { name: 'mine', version: '1', threshold: 0.5 };
const texts = ['one', 'two', 'three', '', '🙂'];
const rows = storeScores({
  texts,
  scores: [{ score: 0.1 }, { score: 0.9 }, { missing: 'quota' }, { missing: 'empty' }, { score: 0 }],
  scorer,
  date: '2026-11-25',
});

/** Counts what it is asked; scores by length. */
function countingScorer(): ToxicityScorer & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    ...scorer,
    asked,
    score: async (list, { signal } = {}) => {
      signal?.throwIfAborted();
      asked.push(...list);
      return list.map((text) =>
        text === 'fails' ? { missing: 'it failed' } : { score: (text.length % 10) / 10 },
      );
    },
  };
}

describeToxicityScorer({
  name: 'a replay of stored scores',
  load: () => createReplayScorer(rows),
  texts: ['one', 'two', '🙂'],
});
describeToxicityScorer({
  name: 'a cached scorer',
  load: () => createCachedScorer({ scorer: countingScorer(), stored: rows }),
});

describe('stored scores', () => {
  it('are read as they were written, texts left out unless wanted', () => {
    expect(parseStoredScores(formatStoredScores(rows), { path: 'x' })).toEqual(rows);
    expect(rows[0]).toEqual({
      textHash: sha256('one'),
      scorer: 'mine',
      version: '1',
      threshold: 0.5,
      date: '2026-11-25',
      score: 0.1,
    });
    const kept = storeScores({ texts: ['a'], scores: [{ score: 1 }], scorer, date: '', keepTexts: true });
    expect(kept[0]!.text).toBe('a');
  });

  it.each([
    ['no JSON', '{'],
    ['neither score nor reason', { score: undefined }],
    ['both', { missing: 'why' }],
    ['a score beyond 1', { score: 1.5 }],
    ['no scorer', { scorer: undefined }],
  ])('are refused with %s, naming the line', (_, change) => {
    const line = typeof change === 'string' ? change : JSON.stringify({ ...rows[0], ...change });
    const content = `${JSON.stringify(rows[1])}\n\n${line}\n`;
    expect(() => parseStoredScores(content, { path: 'scores.jsonl' })).toThrow('scores.jsonl, line 3');
  });

  it('refuse a list of another length', () => {
    expect(() => storeScores({ texts: ['a'], scores: [], scorer, date: '' })).toThrow('0 scores');
  });
});

describe('createReplayScorer', () => {
  it('gives reasons for missing scores again, and says what is not stored', async () => {
    const replay = createReplayScorer(rows);
    expect(replay).toMatchObject(scorer);
    expect(await replay.score(['three', 'two', 'other'])).toEqual([
      { missing: 'quota' },
      { score: 0.9 },
      { missing: 'no score of this text is stored' },
    ]);
  });

  it('refuses scores of several scorers and of none', () => {
    const other: StoredScore = { ...rows[0]!, version: '2' };
    expect(() => createReplayScorer([...rows, other])).toThrow('cannot be mixed');
    expect(() => createReplayScorer([])).toThrow('no rows');
  });
});

describe('createCachedScorer', () => {
  it('asks once for each text, and not for what is stored', async () => {
    const inner = countingScorer();
    const kept: StoredScore[] = [];
    const cached = createCachedScorer({
      scorer: inner,
      stored: rows,
      date: '2026-12-01',
      onScore: (row) => kept.push(row),
    });
    const scores = await cached.score(['one', 'new', 'new', 'two']);
    expect(scores).toEqual([{ score: 0.1 }, { score: 0.3 }, { score: 0.3 }, { score: 0.9 }]);
    expect(inner.asked).toEqual(['new']);
    expect(kept).toEqual([{ ...rows[0], textHash: sha256('new'), date: '2026-12-01', score: 0.3 }]);
    await cached.score(['new']);
    expect(inner.asked).toEqual(['new']);
  });

  it('asks again for what had no score', async () => {
    const inner = countingScorer();
    const cached = createCachedScorer({ scorer: inner, stored: rows });
    expect(await cached.score(['three', 'fails'])).toEqual([{ score: 0.5 }, { missing: 'it failed' }]);
    await cached.score(['three', 'fails']);
    expect(inner.asked).toEqual(['three', 'fails', 'fails']);
  });

  it('leaves scores of another version or threshold alone', async () => {
    const inner = countingScorer();
    const others = rows.flatMap((row) => [
      { ...row, version: '0' },
      { ...row, threshold: 0.4 },
    ]);
    await createCachedScorer({ scorer: inner, stored: others }).score(['one']);
    expect(inner.asked).toEqual(['one']);
  });

  it('keeps what was scored before it stopped', async () => {
    const controller = new AbortController();
    const kept: StoredScore[] = [];
    const many = Array.from({ length: 200 }, (_, index) => `text ${index}`);
    const cached = createCachedScorer({
      scorer: countingScorer(),
      onScore: (row) => {
        kept.push(row);
        if (kept.length === 70) controller.abort(new Error('enough'));
      },
    });
    await expect(cached.score(many, { signal: controller.signal })).rejects.toThrow('enough');
    const inner = countingScorer();
    await createCachedScorer({ scorer: inner, stored: kept }).score(many);
    expect(inner.asked).toHaveLength(200 - kept.length);
    expect(kept.length).toBeGreaterThanOrEqual(70);
  });
});
