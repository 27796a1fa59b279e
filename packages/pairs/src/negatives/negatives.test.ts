import type { ContrastivePair } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToyEncoder } from '../__fixtures__/toy-encoder.ts';
import { loadTask } from '../readers/load-task.ts';
import { type AnswerRow, answerKey, createAnswerPool } from './answer-row.ts';
import { balanceLengths } from './balance-lengths.ts';
import { buildPairs, negativeFinder } from './build-pairs.ts';
import { functionNegatives, givenNegatives } from './given-negatives.ts';
import { hardNegatives } from './hard-negatives.ts';
import { lengthMatchedNegatives } from './length-matched-negatives.ts';
import type { NegativeSource } from './negative-source.ts';
import { randomNegatives } from './random-negatives.ts';

const answers = fc.oneof(
  fc.constantFrom('6', '6.0', '1,000', '1000', 'yes', 'Yes', 'NO', 'no', '-0', '0'),
  fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text.trim() !== ''),
);
const someRows = fc
  .array(
    fc.record(
      { answer: answers, choices: fc.array(answers, { maxLength: 4 }), wrong: answers },
      { requiredKeys: ['answer'] },
    ),
    { minLength: 1, maxLength: 25 },
  )
  .map((rows) => rows.map((row, index): AnswerRow => ({ ...row, id: `${index}`, question: `Q${index}` })));

const sources: readonly [string, (seed: number) => NegativeSource][] = [
  ['random', (seed) => randomNegatives({ seed })],
  ['hard', () => hardNegatives({ encoder: createToyEncoder(), blockSize: 5 })],
  ['length-matched', (seed) => lengthMatchedNegatives({ seed })],
  ['given', () => givenNegatives()],
  [
    'function',
    (seed) =>
      functionNegatives({
        name: 'any',
        seed,
        find: (_, pool, random) => pool[random.integer(Math.max(1, pool.length))],
      }),
  ],
];

async function collect(rows: readonly AnswerRow[], negatives: NegativeSource): Promise<ContrastivePair[]> {
  const pairs: ContrastivePair[] = [];
  for await (const pair of buildPairs({ rows, negatives, whenNone: 'blank' })) pairs.push(pair);
  return pairs;
}

describe.each(sources)('%s negatives', (_, make) => {
  it('never give the right answer, and only what was on offer', async () => {
    await fc.assert(
      fc.asyncProperty(someRows, fc.nat(), async (rows, seed) => {
        const offered = new Set(
          rows.flatMap(({ answer, choices = [], wrong = '' }) => [answer, wrong, ...choices]).map(answerKey),
        );
        for (const [index, pair] of (await collect(rows, make(seed))).entries()) {
          expect(answerKey(pair.positive)).toBe(answerKey(rows[index]!.answer));
          expect(answerKey(pair.negative)).not.toBe(answerKey(pair.positive));
          if (pair.negative !== ' ') expect(offered).toContain(answerKey(pair.negative));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are the same for the same seed', async () => {
    await fc.assert(
      fc.asyncProperty(someRows, fc.nat(), async (rows, seed) => {
        expect(await collect(rows, make(seed))).toEqual(await collect(rows, make(seed)));
      }),
      { numRuns: 20 },
    );
  });
});

describe('the order of rows', () => {
  it.each(sources.filter(([name]) => name === 'random' || name === 'length-matched'))(
    'makes no difference to %s negatives',
    async (_, make) => {
      await fc.assert(
        fc.asyncProperty(someRows, fc.nat(), async (rows, seed) => {
          const forward = await collect(rows, make(seed));
          const backward = await collect(rows.toReversed(), make(seed));
          expect(backward.toReversed()).toEqual(forward);
        }),
        { numRuns: 40 },
      );
    },
  );
});

describe('answerKey', () => {
  it.each([
    ['6', '6.0', true],
    ['1,250.5', ' 1250.50', true],
    ['-0', '0', true],
    ['New  York', 'new york', true],
    ['12,50', '1250', false],
    ['6', '6 apples', false],
    ['9007199254740993', '9007199254740992', false],
    ['é', 'é', true],
  ])('%j and %j: %s', (a, b, same) => {
    expect(answerKey(a) === answerKey(b)).toBe(same);
  });

  it('keeps one form of each answer, whatever the order', () => {
    const formsOf = (texts: readonly string[]): readonly string[] => {
      const pool = createAnswerPool();
      for (const text of texts) pool.add(text);
      return pool.answers();
    };
    expect(formsOf(['yes', ' Yes ', '6.0', '', '6'])).toEqual(['Yes', '6']);
    expect(formsOf(['6', '6.0', 'Yes', 'yes'])).toEqual(['6', 'Yes']);
  });
});

describe('random negatives', () => {
  it('take every wrong choice about equally often', async () => {
    const rows = Array.from({ length: 900 }, (_, index) => {
      return { id: `${index}`, question: 'Q', answer: 'a', choices: ['b', 'a', 'c', 'd'] };
    });
    const counts = new Map<string, number>();
    for (const { negative } of await collect(rows, randomNegatives({ seed: 3 }))) {
      counts.set(negative, (counts.get(negative) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([' b', ' c', ' d']);
    // Three standard deviations of 300.
    for (const count of counts.values()) expect(Math.abs(count - 300)).toBeLessThan(3 * Math.sqrt(200));
  });

  it('change with the seed', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => {
      return { id: `${index}`, question: 'Q', answer: `answer ${index}` };
    });
    const of = async (seed: number) => collect(rows, randomNegatives({ seed }));
    expect(await of(1)).not.toEqual(await of(2));
    expect(() => randomNegatives({ seed: -1 })).toThrow(/seed is -1/);
  });
});

describe('length-matched negatives', () => {
  it('are as near in length as any other answer, or within the tolerance', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 12 }), {
          minLength: 2,
        }),
        fc.constantFrom(0, 0.1, 0.5),
        async (texts, tolerance) => {
          const rows = texts.map((answer, index) => ({ id: `${index}`, question: '', answer }));
          const found = await lengthMatchedNegatives({ tolerance }).find(rows, texts);
          for (const [index, text] of texts.entries()) {
            const gap = (other: string) => Math.abs(other.length - text.length);
            const least = Math.min(...texts.filter((other) => other !== text).map(gap));
            expect(gap(found[index]!)).toBeLessThanOrEqual(Math.max(least, text.length * tolerance));
          }
        },
      ),
    );
  });
});

describe('hard negatives', () => {
  it('take the most similar wrong choice where a row has choices', async () => {
    const row = { id: '1', question: 'Q', answer: 'abc', choices: ['xyz', 'abd', 'ABC'] };
    const source = hardNegatives({ encoder: createToyEncoder() });
    expect(await source.find([row, { ...row, choices: undefined }], ['xyz', 'abcd', 'abc'])).toEqual([
      'abd',
      'abcd',
    ]);
  });
});

describe('buildPairs', () => {
  const rows: readonly AnswerRow[] = [
    { id: 'a', question: 'Wet?', answer: 'yes', label: 'yes' },
    { id: 'b', question: 'Dry?\n', answer: 'YES ' },
    { id: 'c', question: 'Red?', answer: 'no' },
  ];

  it('joins with one space, or with nothing after white space, and keeps labels', async () => {
    expect(await collect(rows, randomNegatives())).toEqual([
      { id: 'a', question: 'Wet?', positive: ' yes', negative: ' no', label: 'yes' },
      { id: 'b', question: 'Dry?\n', positive: 'YES', negative: 'no' },
      { id: 'c', question: 'Red?', positive: ' no', negative: ' YES' },
    ]);
  });

  it('leaves rows without a wrong answer out, and says which', async () => {
    const left: string[] = [];
    const pairs: string[] = [];
    const options = {
      rows: rows.slice(0, 2),
      negatives: randomNegatives(),
      onLeftOut: (row: AnswerRow) => left.push(row.id),
    };
    for await (const { id } of buildPairs(options)) pairs.push(id);
    expect([pairs, left]).toEqual([[], ['a', 'b']]);
  });

  it('streams rows where the pool is given', async () => {
    let taken = 0;
    const endless = async function* (): AsyncGenerator<AnswerRow> {
      for (;;) yield { id: `${taken++}`, question: 'Q', answer: 'yes' };
    };
    const stream = buildPairs({ rows: endless(), negatives: randomNegatives(), pool: ['yes', 'no'] });
    expect((await stream.next()).value).toMatchObject({ id: '0', negative: ' no' });
    expect(taken).toBeLessThanOrEqual(1025);
    await stream.return();
  });

  it('is a finder for tasks', async () => {
    const finder = negativeFinder(randomNegatives({ seed: 1 }));
    const rowsOf = (answers: readonly string[]) =>
      answers.map((_, index) => ({ id: `${index}`, question: 'Q' }));
    const find = (...answers: string[]) => finder(answers, rowsOf(answers));
    expect(finder.rule).toBe('random, seed 1');
    expect(await find('1.0', '2.0', '1.0')).toEqual(['2.0', '1.0', '2.0']);
    // A task puts its own blank where the right answer comes back.
    expect(await find('1.0')).toEqual(['1.0']);

    const { pairs, source } = await loadTask('svamp', {
      negatives: negativeFinder(hardNegatives({ encoder: createToyEncoder() })),
    });
    expect(pairs.every(({ positive, negative }) => positive !== negative)).toBe(true);
    expect(source.notes).toContain('Wrong answers: hard: most similar by letters.');
  });
});

describe('balanceLengths', () => {
  const sizes = fc.integer({ min: 0, max: 40 });
  it('leaves as many longer right answers as longer wrong ones, and no more out than it must', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sizes, sizes)), (lengths) => {
        const pairs = lengths.map(([positive, negative], index) => {
          return {
            id: `${index}`,
            question: '',
            positive: 'p'.repeat(positive),
            negative: 'n'.repeat(negative),
          };
        });
        const count = (list: readonly ContrastivePair[], sign: number): number =>
          list.filter(({ positive, negative }) => Math.sign(positive.length - negative.length) === sign)
            .length;
        const kept = balanceLengths(pairs);
        const fewer = Math.min(count(pairs, 1), count(pairs, -1));
        expect([count(kept, 1), count(kept, -1), count(kept, 0)]).toEqual([fewer, fewer, count(pairs, 0)]);
        expect(kept).toEqual(pairs.filter((pair) => kept.includes(pair)));
      }),
    );
  });

  it('keeps partners of like ratio', () => {
    const pair = (id: string, positive: number, negative: number) => {
      return { id, question: '', positive: 'p'.repeat(positive), negative: 'n'.repeat(negative) };
    };
    const pairs = [pair('far', 100, 1), pair('near', 12, 9), pair('least', 10, 9), pair('one', 9, 12)];
    expect(balanceLengths(pairs).map(({ id }) => id)).toEqual(['near', 'one']);
  });
});
