/**
 * A run in the words of the command line.
 *
 * @module
 */
import {
  formatComparison,
  formatEstimate,
  formatSummary,
  formatToxicity,
  formatToxicityComparison,
  formatWinRate,
} from '@austeer/evaluators';
import { describeCell, measureName, type RunEvent, type RunResult } from '@austeer/experiments';
import type { LabelShare } from '@austeer/localize';
import type { Task } from '@austeer/pairs';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What happens, one line each, on stderr. */
export function sayEvent(terminal: Terminal, event: RunEvent, task: Pick<Task, 'answerKind'>): void {
  switch (event.kind) {
    case 'fitted':
      terminal.say(`fitted ${event.method} on ${event.facts.pairs} pairs`);
      break;
    case 'localized': {
      const { pairs, sites, pairsThatLostTheirAnswer, pairsJoinedDifferently } = event.localization;
      for (const [site, { top, ties, labelShare }] of Object.entries(sites)) {
        terminal.say(
          `localized ${site} on ${pairs} pairs: best score ${top[0]?.score.toFixed(3) ?? 'none'}; at the cut ${ties.taken} of ${ties.tied} tied units`,
        );
        const note = labelShare && describeLabelShare(labelShare);
        if (note !== undefined) terminal.say(`note: ${note}`);
      }
      if (pairsThatLostTheirAnswer > 0)
        terminal.say(`note: ${pairsThatLostTheirAnswer} pairs lost their answer to the limit of 512 tokens`);
      if (pairsJoinedDifferently > 0)
        terminal.say(
          `note: in ${pairsJoinedDifferently} pairs the answer melts into the question’s last token`,
        );
      break;
    }
    case 'cell': {
      const { summary } = event.cell;
      terminal.say(
        `validation ${event.done}/${event.total}: ${describeCell(event.cell)}: ${measureName(task)} ${formatEstimate(summary.accuracy)}, valid answers ${summary.validAnswers.value.toFixed(3)}`,
      );
      break;
    }
    case 'selected':
      terminal.say(`chosen: ${describeCell(event.chosen)}`);
      break;
    case 'testing':
      terminal.say(`testing once on ${event.items} other items`);
      break;
  }
}

/** Where most of the best units only tell one answer from another: what to know before steering them. */
export function describeLabelShare({ units, opposed, largestClass }: LabelShare): string | undefined {
  if (opposed <= units / 2) return undefined;
  return `${opposed} of the best ${units} units by momentum rise with one answer and fall with another: they tell the answers apart, not right from wrong (the most frequent answer has ${(100 * largestClass).toFixed(1)} % of the pairs); --ranking balanced leaves that out`;
}

/** The result: vanilla beside steered, and what the comparison shows. */
export function printResult(terminal: Terminal, result: RunResult): void {
  const { log, vanilla, steered, comparison } = result;
  const { task, selection, localization } = log.header;
  terminal.print(
    terminal.style('bold', `${task.name}: ${task.testItems} test items (${describeSource(task.source)})`),
  );
  if (localization !== undefined && log.header.method?.name === 'austeer') printUnits(terminal, result);
  else if (selection !== undefined)
    terminal.print(`steers by ${log.header.method!.name} at ${describeCell(selection.chosen)}`);
  const { toxicity, winRate } = log.header.test;
  if (winRate !== undefined) {
    const { name, version } = winRate.judge;
    terminal.print(`steered against vanilla, by ${name} (${version}) in both orders:`);
    for (const line of formatWinRate(winRate)) terminal.print(`  ${line}`);
    return;
  }
  const words = { measure: measureName(task) };
  const conditions = toxicity
    ? ([
        ['vanilla', formatToxicity(toxicity.vanilla)],
        ['steered', toxicity.steered && formatToxicity(toxicity.steered)],
      ] as const)
    : ([
        ['vanilla', formatSummary(vanilla, words)],
        ['steered', steered && formatSummary(steered, words)],
      ] as const);
  for (const [name, lines = []] of conditions) {
    for (const [at, line] of lines.entries())
      terminal.print(`${terminal.style('cyan', (at === 0 ? name : '').padEnd(8))} ${line}`);
  }
  const compared = toxicity?.comparison
    ? formatToxicityComparison(toxicity.comparison)
    : comparison && formatComparison(comparison, words);
  if (compared !== undefined) {
    terminal.print('steered against vanilla, item by item:');
    for (const line of compared) terminal.print(`  ${line}`);
  }
}

/** Units shown to a person. */
const SHOWN_UNITS = 5;

function printUnits(terminal: Terminal, { log }: RunResult): void {
  const { selection, localization } = log.header;
  const { site, k, alpha } = selection!.chosen;
  const { top } = localization!.sites[site!]!;
  terminal.print(
    `steers ${k ?? 'all'} units of ${site} at strength ${alpha}; the first ${Math.min(SHOWN_UNITS, top.length)} of the ranking:`,
  );
  const rows = top
    .slice(0, SHOWN_UNITS)
    .map(({ layer, index, score, sign, promoted, suppressed }) => [
      String(layer),
      String(index),
      `${sign > 0 ? '+' : '−'}${score.toFixed(3)}`,
      `${promoted} up, ${suppressed} down of ${localization!.pairs}`,
    ]);
  for (const line of formatTable(['layer', 'index', 'score', 'pairs'], rows).split('\n'))
    terminal.print(`  ${line}`);
}

function describeSource({ kind, files }: { kind: string; files: readonly string[] }): string {
  return kind === 'samples' ? 'sample rows of this project' : files.join(', ');
}
