import { describeToxicityScorer } from '@austeer/core/testing';
import { describe, expect, it } from 'vitest';
import { createClassificationScorer, type TextClassifier } from './classification-scorer.ts';

const replyTo = (text: string) => [
  { label: 'neutral', score: 1 - (text.length % 10) / 10 },
  { label: 'toxic', score: (text.length % 10) / 10 },
];
const of = (classifier: TextClassifier, label?: string) =>
  createClassificationScorer({ classifier, name: 'mine', version: '1', label });

describeToxicityScorer({
  name: 'a text classifier',
  load: () => of(async (texts) => texts.map(replyTo)),
});

describe('createClassificationScorer', () => {
  it('reads one label, also where a single text has no outer list', async () => {
    const flat = of(async (texts) => (texts.length === 1 ? replyTo(texts[0]!) : texts.map(replyTo)));
    expect(await flat.score(['123'])).toEqual([{ score: 0.3 }]);
    expect(await flat.score(['123', '1'])).toEqual([{ score: 0.3 }, { score: 0.1 }]);
  });

  it('names the labels that there are', async () => {
    expect(await of(async (texts) => texts.map(replyTo), 'hate').score(['123'])).toEqual([
      { missing: 'the classifier has no label "hate"; it gave: neutral, toxic' },
    ]);
  });

  it('loses only the text on which the classifier fails', async () => {
    const failing = of(async (texts) => {
      if (texts.includes('bad')) throw new Error('too long');
      return texts.map(replyTo);
    });
    expect(await failing.score(['1', 'bad', '12'])).toEqual([
      { score: 0.1 },
      { missing: 'the classifier failed: too long' },
      { score: 0.2 },
    ]);
  });

  it('takes no score that is none', async () => {
    const odd = of(async (texts) => texts.map(() => [{ label: 'toxic', score: Number.NaN }]));
    expect((await odd.score(['a']))[0]!.missing).toContain('gave NaN');
  });
});
