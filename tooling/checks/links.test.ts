import { describe, expect, it } from 'vitest';
import { anchorsOf, findBrokenLinks } from './links.mjs';

const pages: Record<string, string> = {
  'docs/a.md': '# One\n\n## Two, and `three`\n\n## One\n\n```sh\n# no heading\n```\n<a id="by-hand"></a>\n',
  'README.md': '',
};
const find = (text: string, path = 'docs/b.md'): string[] =>
  findBrokenLinks(path, text, {
    exists: (target) => target in pages || ['packages/core', 'docs/images/x.svg'].includes(target),
    textOf: (target) => pages[target],
  });

describe('findBrokenLinks', () => {
  it.each([
    '[a](a.md) and [b](a.md#two-and-three "title"), [c](../packages/core)',
    '![x](images/x.svg) <img src="images/x.svg">',
    '[other](https://example.org/none.md), [mail](mailto:a@example.org)',
    '`[in code](none.md)`',
    '```md\n[in a block](none.md)\n```',
    '[one]: a.md#one-1',
    '[by hand](a.md#by-hand)',
  ])('leaves %s alone', (text) => {
    expect(find(text)).toEqual([]);
  });

  it.each([
    ['[a](none.md)', 'docs/b.md:1: none.md leads nowhere'],
    ['x\n\n![a](images/none.png)', 'docs/b.md:3: images/none.png leads nowhere'],
    ['```\n\n```\n[a](a.md#no-heading)', 'docs/b.md:4: docs/a.md has no heading #no-heading'],
    ['[a](../../elsewhere.md)', 'docs/b.md:1: ../../elsewhere.md leads out of the project'],
    ['<source srcset="images/none.svg">', 'docs/b.md:1: images/none.svg leads nowhere'],
    ['[a]: none.md', 'docs/b.md:1: none.md leads nowhere'],
  ])('finds %s', (text, problem) => {
    expect(find(text)).toEqual([problem]);
  });

  it('reads anchors of the page itself', () => {
    expect(
      findBrokenLinks('docs/a.md', '# Here\n[a](#here) [b](#there)', {
        exists: () => true,
        textOf: () => '# Here',
      }),
    ).toEqual(['docs/a.md:2: docs/a.md has no heading #there']);
  });
});

it('anchors are those of GitHub', () => {
  expect([
    ...anchorsOf('# `run.json`\n## What it counts?\n## A: b & c\n## [Link](x.md) – dash\n## A: b & c\n'),
  ]).toEqual(['runjson', 'what-it-counts', 'a-b--c', 'link--dash', 'a-b--c-1']);
});
