import { expect, it } from 'vitest';
import { slug } from './outline.ts';
import { readData } from './read-data.ts';
import { rampColour, rampOf, rampPosition } from './scale.ts';

it('a page without data, or with data of another version, says so', () => {
  expect(() => readData(' ')).toThrow('holds no data');
  expect(() => readData('{"format":"austeer-report","version":2}')).toThrow('version 2');
  expect(readData('{"format":"austeer-report","version":1}')).toMatchObject({ version: 1 });
});

it('names become parts of ids', () => {
  expect(slug('boolq k=16, α 5')).toBe('boolq-k-16-α-5');
});

it('a ramp has its middle at 0 where there are numbers on both sides', () => {
  expect(rampOf([1, 3, 2])).toEqual({ low: 1, high: 3, diverging: false });
  expect(rampOf([-1, 3])).toEqual({ low: -3, high: 3, diverging: true });
  expect(rampPosition(rampOf([-1, 3]), -1)).toBeCloseTo(-1 / 3);
  expect(rampPosition(rampOf([2, 2]), 2)).toBe(0.5);
  expect(rampOf([])).toEqual({ low: 0, high: 1, diverging: false });
  expect(rampColour(-0.5)).toContain('var(--ramp-negative) 50.0%');
});
