/**
 * Run folders without a model: of any size, with hostile texts, byte for byte the same each time.
 */

import { createRandom } from '@austeer/core';
import { compareAnswers, summarizeAnswers } from '@austeer/evaluators';
import { type AnswerLine, type ComparisonHeader, type RunHeader, writeRunLog } from '@austeer/experiments';
import { HOSTILE } from './example-figures.ts';

/** Items that the summaries are made of: the bootstrap over all would take minutes. */
const SUMMARIZED = 200;

/** Writes a run with `items` test items. */
export async function writeSyntheticRun(folder: string, items: number): Promise<RunHeader> {
  const random = createRandom(7);
  const test = (condition: string, rate: number): AnswerLine[] =>
    Array.from({ length: items }, (_, index) => {
      const gold = index % 2 === 0 ? 'yes' : 'no';
      const correct = random.next() < rate;
      const right = correct ? gold : gold === 'yes' ? 'no' : 'yes';
      return {
        phase: 'test',
        condition,
        id: `synthetic.jsonl:${index + 1}`,
        prompt: `Read this and answer.\nQuestion ${index + 1}: is number ${Math.floor(random.next() * 1e6)} even?${index === 3 ? HOSTILE : ''}`,
        gold,
        label: gold,
        answer: index === 3 && condition === 'steered' ? HOSTILE : right,
        correct,
        valid: true,
        prediction: right,
        margin: { value: random.next() - 0.5, towards: 'yes' },
      };
    });
  const [vanilla, steered] = [test('vanilla', 0.55), test('steered', 0.6)];
  const [first, second] = [vanilla, steered].map((lines) => lines.slice(0, SUMMARIZED));
  const header: RunHeader = {
    format: 'austeer-run',
    version: 1,
    tool: { name: 'test', version: '1' },
    startedAt: '2026-01-02T03:04:05.000Z',
    seconds: 61,
    seed: 0,
    model: { name: 'synthetic', architecture: 'none', layers: 4, widths: { ffn: 8 }, precision: 'fp32' },
    task: {
      name: 'synthetic',
      description: 'Answer yes or no.',
      answerKind: 'label',
      source: { kind: 'samples', files: ['synthetic.jsonl'], notes: [] },
      pairs: 10,
      validationItems: 0,
      testItems: items,
    },
    test: {
      vanilla: summarizeAnswers(first!),
      steered: summarizeAnswers(second!),
      comparison: compareAnswers(first!, second!),
    },
  };
  await writeRunLog(folder, { header, answers: [...vanilla, ...steered], files: {} });
  return header;
}

/** Writes a comparison of two methods, of the answers of a run. */
export async function writeSyntheticComparison(folder: string, run: RunHeader): Promise<void> {
  const {
    localization: _localization,
    selection: _selection,
    plan: _plan,
    method: _method,
    test,
    ...common
  } = run;
  const header: ComparisonHeader = {
    ...common,
    format: 'austeer-comparison',
    criterion: 'accuracy',
    reference: 'austeer',
    vanilla: { summary: test.vanilla, secondsPerItem: 0.1 },
    methods: [
      {
        method: 'austeer',
        setting: { site: 'ffn', k: 4, alpha: 5 },
        summary: test.steered,
        againstVanilla: test.comparison,
      },
      { method: 'caa', refused: 'it knows no such site' },
    ],
  };
  const answers = ['vanilla', 'austeer'].map(
    (condition): AnswerLine => ({
      phase: 'test',
      condition,
      id: 'a:1',
      prompt: 'Is it?',
      gold: 'yes',
      answer: condition === 'vanilla' ? 'no' : 'yes',
      correct: condition !== 'vanilla',
      valid: true,
    }),
  );
  await writeRunLog(folder, { header, answers, files: {} });
}
