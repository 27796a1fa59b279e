import { describe, expect, it } from 'vitest';
import { parseSiteMap } from './site-map.ts';

describe('parseSiteMap', () => {
  it.each([
    ['{', 'not JSON'],
    ['[]', 'not an object'],
    ['{}', 'names no site'],
    ['{"mlp": {}}', '"mlp" is none of attention, ffn, ffnInner, residual'],
    ['{"ffn": null}', 'ffn.width'],
    ['{"ffn": {"width": 0, "tensors": ["a"]}}', 'ffn.width'],
    ['{"ffn": {"width": 4, "tensors": []}}', 'ffn.tensors'],
    ['{"ffn": {"width": 4, "tensors": [1]}}', 'ffn.tensors'],
  ])('refuses %s', (text, problem) => {
    expect(() => parseSiteMap(text, { path: 'sites.json' })).toThrow(problem);
  });
});
