import { describe, expect, it } from 'vitest';
import { parseSite, siteWidth } from './sites.ts';
import { floatTensor } from './tensors.ts';

describe('sites', () => {
  it('are known by name', () => {
    expect(parseSite('attention')).toBe('attention');
    expect(() => parseSite('attn')).toThrow('Known: attention, ffn, ffnInner, residual');
  });

  it('have a width where the model offers them', () => {
    expect(siteWidth({ layers: 1, widths: { ffn: 8 } }, 'ffn')).toBe(8);
    expect(() => siteWidth({ layers: 1, widths: { ffn: 8 } }, 'attention')).toThrow('(ffn)');
  });
});

describe('floatTensor', () => {
  it('refuses a shape that does not fit', () => {
    expect(() => floatTensor(new Float32Array(5), [2, 3])).toThrow('product is 5');
    expect(() => floatTensor(new Float32Array(6), [-2, -3])).toThrow('whole numbers');
  });
});
