import { measureGainInformation, measurePairGradients } from '@austeer/baselines';
import {
  type ContrastivePair,
  EmptyInputError,
  type ModelIdentity,
  type Site,
  type Tokenizer,
  type TokenPair,
} from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import {
  type CountsFile,
  countsToSafetensors,
  labelShare,
  measurePairs,
  needsGradients,
  needsInformation,
  type PairStatistics,
  pairActivations,
  type RankedUnit,
  rankPairs,
  tiesAtCut,
} from '@austeer/localize';
import { type EncodeReport, encodePairs, parsePairRow, readJsonLines } from '@austeer/pairs';
import { readActivations } from '../activation-files.ts';
import type { LocalizeFlags } from '../commands/localize.ts';
import type { AusteerContext } from '../context.ts';
import { readRanking, refuseOwnInput, usageError } from '../flags.ts';
import { withModel } from '../load.ts';
import { describeLabelShare } from '../output/run-report.ts';
import { formatTable } from '../output/table.ts';
import { textEncoder } from '../rows.ts';
import { taskOfFlags } from '../task-of-flags.ts';

/** Units shown to a person; `--json` lists all of `--top`. */
const SHOWN_UNITS = 20;

export async function runLocalize(this: AusteerContext, flags: LocalizeFlags): Promise<void> {
  const { terminal } = this;
  refuseOwnInput(flags.out, flags.pairs, flags.positive, flags.negative);
  const { statistics, model, provenance } = await measure(this, flags);
  const { sites, top, ties: tieOrder } = flags;
  const { ranking, mode } = readRanking(flags);
  const { counts } = statistics;
  const units = rankPairs(statistics, { ranking, ties: tieOrder, mode, sites, top });
  const share =
    Object.keys(statistics.byLabel).length > 1 ? labelShare(statistics, { k: top, sites }) : undefined;
  if (flags.out !== undefined) {
    await writeFileAtomic(
      flags.out,
      countsToSafetensors({ ...statistics, ...(model && { model }), provenance }),
    );
  }
  if (flags.json) {
    terminal.printJson({
      pairs: counts.pairs,
      ranking,
      ...(share && { labelShare: share }),
      ...(flags.out === undefined ? {} : { out: flags.out }),
      units,
    });
    return;
  }
  const rows = units
    .slice(0, SHOWN_UNITS)
    .map(({ site, layer, index, score, sign, promoted, suppressed, effect = score }, rank) => [
      String(rank + 1),
      site,
      String(layer),
      String(index),
      `${sign > 0 ? '+' : '−'}${Math.abs(effect).toFixed(3)}`,
      String(promoted),
      String(suppressed),
    ]);
  const scoreName = needsGradients(ranking) ? 'nats a gain' : 'score';
  terminal.print(formatTable(['rank', 'site', 'layer', 'index', scoreName, 'promoted', 'suppressed'], rows));
  terminal.print(`${counts.pairs} pairs${describeCut(flags, statistics, units)}`);
  const note = ranking === 'momentum' && share !== undefined ? describeLabelShare(share) : undefined;
  if (note !== undefined) terminal.print(`note: ${note}`);
  if (flags.out !== undefined) terminal.print(`counts → ${flags.out}`);
}

/** How many units share the last score, where scores are shares of pairs and their order is a choice. */
function describeCut(
  { ties, sites, top, ...flags }: LocalizeFlags,
  { counts }: PairStatistics,
  units: readonly RankedUnit[],
): string {
  const { ranking } = readRanking(flags);
  if (units.length === 0) return ': no unit differs between right and wrong answers';
  if (ranking !== 'momentum') return `, ranked by ${ranking}`;
  const { score, tied, taken } = tiesAtCut(counts, { k: Math.min(top, units.length), sites });
  const order = ties === 'index' ? 'lowest layer' : 'largest effect';
  return `; ${tied} units have the score ${score.toFixed(3)} at the cut after ${units.length}, ${taken} of them taken (${order} first)`;
}

interface Measured {
  readonly statistics: PairStatistics & Pick<CountsFile, 'gradients' | 'information'>;
  readonly model?: ModelIdentity | undefined;
  readonly provenance: Readonly<Record<string, unknown>>;
}

async function measure(context: AusteerContext, flags: LocalizeFlags): Promise<Measured> {
  const { pairs, task, positive, negative, model } = flags;
  if (positive !== undefined || negative !== undefined) {
    if (positive === undefined || negative === undefined) {
      throw usageError('--positive and --negative', 'one of them', 'both');
    }
    const { ranking } = readRanking(flags);
    if (needsGradients(ranking)) {
      throw usageError(
        '--ranking',
        ranking,
        'another one with files of activations: this one differentiates a model',
      );
    }
    if (pairs !== undefined || task !== undefined || model !== undefined) {
      throw usageError(
        '--positive',
        'beside --pairs, --task or --model',
        'files of activations alone: they need no model',
      );
    }
    return measureFiles(context, positive, negative, flags.sites);
  }
  if ((pairs === undefined) === (task === undefined)) {
    throw usageError(
      '--pairs or --task',
      pairs === undefined ? 'neither' : 'both',
      'a file of pairs, a task, or --positive and --negative',
    );
  }
  const named = { ...flags, model: model ?? 'smollm2-135m' };
  return withModel(context, named, async (loaded) => {
    const { terminal, signal } = context;
    const { sites, join, cut, limit } = flags;
    const all =
      pairs === undefined
        ? await taskPairs(context, flags, task!, loaded.tokenizer)
        : await filePairs(context, flags, pairs, loaded.tokenizer);
    const measured = all.slice(0, limit);
    const source = loaded.capturePairs(measured, { sites, signal, onProgress: terminal.progress });
    const statistics = await measurePairs(source, { sites, signal });
    if (!needsGradients(readRanking(flags).ranking)) {
      return { statistics, model: loaded.identity, provenance: { pairs: pairs ?? task, join, cut } };
    }
    const { classes, leftOut } = await measurePairGradients({
      model: loaded,
      pairs: measured,
      sites,
      batchSize: flags.batchSize,
      signal,
      onProgress: terminal.progress,
    });
    if (leftOut.length > 0)
      terminal.say(`note: ${leftOut.length} pairs have no two answers, and no gradient`);
    const information = needsInformation(readRanking(flags).ranking)
      ? await measureGainInformation({
          model: loaded,
          sites,
          batchSize: flags.batchSize,
          signal,
          onProgress: terminal.progress,
        })
      : undefined;
    return {
      statistics: { ...statistics, gradients: classes, ...(information && { information }) },
      model: loaded.identity,
      provenance: { pairs: pairs ?? task, join, cut },
    };
  });
}

async function measureFiles(
  context: AusteerContext,
  positive: string,
  negative: string,
  sites: readonly Site[],
): Promise<Measured> {
  const source = pairActivations({
    positive: await readActivations(positive, sites),
    negative: await readActivations(negative, sites),
  });
  const statistics = await measurePairs(source, { sites, signal: context.signal });
  return { statistics, provenance: { positive, negative } };
}

async function taskPairs(
  context: AusteerContext,
  flags: LocalizeFlags,
  name: string,
  tokenizer: Tokenizer | undefined,
): Promise<TokenPair[]> {
  const task = await taskOfFlags(context, tokenizer, flags, { name, pairLimit: flags.limit });
  return encode(context, flags, task.pairs, tokenizer, name);
}

async function filePairs(
  context: AusteerContext,
  flags: LocalizeFlags,
  path: string,
  tokenizer: Tokenizer | undefined,
): Promise<TokenPair[]> {
  const rows: (ContrastivePair | TokenPair)[] = [];
  for await (const { line, value } of readJsonLines(path)) {
    if (rows.length === flags.limit) break;
    rows.push(parsePairRow(value, { path, line }));
  }
  if (rows.length === 0) throw new EmptyInputError({ what: `Pairs of ${path}` });
  const texts = rows.filter((row): row is ContrastivePair => 'question' in row);
  const encoded = texts.length === 0 ? [] : encode(context, flags, texts, tokenizer, path);
  return rows.map((row) => ('question' in row ? encoded.shift()! : row));
}

function encode(
  context: AusteerContext,
  { join, cut }: LocalizeFlags,
  pairs: readonly ContrastivePair[],
  tokenizer: Tokenizer | undefined,
  path: string,
): TokenPair[] {
  const encoder = { encode: textEncoder(tokenizer, path), beginTokens: tokenizer?.beginTokens };
  const encoded = encodePairs(pairs, encoder, { join, cut });
  warn(context, encoded.report);
  return encoded.pairs;
}

function warn({ terminal }: AusteerContext, report: EncodeReport): void {
  const lines: [number, string][] = [
    [
      report.answerLost.length,
      'pairs lost their answer to the limit of 512 tokens (--cut question keeps it)',
    ],
    [
      report.joinedDifferently.length,
      'pairs where the answer melts into the question’s last token (--join tokens keeps them apart)',
    ],
    [report.identical.length, 'pairs whose two texts are the same tokens'],
  ];
  for (const [number, text] of lines) if (number > 0) terminal.say(`note: ${number} ${text}`);
}
