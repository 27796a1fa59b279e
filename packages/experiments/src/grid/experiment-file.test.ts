import { describe, expect, it } from 'vitest';
import { parseExperimentFile } from './experiment-file.ts';

const least = { name: 'copa-sweep', tasks: ['copa'], methods: [{ method: 'austeer-ffn' }] };
const parse = (change: object) =>
  parseExperimentFile(JSON.stringify({ ...least, ...change }), { path: 'x.json' });

describe('parseExperimentFile', () => {
  it('fills in defaults', () => {
    expect(parse({})).toEqual({
      ...least,
      models: ['smollm2-135m'],
      seeds: [0],
      pairs: 1000,
      validation: 100,
      selection: 'validation',
      criterion: 'accuracy',
    });
  });

  it.each([
    ['a field that it does not know', { alphas: [1] }, /alphas/],
    ['an unknown method', { methods: [{ method: 'magic' }] }, /methods\.0\.method.*austeer-ffn/],
    ['a name that is no file name', { name: '../x' }, /name: small letters, digits and dashes/],
    ['an empty list', { tasks: [] }, /tasks: /],
    ['a budget of nothing', { methods: [{ method: 'caa', budgets: [0] }] }, /methods\.0\.budgets\.0/],
  ])('refuses %s', (_, change, message) => {
    expect(() => parse(change)).toThrow(message);
    expect(() => parse(change)).toThrow(/^x\.json is not a usable experiment file: /);
  });

  it('refuses what is not JSON', () => {
    expect(() => parseExperimentFile('name: x')).toThrow('it is not JSON');
  });
});
