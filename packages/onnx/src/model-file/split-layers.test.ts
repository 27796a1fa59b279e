import { expect, it } from 'vitest';
import { splitLayers } from './split-layers.ts';

const split = (layers: number) => {
  const parts = Array.from({ length: layers }, (_, layer) => `x.${layer}`);
  const values = new Map<string, number[]>([['x', parts.map((_, layer) => layer)]]);
  let most = 0;
  splitLayers('x', parts, (input, outputs, sizes) => {
    most = Math.max(most, outputs.length);
    const whole = values.get(input)!;
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(whole.length);
    let at = 0;
    for (const [index, name] of outputs.entries()) {
      expect(values.has(name)).toBe(false);
      values.set(name, whole.slice(at, at + sizes[index]!));
      at += sizes[index]!;
    }
  });
  return { most, layers: parts.map((name) => values.get(name)) };
};

it.each([1, 2, 7, 8, 14, 30, 49, 50, 80, 400])('each of %i layers comes out under its name', (layers) => {
  const { most, layers: given } = split(layers);
  expect(given).toEqual(given.map((_, layer) => [layer]));
  expect(most).toBeLessThanOrEqual(7);
});
