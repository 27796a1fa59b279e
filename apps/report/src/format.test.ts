import { describe, expect, it } from 'vitest';
import {
  formatAny,
  formatAs,
  formatBytes,
  formatCount,
  formatDifference,
  formatEstimate,
  formatNumber,
  formatP,
  formatSeconds,
  writerOf,
} from './format.ts';

describe('numbers', () => {
  it('have no minus before a zero, and the sign of a difference', () => {
    expect(formatNumber(-0.0001)).toBe('0.000');
    expect(formatNumber(-0.5)).toBe('−0.500');
    expect([0.25, -0.25, -0.0001].map(formatDifference)).toEqual(['+0.250', '−0.250', '+0.000']);
  });

  it('of any size keep the digits that say something', () => {
    expect([0, 3, 12345, 0.12345, 12.345, 123.45, 1.5e-5, -2e9].map(formatAny)).toEqual([
      '0',
      '3',
      '12\u202f345',
      '0.123',
      '12.35',
      '123.5',
      '1.50 e−5',
      '−2.00 e+9',
    ]);
    expect(formatCount(-1234567)).toBe('−1\u202f234\u202f567');
  });

  it('that stand together have one form', () => {
    expect([0, 0.5, 1].map(writerOf([0, 0.5, 1]))).toEqual(['0.000', '0.500', '1.000']);
    expect([0, 1].map(writerOf([0, 1]))).toEqual(['0', '1']);
    expect(writerOf([0.5, 20])(20)).toBe('20');
  });

  it('are written in the form of their column', () => {
    expect(formatAs(0.70431, 'share')).toBe('0.704');
    expect(formatAs(1500, 'bytes')).toBe('1.5 kB');
    expect([0.5, 42, 125, 7260].map(formatSeconds)).toEqual(['0.50 s', '42.0 s', '2 min 5 s', '2 h 1 min']);
    expect(formatBytes(12)).toBe('12 B');
  });

  it('that could not be had are a dash, never 0', () => {
    expect(formatEstimate(null)).toBe('–');
    expect(formatEstimate({ value: 0.5, low: 0.25, high: 0.75 }, 'share')).toBe('0.500 [0.250, 0.750]');
    expect(formatEstimate({ value: 0.5, low: 0.25 }, 'share')).toBe('0.500');
  });

  it('p values', () => {
    expect([0.00001, 0.0042, 0.3].map(formatP)).toEqual(['p < 0.0001', 'p = 0.0042', 'p = 0.30']);
  });
});
