import { floatTensor } from '@austeer/core';
import { expect, it } from 'vitest';
import { pairActivations } from './pair-activations.ts';

const tensor = (shape: number[], first = 0) =>
  floatTensor(
    Float32Array.from(
      { length: shape.reduce((product, length) => product * length, 1) },
      (_, at) => first + at,
    ),
    shape,
  );
const all = (options: Parameters<typeof pairActivations>[0]) => () => [...pairActivations(options)];

it('takes rows apart, pair by pair and site by site, over the same memory', () => {
  const positive = { attention: tensor([2, 1, 3]), ffn: tensor([2, 2, 1], 100) };
  const negative = { attention: tensor([2, 1, 3], 10), ffn: tensor([2, 2, 1], 200) };
  const [first, second, ...others] = all({ positive, negative })();
  expect(others).toEqual([]);
  expect([first!.id, second!.id]).toEqual(['0', '1']);
  expect(second!.positive.attention!.shape).toEqual([1, 3]);
  expect([...second!.positive.attention!.data]).toEqual([3, 4, 5]);
  expect([...second!.positive.ffn!.data]).toEqual([102, 103]);
  expect([...second!.negative.attention!.data]).toEqual([13, 14, 15]);
  expect([...first!.negative.ffn!.data]).toEqual([200, 201]);
  expect(first!.positive.ffn!.shape).toEqual([2, 1]);
  expect(second!.positive.ffn!.data.buffer).toBe(positive.ffn.data.buffer);
});

it.each<[string, Parameters<typeof pairActivations>[0], string]>([
  [
    'another number of wrong answers',
    { positive: { ffn: tensor([2, 1, 3]) }, negative: { ffn: tensor([1, 1, 3]) } },
    'activations of ffn is "positive [2, 1, 3], negative [1, 1, 3]"; expected both [2, layers, width]',
  ],
  [
    'a site without wrong answers',
    { positive: { ffn: tensor([2, 1, 3]) }, negative: {} },
    'positive [2, 1, 3], negative none',
  ],
  [
    'a site without right answers',
    {
      positive: { ffn: tensor([2, 1, 3]) },
      negative: { ffn: tensor([2, 1, 3]), attention: tensor([2, 1, 3]) },
    },
    'activations of attention is "positive none, negative [2, 1, 3]"',
  ],
  [
    'wrong answers alone',
    { positive: {}, negative: { ffn: tensor([2, 1, 3]) } },
    'activations of ffn is "positive none, negative [2, 1, 3]"; expected both [2, layers, width]',
  ],
  [
    'two axes',
    { positive: { ffn: tensor([2, 3]) }, negative: { ffn: tensor([2, 3]) } },
    'positive [2, 3], negative [2, 3]',
  ],
  [
    'another number of pairs at the second site',
    {
      positive: { ffn: tensor([2, 1, 3]), attention: tensor([3, 1, 3]) },
      negative: { ffn: tensor([2, 1, 3]), attention: tensor([3, 1, 3]) },
    },
    'both [2, layers, width]',
  ],
])('refuses %s', (_, options, message) => {
  expect(all(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  expect(all(options)).toThrow(message);
});

it('refuses activations of no site', () => {
  expect(all({ positive: {}, negative: {} })).toThrow(
    expect.objectContaining({
      code: 'EMPTY_INPUT',
      message: expect.stringContaining('Sites of the activations'),
    }),
  );
});
