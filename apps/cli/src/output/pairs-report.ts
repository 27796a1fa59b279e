/**
 * Pairs, their statistics and warnings in the words of the command line.
 *
 * @module
 */
import type { ContrastivePair } from '@austeer/core';
import type { PairStatistics, PairWarning } from '@austeer/pairs';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { wrapText } from './wrap-text.ts';

const WIDTH = 100;
/** Of a long question the end is what the answers continue. */
const SHOWN_CHARACTERS = 240;

/** Some pairs as they will stand in the file. */
export function printPairs(terminal: Terminal, pairs: readonly ContrastivePair[]): void {
  for (const { id, question, positive, negative } of pairs) {
    const beginning = question.length > SHOWN_CHARACTERS ? '…' : '';
    terminal.print(
      terminal.style('dim', `${id}  ${JSON.stringify(beginning + question.slice(-SHOWN_CHARACTERS))}`),
    );
    terminal.print(
      `  ${terminal.style('green', '+')} ${JSON.stringify(positive.slice(0, SHOWN_CHARACTERS))}`,
    );
    terminal.print(`  ${terminal.style('red', '−')} ${JSON.stringify(negative.slice(0, SHOWN_CHARACTERS))}`);
  }
}

/** Facts, then what to do about them. */
export function printStatistics(
  terminal: Terminal,
  statistics: PairStatistics,
  warnings: readonly PairWarning[],
): void {
  const { pairs, characters, tokens, leaks, mostFrequent, labels } = statistics;
  const part = (count: number): string =>
    `${count}${pairs === 0 ? '' : ` (${Math.round((100 * count) / pairs)} %)`}`;
  const frequent = ({ answer, pairs: count }: { answer: string; pairs: number }): string =>
    `${JSON.stringify(answer.slice(0, 40))} in ${part(count)}`;
  const rows: (readonly [string, string])[] = [
    ['pairs', `${pairs}, of ${statistics.distinctQuestions} different questions`],
    [
      'characters',
      `right ${characters.positiveMedian}, wrong ${characters.negativeMedian}, gap ${characters.gapMedian} (medians)`,
    ],
    ['shared words', `${Math.round(100 * statistics.wordOverlap)} % on average`],
    ['answer in question', `right ${part(leaks.positive)}, wrong ${part(leaks.negative)}`],
    [
      'most frequent',
      `right ${frequent(mostFrequent.positive)}; wrong ${frequent(mostFrequent.negative)}; ${statistics.distinctAnswers} different right ones`,
    ],
    [
      'useless',
      `identical ${statistics.identical}, repeated ${statistics.duplicates}, blank wrong ${statistics.blankNegatives}, contradicting ${statistics.contradictions}`,
    ],
  ];
  if (Object.keys(labels).length > 0) {
    rows.push([
      'labels',
      Object.entries(labels)
        .map(([label, count]) => `${label} ${part(count)}`)
        .join(', '),
    ]);
  }
  if (tokens !== undefined) {
    rows.push([
      'tokens',
      `longest ${tokens.longest}, limit ${tokens.limit}; cut ${part(tokens.truncated)}, answer lost ${part(tokens.answerLost)}, melting ${part(tokens.joinedDifferently)}`,
    ]);
  }
  terminal.print(formatTable(['', ''], rows).trimStart());
  terminal.print();
  if (warnings.length === 0) terminal.print(terminal.style('green', 'Nothing stands out.'));
  for (const { code, message } of warnings) {
    const [first, ...others] = wrapText(message, WIDTH - 2);
    terminal.print(`${terminal.style('yellow', `! ${code}:`)} ${first}`);
    for (const line of others) terminal.print(`  ${line}`);
  }
}
