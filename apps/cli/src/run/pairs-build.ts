import { type ContrastivePair, EmptyInputError, type Tokenizer } from '@austeer/core';
import {
  type AnswerColumns,
  type AnswerRow,
  answerRowParser,
  balanceLengths,
  buildPairs,
  createAnswerPool,
  createPairStatistics,
  givenNegatives,
  lengthMatchedNegatives,
  type NegativeSource,
  pairWarnings,
  randomNegatives,
  readRows,
  writePairs,
} from '@austeer/pairs';
import type { PairsBuildFlags } from '../commands/pairs.ts';
import type { AusteerContext } from '../context.ts';
import { refuseOwnInput, usageError } from '../flags.ts';
import { loadTokenizer } from '../load.ts';
import { withHardNegatives } from '../load-negatives.ts';
import { printPairs, printStatistics } from '../output/pairs-report.ts';

/** Pairs shown to a person. */
const SHOWN_PAIRS = 5;
const GIVEN = 'column:';

export async function runPairsBuild(
  this: AusteerContext,
  flags: PairsBuildFlags,
  table: string,
): Promise<void> {
  const { terminal, signal } = this;
  if (flags.preview && flags.out !== undefined) {
    throw usageError('--preview', 'with --out', 'one of them: a preview writes nothing');
  }
  refuseOwnInput(flags.out, table);
  if (flags.chat && flags.model === undefined) {
    throw usageError('--chat', 'without --model', 'the model whose chat template writes the prompt');
  }
  if (flags.system !== undefined && !flags.chat) {
    throw usageError('--system', 'without --chat', '--chat: a plain prompt has no system message');
  }
  const tokenizer =
    flags.model === undefined ? undefined : await loadTokenizer(this, { ...flags, model: flags.model });
  await withSource(this, flags, async (negatives) => {
    const rows = createRows(table, flags);
    const pool = negatives.usesPool ? await answersOf(rows.read()) : [];
    const leftOut: string[] = [];
    const built = buildPairs({
      rows: wordPrompts(take(rows.read(), flags.preview ? SHOWN_PAIRS : undefined), flags, tokenizer),
      negatives,
      pool,
      whenNone: flags.whenNone,
      onLeftOut: ({ id }) => leftOut.push(id),
      signal,
      onProgress: terminal.progress,
    });
    const pairs = flags.balanceLengths ? await balanced(built, terminal.say) : built;
    const statistics = createPairStatistics({ tokenizer, maxTokens: flags.maxTokens });
    const preview: ContrastivePair[] = [];
    const watched = watch(pairs, (pair) => {
      statistics.add(pair);
      if (preview.length < SHOWN_PAIRS) preview.push(pair);
    });
    if (flags.out === undefined) for await (const _ of watched);
    else await writePairs(flags.out, orNone(watched, table));

    const found = statistics.result();
    // A preview is too small for its statistics to mean anything.
    const warnings = flags.preview ? [] : pairWarnings(found);
    if (flags.json) {
      terminal.printJson({
        out: flags.out ?? null,
        pairs: found.pairs,
        negatives: negatives.name,
        pool: pool.length,
        leftOut,
        badRows: rows.bad(),
        preview,
        ...(!flags.preview && { statistics: found, warnings }),
      });
      return;
    }
    printPairs(terminal, preview);
    terminal.print();
    terminal.print(`wrong answers: ${negatives.name}${pool.length > 0 ? `, of ${pool.length}` : ''}`);
    if (leftOut.length > 0) {
      terminal.print(
        `left out, without a wrong answer: ${leftOut.length} (${leftOut.slice(0, 5).join(', ')})`,
      );
    }
    if (rows.bad() > 0) terminal.print(`malformed rows left out: ${rows.bad()}`);
    if (!flags.preview) printStatistics(terminal, found, warnings);
    if (flags.out !== undefined) terminal.say(`wrote ${found.pairs} pairs to ${flags.out}`);
  });
}

/** Hands over the rule of the wrong answers. */
function withSource<T>(
  context: AusteerContext,
  flags: PairsBuildFlags,
  work: (negatives: NegativeSource) => Promise<T>,
): Promise<T> {
  const { negatives, seed } = flags;
  if (negatives.startsWith(GIVEN)) return work(givenNegatives());
  if (negatives === 'random') return work(randomNegatives({ seed }));
  if (negatives === 'length') return work(lengthMatchedNegatives({ seed }));
  if (negatives === 'hard') return withHardNegatives(context, flags, work);
  throw usageError('--negatives', negatives, 'hard, random, length or column:NAME');
}

/** The table, to be read once for the answers and once for the pairs, so that no row need be held. */
function createRows(table: string, flags: PairsBuildFlags) {
  const { question, answer, prompt, choices, answerForm, label, id, negatives, limit, skipBadRows } = flags;
  const wrong = negatives.startsWith(GIVEN) ? negatives.slice(GIVEN.length) : undefined;
  const columns: AnswerColumns = { question, answer, prompt, choices, answerForm, label, id, wrong };
  let bad = 0;
  return {
    bad: () => bad,
    read(): AsyncIterable<AnswerRow> {
      bad = 0;
      const options = {
        parse: answerRowParser(columns),
        skipBadRows,
        onBadRow: () => {
          bad += 1;
        },
      };
      return take(values(readRows(table, options)), limit);
    },
  };
}

async function* values<T>(rows: AsyncIterable<{ value: T }>): AsyncGenerator<T> {
  for await (const { value } of rows) yield value;
}

async function* take<T>(items: AsyncIterable<T>, limit: number | undefined): AsyncGenerator<T> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  if (left === 0) return;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

async function answersOf(rows: AsyncIterable<AnswerRow>): Promise<readonly string[]> {
  const pool = createAnswerPool();
  for await (const { answer } of rows) pool.add(answer);
  return pool.answers();
}

/** Puts the prompts of chats into the model's own words for them. */
async function* wordPrompts(
  rows: AsyncIterable<AnswerRow>,
  flags: PairsBuildFlags,
  tokenizer: Tokenizer | undefined,
): AsyncGenerator<AnswerRow> {
  const { chat, system } = flags;
  if (chat && tokenizer === undefined) {
    throw usageError('--chat', flags.model, 'a model with a tokenizer');
  }
  for await (const row of rows) {
    if (!chat) yield row;
    else {
      const question = tokenizer!.applyChatTemplate([
        ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
        { role: 'user', content: row.question },
      ]);
      yield { ...row, question };
    }
  }
}

async function balanced(
  pairs: AsyncIterable<ContrastivePair>,
  say: (line: string) => void,
): Promise<ContrastivePair[]> {
  const all: ContrastivePair[] = [];
  for await (const pair of pairs) all.push(pair);
  const kept = balanceLengths(all);
  say(`balanced by length: ${kept.length} of ${all.length} pairs stay`);
  return kept;
}

async function* watch<T>(items: Iterable<T> | AsyncIterable<T>, see: (item: T) => void): AsyncGenerator<T> {
  for await (const item of items) {
    see(item);
    yield item;
  }
}

/** The pairs, or an error before an empty file is written. */
async function* orNone<T>(pairs: AsyncIterable<T>, table: string): AsyncGenerator<T> {
  let any = false;
  for await (const pair of pairs) {
    any = true;
    yield pair;
  }
  if (!any) throw new EmptyInputError({ what: `Pairs of ${table}` });
}
