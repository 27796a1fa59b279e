import type { PositionRule, RowPart } from '@austeer/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowArbitrary, ruleArbitrary } from '../test/arbitraries.ts';
import type { PromptText } from './prompt-text.ts';
import { followPositions, resolvePositions } from './resolve-positions.ts';

interface Row {
  readonly prompt: readonly number[];
  readonly generated: readonly number[];
  readonly promptText: PromptText;
}

/** The slow reference: the definition of each rule over the whole row, with nothing carried from token to token. */
function oracle(rule: PositionRule, row: Row): Set<number> {
  const tokens = [...row.prompt, ...row.generated];
  const positions = tokens.map((_, position) => position);
  const part = (name: RowPart = 'all'): number[] =>
    ({
      all: positions,
      prompt: positions.slice(0, row.prompt.length),
      generated: positions.slice(row.prompt.length),
    })[name];
  if (rule === 'lastPromptToken') return new Set(part('prompt').slice(-1));
  if (typeof rule === 'string') return new Set(part(rule));
  if ('every' in rule) {
    return new Set(
      part(rule.of)
        .slice(rule.offset ?? 0)
        .filter((_, index) => index % rule.every === 0),
    );
  }
  if ('window' in rule) return new Set(part(rule.of).slice(rule.window[0], rule.window[1] ?? undefined));
  if ('tokens' in rule) return new Set(part(rule.of).filter((at) => rule.tokens.includes(tokens[at]!)));
  if ('text' in rule || 'characters' in rule) {
    const { text, spans } = row.promptText;
    const [start, end] = 'characters' in rule ? rule.characters : [0, 0];
    const inside = Array.from(text, (_, at) =>
      'text' in rule
        ? Array.from(text).some(
            (_, from) => from <= at && at < from + rule.text.length && text.startsWith(rule.text, from),
          )
        : at >= start && at < end,
    );
    return new Set(part('prompt').filter((at) => inside.slice(...spans[at]!).includes(true)));
  }
  if ('trigger' in rule) {
    const searched = part(rule.in);
    const ends = searched.filter((end) =>
      rule.trigger.every((token, index) => {
        const at = end - rule.trigger.length + 1 + index;
        return searched.includes(at) && tokens[at] === token;
      }),
    );
    const from = rule.occurrence === 'last' ? ends.at(-1) : ends[0];
    return new Set(from === undefined ? [] : positions.slice(from));
  }
  const excluded = (rule.exclude ?? []).map((inner) => oracle(inner, row));
  const included = rule.include.map((inner) => oracle(inner, row));
  return new Set(
    positions.filter((at) => included.some((set) => set.has(at)) && !excluded.some((set) => set.has(at))),
  );
}

describe('resolvePositions', () => {
  it('selects what the definition says', () => {
    fc.assert(
      fc.property(ruleArbitrary, rowArbitrary, (rule, row) => {
        expect(resolvePositions(rule, row)).toEqual([...oracle(rule, row)].sort((a, b) => a - b));
      }),
      { numRuns: 3000 },
    );
  });

  it('never takes back at a later token what it said at an earlier one', () => {
    fc.assert(
      fc.property(ruleArbitrary, rowArbitrary, fc.nat(12), (rule, row, cut) => {
        const shorter = { ...row, generated: row.generated.slice(0, cut) };
        const length = shorter.prompt.length + shorter.generated.length;
        expect(resolvePositions(rule, shorter)).toEqual(
          resolvePositions(rule, row).filter((position) => position < length),
        );
      }),
    );
  });

  it('is the same in runs of any size and in a padded batch', () => {
    fc.assert(
      fc.property(
        ruleArbitrary,
        fc.array(rowArbitrary, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 5 }),
        (rule, rows, size) => {
          // As a model does: rows side by side, the prompts in chunks of `size` padded on the left, then single tokens.
          const longest = Math.max(...rows.map(({ prompt }) => prompt.length));
          const follow = rows.map((row) => followPositions({ rule, row }));
          const selected = rows.map((): boolean[] => []);
          for (let start = 0; start < longest; start += size) {
            for (const [index, { prompt }] of rows.entries()) {
              const padding = longest - prompt.length;
              for (let slot = Math.max(start, padding); slot < Math.min(start + size, longest); slot++) {
                selected[index]!.push(follow[index]!(prompt[slot - padding]!));
              }
            }
          }
          for (const [index, { generated }] of rows.entries()) {
            for (const token of generated) selected[index]!.push(follow[index]!(token));
          }
          for (const [index, row] of rows.entries()) {
            expect(selected[index]!.flatMap((is, at) => (is ? [at] : []))).toEqual(
              resolvePositions(rule, row),
            );
          }
        },
      ),
    );
  });

  it.each<[string, PositionRule, number[]]>([
    ['all', 'all', [0, 1, 2, 3, 4, 5]],
    ['prompt', 'prompt', [0, 1, 2, 3]],
    ['generated', 'generated', [4, 5]],
    ['the last prompt token', 'lastPromptToken', [3]],
    ['every second of the answer', { every: 2, of: 'generated' }, [4]],
    ['every second, the second first', { every: 2, offset: 1 }, [1, 3, 5]],
    ['the first two', { window: [0, 2], of: 'all' }, [0, 1]],
    ['the last two of the prompt', { window: [-2, null], of: 'prompt' }, [2, 3]],
    ['from the second of the answer', { window: [1, null], of: 'generated' }, [5]],
    ['a token', { tokens: [11] }, [1, 4]],
    ['from the first trigger', { trigger: [11, 12] }, [2, 3, 4, 5]],
    ['CAA: from the last marker on', { trigger: [12], in: 'prompt', occurrence: 'last' }, [3, 4, 5]],
    ['a trigger that is not there', { trigger: [12, 11], in: 'prompt' }, []],
    ['a trigger across prompt and answer', { trigger: [12, 11] }, [4, 5]],
    ['all but', { include: ['all'], exclude: ['lastPromptToken', { tokens: [10] }] }, [1, 2, 4, 5]],
  ])('%s', (_, rule, expected) => {
    expect(resolvePositions(rule, { prompt: [10, 11, 12, 12], generated: [11, 13] })).toEqual(expected);
  });

  it('text reaches the tokens that hold it, also where tokens share a character', () => {
    const row = {
      prompt: [0, 1, 2, 3],
      promptText: {
        text: 'The 😀!',
        spans: [
          [0, 4],
          [4, 6],
          [4, 6],
          [6, 7],
        ] as const,
      },
    };
    expect(resolvePositions({ text: '😀' }, row)).toEqual([1, 2]);
    expect(resolvePositions({ text: 'e 😀' }, row)).toEqual([0, 1, 2]);
    expect(resolvePositions({ characters: [6, 9] }, row)).toEqual([3]);
  });

  it('refuses a rule that there is not, a text rule without the text, and a prompt that is not the one announced', () => {
    expect(() => resolvePositions({ window: [-1, null], of: 'all' }, { prompt: [1] })).toThrow(
      'not negative',
    );
    expect(() => resolvePositions({ text: 'a' }, { prompt: [1] })).toThrow('readPromptText');
    const promptText = { text: '', spans: [] };
    expect(() => resolvePositions({ characters: [0, 1] }, { prompt: [1], promptText })).toThrow('0 spans');
    const selects = followPositions({ rule: 'all', row: { prompt: [1, 2] } });
    selects(1);
    expect(() => selects(3)).toThrow('token is 3; expected 2, the token at position 1');
  });
});
