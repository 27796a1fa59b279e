import {
  type ContrastivePair,
  EmptyInputError,
  FileFormatError,
  type FloatTensor,
  floatTensor,
  type ModelIdentity,
  type Site,
  safetensorsFloats,
  type TokenPair,
} from '@austeer/core';
import { readSafetensorsFile, writeFileAtomic } from '@austeer/core/node';
import {
  countMomentum,
  countsToSafetensors,
  type MomentumCounts,
  pairActivations,
  rankUnits,
  tiesAtCut,
} from '@austeer/localize';
import { type EncodeReport, encodePairs, parsePairRow, readJsonLines } from '@austeer/pairs';
import type { LocalizeFlags } from '../commands/localize.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { withModel } from '../load.ts';
import { formatTable } from '../output/table.ts';
import { textEncoder } from '../rows.ts';

/** Units shown to a person; `--json` lists all of `--top`. */
const SHOWN_UNITS = 20;

export async function runLocalize(this: AusteerContext, flags: LocalizeFlags): Promise<void> {
  const { terminal } = this;
  const { counts, model, provenance } = await count(this, flags);
  const { sites, top, mode } = flags;
  const units = rankUnits(counts, { sites, top, mode });
  if (flags.out !== undefined) {
    await writeFileAtomic(flags.out, countsToSafetensors({ counts, ...(model && { model }), provenance }));
  }
  if (flags.json) {
    terminal.printJson({
      pairs: counts.pairs,
      ...(flags.out === undefined ? {} : { out: flags.out }),
      units,
    });
    return;
  }
  const rows = units
    .slice(0, SHOWN_UNITS)
    .map(({ site, layer, index, score, sign, promoted, suppressed }, rank) => [
      String(rank + 1),
      site,
      String(layer),
      String(index),
      `${sign > 0 ? '+' : '−'}${score.toFixed(3)}`,
      String(promoted),
      String(suppressed),
    ]);
  terminal.print(formatTable(['rank', 'site', 'layer', 'index', 'score', 'promoted', 'suppressed'], rows));
  const ties = tiesAtCut(counts, { k: Math.min(top, units.length), sites });
  terminal.print(
    `${counts.pairs} pairs; ${ties.tied} units have the score ${ties.score.toFixed(3)} at the cut after ${units.length}, ${ties.taken} of them taken (lowest layer first)`,
  );
  if (flags.out !== undefined) terminal.print(`counts → ${flags.out}`);
}

interface Counted {
  readonly counts: MomentumCounts;
  readonly model?: ModelIdentity | undefined;
  readonly provenance: Readonly<Record<string, unknown>>;
}

async function count(context: AusteerContext, flags: LocalizeFlags): Promise<Counted> {
  const { pairs, positive, negative, model } = flags;
  if (positive !== undefined || negative !== undefined) {
    if (positive === undefined || negative === undefined) {
      throw usageError('--positive and --negative', 'one of them', 'both');
    }
    if (pairs !== undefined || model !== undefined) {
      throw usageError(
        '--positive',
        'beside --pairs or --model',
        'files of activations alone: they need no model',
      );
    }
    return countFiles(context, positive, negative, flags.sites);
  }
  if (pairs === undefined)
    throw usageError('--pairs', 'nothing', 'a file of pairs, or --positive and --negative');
  return countPairs(context, { ...flags, model: model ?? 'smollm2-135m' }, pairs);
}

async function countFiles(
  context: AusteerContext,
  positive: string,
  negative: string,
  sites: readonly Site[],
): Promise<Counted> {
  const read = async (path: string): Promise<Partial<Record<Site, FloatTensor>>> => {
    const { tensors } = await readSafetensorsFile(path, { what: 'Activations' });
    return Object.fromEntries(
      sites.map((site) => {
        const entry = tensors.get(site);
        if (entry?.shape.length !== 3) {
          throw new FileFormatError({
            path,
            format: 'activations',
            problem: `it has no tensor "${site}" of shape [rows, layers, width]`,
            advice: 'Write it with `austeer capture --positions last`, or from any framework',
          });
        }
        return [site, floatTensor(safetensorsFloats(entry), entry.shape)];
      }),
    );
  };
  const source = pairActivations({ positive: await read(positive), negative: await read(negative) });
  const counts = await countMomentum(source, { sites, signal: context.signal });
  return { counts, provenance: { positive, negative } };
}

async function countPairs(
  context: AusteerContext,
  flags: LocalizeFlags & { model: string },
  path: string,
): Promise<Counted> {
  const { terminal, signal } = context;
  const texts: ContrastivePair[] = [];
  const tokens: TokenPair[] = [];
  const order: ('text' | 'tokens')[] = [];
  for await (const { line, value } of readJsonLines(path)) {
    const pair = parsePairRow(value, { path, line });
    order.push('question' in pair ? 'text' : 'tokens');
    if ('question' in pair) texts.push(pair);
    else tokens.push(pair);
  }
  if (order.length === 0) throw new EmptyInputError({ what: `Pairs of ${path}` });
  return withModel(context, flags, async (model) => {
    const { sites, join, cut } = flags;
    const encoded =
      texts.length === 0
        ? { pairs: [], report: undefined }
        : encodePairs(
            texts,
            { encode: textEncoder(model.tokenizer, path), beginTokens: model.tokenizer?.beginTokens },
            { join, cut },
          );
    warn(context, encoded.report);
    const ordered = order.map((kind) => (kind === 'text' ? encoded.pairs.shift()! : tokens.shift()!));
    const source = model.capturePairs(ordered, { sites, signal, onProgress: terminal.progress });
    const counts = await countMomentum(source, { sites, signal });
    return { counts, model: model.identity, provenance: { pairs: path, join, cut } };
  });
}

function warn({ terminal }: AusteerContext, report: EncodeReport | undefined): void {
  if (report === undefined) return;
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
