import { EmptyInputError } from '@austeer/core';
import { createPairStatistics, pairWarnings, parsePairRow, readJsonLines } from '@austeer/pairs';
import type { PairsCheckFlags } from '../commands/pairs.ts';
import type { AusteerContext } from '../context.ts';
import { loadTokenizer } from '../load.ts';
import { printStatistics } from '../output/pairs-report.ts';

export async function runPairsCheck(
  this: AusteerContext,
  flags: PairsCheckFlags,
  path: string,
): Promise<void> {
  const { terminal, signal } = this;
  const { model, maxTokens, skipBadRows } = flags;
  const tokenizer = model === undefined ? undefined : await loadTokenizer(this, { ...flags, model });
  const statistics = createPairStatistics({ tokenizer, maxTokens });
  const left = { badRows: 0, tokenPairs: 0 };
  const options = {
    parse: parsePairRow,
    skipBadRows,
    onBadRow: () => {
      left.badRows += 1;
    },
  };
  for await (const { value } of readJsonLines(path, options)) {
    signal.throwIfAborted();
    if (typeof value.positive === 'string' && 'question' in value) statistics.add(value);
    else left.tokenPairs += 1;
  }
  const found = statistics.result();
  if (found.pairs === 0) {
    throw new EmptyInputError({
      what: `Pairs of texts in ${path}`,
      advice: left.tokenPairs > 0 ? 'Pairs of tokens have no words to look at' : 'See austeer pairs build',
    });
  }
  const warnings = pairWarnings(found);
  if (flags.json) {
    terminal.printJson({ ...left, statistics: found, warnings });
    return;
  }
  if (left.badRows > 0) terminal.print(`malformed rows left out: ${left.badRows}`);
  if (left.tokenPairs > 0) terminal.print(`pairs of tokens, not looked at: ${left.tokenPairs}`);
  printStatistics(terminal, found, warnings);
}
