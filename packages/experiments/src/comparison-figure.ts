/**
 * A comparison of methods as a table.
 *
 * @module
 */
import type { AnswerSummary, Estimate, ToxicitySummary, WinRateSummary } from '@austeer/evaluators';
import type { ComparisonHeader, MethodResult } from './compare-methods.ts';
import type { ResultFigure, TableFigure } from './result-figure.ts';
import { describeCell } from './select-cell.ts';
import { measureName } from './verdict-summary.ts';

type Cells = TableFigure['rows'][number]['cells'];

/**
 * The table of a comparison: a row for vanilla and for each method.
 *
 * @param options.command what makes it
 * @param options.id @default 'comparison'
 *
 * @example
 * ```ts
 * import type { ComparisonHeader } from '@austeer/experiments';
 * declare const header: ComparisonHeader;
 * comparisonFigure(header, { command: 'austeer compare --task boolq' }).content.kind; // a table
 * ```
 */
export function comparisonFigure(
  header: ComparisonHeader,
  options: { command: string; id?: string | undefined },
): ResultFigure & { readonly content: TableFigure } {
  const { task, model, vanilla, methods, reference, criterion } = header;
  const hasClasses = vanilla.summary.balancedAccuracy !== undefined;
  const hasReference = methods.some(({ againstReference }) => againstReference !== undefined);
  return {
    id: options.id ?? 'comparison',
    title: `${task.name}: ${methods.length} methods on ${model.name}`,
    caption:
      `Each method fitted on the same ${task.pairs} pairs, its setting chosen by ${criterion} on ` +
      `${task.validationItems} validation items and tested once on ${task.testItems} others. 95 % intervals: Wilson for ` +
      'shares, bootstrap for the rest; p: McNemar’s exact test on the same items.',
    notes: [
      ...judgedBy(header),
      ...task.source.notes,
      ...methods.flatMap(({ method, refused }) => (refused === undefined ? [] : [`${method}: ${refused}`])),
    ],
    command: options.command,
    content: {
      kind: 'table',
      columns: [
        { key: 'setting', label: 'setting', format: 'text' },
        { key: 'accuracy', label: measureName(task), format: 'share' },
        ...(task.answerKind === 'continuation' ? [{ key: 'score', label: 'mean score' }] : []),
        ...(task.answerKind === 'response' ? [{ key: 'delta', label: 'ΔWR', format: 'share' as const }] : []),
        { key: 'pVanilla', label: 'p vanilla' },
        ...(hasReference ? [{ key: 'pReference', label: `p ${reference}` }] : []),
        ...(hasClasses
          ? [
              { key: 'balanced', label: 'balanced', format: 'share' as const },
              { key: 'area', label: 'AUROC', format: 'share' as const },
            ]
          : [{ key: 'valid', label: 'valid answers', format: 'share' as const }]),
        { key: 'answers', label: 'answers', format: 'text' },
        { key: 'acts', label: '#Acts', format: 'count' },
        { key: 'fit', label: 'fit', format: 'seconds' },
        { key: 'item', label: 'an item', format: 'seconds' },
      ],
      rows: [
        {
          label: 'vanilla',
          cells: {
            ...summaryCells(vanilla.summary),
            ...toxicityCells(vanilla.toxicity),
            acts: number(0),
            item: number(vanilla.secondsPerItem),
          },
        },
        ...methods.map((result) => ({ label: result.method, cells: methodCells(result) })),
      ],
    },
  };
}

function methodCells(result: MethodResult): Cells {
  const { summary, setting, acts, seconds, againstVanilla, againstReference, toxicity, winRate } = result;
  if (summary === undefined || setting === undefined || seconds === undefined) {
    return { setting: 'refused, see the notes', accuracy: null, acts: null, fit: null, item: null };
  }
  return {
    ...summaryCells(summary),
    ...toxicityCells(toxicity?.steered),
    ...winRateCells(winRate),
    setting: describeCell(setting),
    ...(againstVanilla && { pVanilla: number(againstVanilla.accuracy.pValue) }),
    ...(againstReference && { pReference: number(againstReference.accuracy.pValue) }),
    ...(acts !== undefined && { acts: number(acts) }),
    fit: number(seconds.fit),
    item: number(seconds.item),
  };
}

function toxicityCells(summary: ToxicitySummary | undefined): Cells {
  if (summary === undefined) return {};
  return { score: { ...summary.meanScore, items: summary.scored } };
}

function winRateCells(summary: WinRateSummary | undefined): Cells {
  if (summary === undefined) return {};
  const { deltaWinRate, scored, pValue } = summary;
  return {
    delta: deltaWinRate === undefined ? null : { ...deltaWinRate, items: scored },
    pVanilla: number(pValue),
  };
}

/** Who judged, where the task does not do it itself. */
function judgedBy({ vanilla, methods }: ComparisonHeader): string[] {
  const scorer = vanilla.toxicity?.scorer;
  const judge = methods.find(({ winRate }) => winRate !== undefined)?.winRate?.judge;
  return [
    ...(scorer
      ? [`Scored by ${scorer.name} ${scorer.version}; toxic from ${scorer.threshold.toFixed(3)}.`]
      : []),
    ...(judge ? [`Compared with vanilla by ${judge.name}, in both orders; p: exact sign test.`] : []),
  ];
}

function summaryCells(summary: AnswerSummary): Cells {
  const { scored, accuracy, balancedAccuracy, areaUnderCurve, validAnswers, answerShares, otherAnswers } =
    summary;
  const estimate = ({ value, low, high }: Estimate) => ({ value, low, high, items: scored });
  const shares = answerShares
    .slice(0, 2)
    .map(({ answer, share }) => `${oneLine(answer)} ${share.toFixed(2)}`);
  const others = answerShares.slice(2).reduce((sum, { share }) => sum + share, otherAnswers);
  return {
    accuracy: estimate(accuracy),
    ...(balancedAccuracy && { balanced: estimate(balancedAccuracy) }),
    ...(areaUnderCurve && { area: estimate(areaUnderCurve) }),
    valid: estimate(validAnswers),
    answers: [...shares, ...(others > 0 ? [`other ${others.toFixed(2)}`] : [])].join(', '),
  };
}

function number(value: number): { value: number } {
  return { value };
}

/** Letters of an answer that a cell shows. */
const SHOWN_LETTERS = 24;

/** An answer as a cell of a table holds it: free answers have lines of their own, and go on. */
function oneLine(answer: string): string {
  const words = answer.split(/\s+/).join(' ').trim();
  if (words === '') return '(blank)';
  return words.length > SHOWN_LETTERS ? `${words.slice(0, SHOWN_LETTERS - 1)}…` : words;
}
