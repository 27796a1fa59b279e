import { describe, expect, it } from 'vitest';
import { findHostPaths } from './host-paths.mjs';

const folder = ['', 'work', 'shared'].join('/');

describe('findHostPaths', () => {
  it.each([`cd ${folder}`, `"${folder}/x.json"`, `path=${folder}`, `${['', 'root', '.cache'].join('/')}`])(
    'finds %s',
    (line) => {
      expect(findHostPaths('a.md', `first\n${line}`)).toEqual([expect.stringMatching(/^a\.md:2: /)]);
    },
  );

  it.each([`net${folder}`, `https://example.org${folder}`, `./..${folder}`, 'how it works / what it does'])(
    'leaves %s alone',
    (line) => {
      expect(findHostPaths('a.md', line)).toEqual([]);
    },
  );
});
