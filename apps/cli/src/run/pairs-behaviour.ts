import {
  BEHAVIOURS,
  type BehaviourRow,
  behaviourPair,
  loadBehaviour,
  parseBehaviourRow,
  readRows,
  writePairs,
} from '@austeer/pairs';
import type { PairsBehaviourFlags } from '../commands/pairs.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { loadTokenizer } from '../load.ts';
import { printPairs } from '../output/pairs-report.ts';
import { formatTable } from '../output/table.ts';

/** Pairs shown to a person where none are written. */
const SHOWN_PAIRS = 5;

export async function runPairsGallery(
  this: AusteerContext,
  flags: PairsBehaviourFlags,
  name?: string,
): Promise<void> {
  if (name !== undefined) return handOver(this, flags, await loadBehaviour(name));
  if (flags.out !== undefined) throw usageError('--out', flags.out, 'the name of a behaviour with it');
  const listed = [];
  for (const behaviour of BEHAVIOURS) {
    listed.push({ ...behaviour, pairs: (await loadBehaviour(behaviour.name)).length });
  }
  if (flags.json) {
    this.terminal.printJson({ behaviours: listed });
    return;
  }
  const rows = listed.map(({ name: title, pairs, positive, negative }) => [
    title,
    String(pairs),
    positive,
    negative,
  ]);
  this.terminal.print(formatTable(['behaviour', 'pairs', 'positive', 'negative'], rows));
}

export async function runPairsBehaviour(
  this: AusteerContext,
  flags: PairsBehaviourFlags,
  table: string,
): Promise<void> {
  const rows: BehaviourRow[] = [];
  for await (const { value } of readRows(table, { parse: parseBehaviourRow })) rows.push(value);
  await handOver(this, flags, rows);
}

async function handOver(
  context: AusteerContext,
  flags: PairsBehaviourFlags,
  rows: readonly BehaviourRow[],
): Promise<void> {
  const { terminal } = context;
  const { model, system, limit, out } = flags;
  const tokenizer = model === undefined ? undefined : await loadTokenizer(context, { ...flags, model });
  if (model !== undefined && tokenizer === undefined) {
    throw usageError('--model', model, 'a model with a tokenizer, whose chat template writes the prompts');
  }
  const chat =
    tokenizer &&
    ((messages: Parameters<typeof tokenizer.applyChatTemplate>[0]) => tokenizer.applyChatTemplate(messages));
  const pairs = rows.slice(0, limit).map((row) => behaviourPair(row, { chat, system }));
  if (out !== undefined) await writePairs(out, pairs);
  if (flags.json) terminal.printJson({ out: out ?? null, pairs: out === undefined ? pairs : pairs.length });
  else {
    if (out === undefined) printPairs(terminal, pairs.slice(0, SHOWN_PAIRS));
    terminal.say(
      out === undefined
        ? `${pairs.length} pairs; --out writes them`
        : `wrote ${pairs.length} pairs to ${out}`,
    );
  }
}
