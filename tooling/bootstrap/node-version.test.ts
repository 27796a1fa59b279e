import { describe, expect, it } from 'vitest';
import { isSupportedNode } from './node-version.mjs';

describe('isSupportedNode', () => {
  it.each([
    ['20.18.9', false],
    ['20.19.0', true],
    ['v20.20.2', true],
    ['21.7.0', false],
    ['22.11.9', false],
    ['22.12.0', true],
    ['24.0.0', true],
    ['18.20.0', false],
  ])('%s → %s', (version, expected) => {
    expect(isSupportedNode('^20.19.0 || >=22.12.0', version)).toBe(expected);
  });

  it('refuses a range that it cannot read', () => {
    expect(() => isSupportedNode('lts', '20.19.0')).toThrow('"lts" holds no version');
  });
});
