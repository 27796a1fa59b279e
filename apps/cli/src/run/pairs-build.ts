import { join } from 'node:path';
import type { ContrastivePair, SentenceEncoder, Tokenizer } from '@austeer/core';
import {
  type AnswerColumns,
  type AnswerRow,
  answerRowParser,
  balanceLengths,
  buildPairs,
  cacheSentenceEncoder,
  createAnswerPool,
  createEmbeddingsEncoder,
  createPairStatistics,
  givenNegatives,
  hardNegatives,
  lengthMatchedNegatives,
  type NegativeSource,
  pairWarnings,
  randomNegatives,
  readTable,
  writePairs,
} from '@austeer/pairs';
import { defaultCacheDirectory, loadSentenceEncoder } from '@austeer/runtime';
import type { PairsBuildFlags } from '../commands/pairs.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { loadTokenizer } from '../load.ts';
import { printPairs, printStatistics } from '../output/pairs-report.ts';

/** Pairs shown to a person. */
const SHOWN_PAIRS = 5;
const GIVEN = 'column:';
const SERVICE = 'openai:';

export async function runPairsBuild(
  this: AusteerContext,
  flags: PairsBuildFlags,
  table: string,
): Promise<void> {
  const { terminal, signal } = this;
  if (flags.preview && flags.out !== undefined) {
    throw usageError('--preview', 'with --out', 'one of them: a preview writes nothing');
  }
  if (flags.chat && flags.model === undefined) {
    throw usageError('--chat', 'without --model', 'the model whose chat template writes the prompt');
  }
  if (flags.system !== undefined && !flags.chat) {
    throw usageError('--system', 'without --chat', '--chat: a plain prompt has no system message');
  }
  const tokenizer =
    flags.model === undefined ? undefined : await loadTokenizer(this, { ...flags, model: flags.model });
  const source = await openSource(this, flags);
  try {
    const rows = createRows(table, flags);
    const pool = source.negatives.usesPool ? await answersOf(rows.read()) : [];
    const leftOut: string[] = [];
    const built = buildPairs({
      rows: wordPrompts(take(rows.read(), flags.preview ? SHOWN_PAIRS : undefined), flags, tokenizer),
      negatives: source.negatives,
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
    else await writePairs(flags.out, watched);

    const found = statistics.result();
    // A preview is too small for its statistics to mean anything.
    const warnings = flags.preview ? [] : pairWarnings(found);
    if (flags.json) {
      terminal.printJson({
        out: flags.out ?? null,
        pairs: found.pairs,
        negatives: source.negatives.name,
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
    terminal.print(`wrong answers: ${source.negatives.name}${pool.length > 0 ? `, of ${pool.length}` : ''}`);
    if (leftOut.length > 0) {
      terminal.print(
        `left out, without a wrong answer: ${leftOut.length} (${leftOut.slice(0, 5).join(', ')})`,
      );
    }
    if (rows.bad() > 0) terminal.print(`malformed rows left out: ${rows.bad()}`);
    if (!flags.preview) printStatistics(terminal, found, warnings);
    if (flags.out !== undefined) terminal.say(`wrote ${found.pairs} pairs to ${flags.out}`);
  } finally {
    await source.dispose();
  }
}

/** The rule of the wrong answers, and what it holds. */
async function openSource(
  context: AusteerContext,
  flags: PairsBuildFlags,
): Promise<{ negatives: NegativeSource; dispose: () => Promise<void> }> {
  const { negatives, seed } = flags;
  const plain = (source: NegativeSource) => ({ negatives: source, dispose: async () => undefined });
  if (negatives.startsWith(GIVEN)) return plain(givenNegatives());
  if (negatives === 'random') return plain(randomNegatives({ seed }));
  if (negatives === 'length') return plain(lengthMatchedNegatives({ seed }));
  if (negatives !== 'hard') {
    throw usageError('--negatives', negatives, 'hard, random, length or column:NAME');
  }
  const cacheDirectory = flags.cache ?? defaultCacheDirectory();
  const encoder = cacheSentenceEncoder({
    encoder: await openEncoder(context, flags),
    directory: join(cacheDirectory, 'sentences'),
  });
  return {
    negatives: hardNegatives({ encoder }),
    dispose: async () => encoder.dispose?.(),
  };
}

async function openEncoder(context: AusteerContext, flags: PairsBuildFlags): Promise<SentenceEncoder> {
  const { encoder, cache, offline, threads } = flags;
  if (encoder.startsWith(SERVICE)) {
    const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = context.process.env ?? {};
    return createEmbeddingsEncoder({ model: encoder.slice(SERVICE.length), apiKey, baseUrl });
  }
  return loadSentenceEncoder({
    model: encoder,
    cacheDirectory: cache,
    threads,
    ...(offline && { offline }),
    signal: context.signal,
    onProgress: context.terminal.progress,
  });
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
      return take(values(readTable(table, options)), limit);
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
