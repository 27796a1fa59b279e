import {
  EmptyInputError,
  type SafetensorsEntry,
  type Site,
  siteWidth,
  writeSafetensors,
} from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import type { CaptureFlags } from '../commands/capture.ts';
import type { AusteerContext } from '../context.ts';
import { withModel } from '../load.ts';
import { promptEncoder, readPromptRows } from '../rows.ts';

export async function runCapture(this: AusteerContext, flags: CaptureFlags): Promise<void> {
  const { terminal, signal } = this;
  await withModel(this, flags, async (model) => {
    const read = await readPromptRows(flags.input, promptEncoder(model.tokenizer, flags.input));
    const rows = read.map(({ tokens }) => tokens);
    if (rows.length === 0) throw new EmptyInputError({ what: `Rows of ${flags.input}` });
    const { sites, positions, batchSize } = flags;
    const { layers } = model.identity;
    const tensors: Record<string, SafetensorsEntry> = {};
    // The last token of every row has a place of its own from the start; memory holds them once.
    const last = (site: Site): Float32Array => {
      const shape = [rows.length, layers, siteWidth(model.identity, site)];
      tensors[site] ??= { dtype: 'F32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
      return tensors[site].data as Float32Array;
    };
    const stream = model.capture(rows, {
      sites,
      positions,
      batchSize,
      signal,
      onProgress: terminal.progress,
    });
    for await (const { row, activations } of stream) {
      for (const site of sites) {
        const { data, shape } = activations[site]!;
        if (positions === 'last') last(site).set(data, row * data.length);
        else tensors[`${site}.${row}`] = { dtype: 'F32', shape, data };
      }
    }
    const metadata = {
      austeer: JSON.stringify({
        format: 'austeer-activations',
        version: 1,
        model: model.identity,
        positions,
      }),
    };
    await writeFileAtomic(flags.out, writeSafetensors({ metadata, tensors }));
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    if (flags.json) terminal.printJson({ out: flags.out, rows: rows.length, tensors: shapes });
    else terminal.print(`${rows.length} rows → ${flags.out}`);
  });
}
