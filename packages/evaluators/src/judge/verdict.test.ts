import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeMessages } from './prompt.ts';
import { parseVerdict } from './verdict.ts';

describe('parseVerdict', () => {
  it.each([
    ['[[A]]', 'A'],
    ['[[B]]', 'B'],
    ['[[C]]', 'tie'],
    ['A is wrong.\n\nVerdict: [[B]].', 'B'],
    ['First I thought [[A]].\n\nBut no: [[B]]', 'B'],
    ['[[B]]\n\nThank you for the question!', 'B'],
    ['[[A]] [[A]]', 'A'],
    ['The choices are [[A]], [[B]], [[C]].', undefined],
    ['[[A]]\n\n[[B]] or [[C]]?', undefined],
    ['[[D]]', undefined],
    ['[A]', undefined],
    ['', undefined],
    ['{"grounds": "x", "verdict": "tie"}', 'tie'],
    ['```json\n{"grounds": "x", "verdict": "A"}\n```', 'A'],
    ['{ "grounds": "two\nlines",\n\t"verdict": "A"}', 'A'],
    ['{"verdict": "C"}', undefined],
    ['{"verdict": "A"', undefined],
    ['{"grounds": "[[A]]", "verdict": "B"}', 'B'],
    ['{"grounds": "cut [[B]]', 'B'],
    ['[1, 2]', undefined],
    ['null', undefined],
  ])('%j', (text, expected) => {
    expect(parseVerdict(text)).toBe(expected);
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(['A', 'B', 'tie', undefined]).toContain(parseVerdict(text));
      }),
    );
  });
});

describe('judgeMessages', () => {
  it('keeps every part between lines that the parts cannot write', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (instruction, first, second) => {
        const text = judgeMessages({ id: '1', instruction, first, second }, 'text')[1]!.content;
        const mark = /^--- request (\w{8}) ---\n/.exec(text)![1]!;
        expect(text.split(mark)).toHaveLength(7);
        expect(text).toContain(`--- reply A ${mark} ---\n${first}\n--- end of reply A ${mark} ---`);
      }),
    );
  });
});
