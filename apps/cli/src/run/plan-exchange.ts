/**
 * Plans as files of other programs.
 *
 * @module
 */
import { extname } from 'node:path';
import type { ModelIdentity } from '@austeer/core';
import { readFileBytes, writeFileAtomic } from '@austeer/core/node';
import {
  planFromControlVector,
  planFromCsv,
  planFromSvec,
  planToControlVector,
  planToCsv,
  planToLmEval,
  planToSvec,
  type SteeringPlan,
} from '@austeer/steering';
import type { PlanExportFlags, PlanImportFlags } from '../commands/plan-exchange.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { withModel } from '../load.ts';
import { savePlan } from '../output/save-plan.ts';
import { readPlan } from '../plan-of-flags.ts';

export async function runPlanExport(
  this: AusteerContext,
  { out, json }: PlanExportFlags,
  path: string,
): Promise<void> {
  const write = WRITERS[extname(out)];
  if (write === undefined)
    throw usageError('--out', out, `a path that ends in ${Object.keys(WRITERS).join(', ')}`);
  const content = write(await readPlan(path));
  await writeFileAtomic(out, content);
  if (json) this.terminal.printJson({ out });
  else this.terminal.print(`plan → ${out}`);
}

export async function runPlanImport(
  this: AusteerContext,
  flags: PlanImportFlags,
  path: string,
): Promise<void> {
  const read = READERS[extname(path)];
  if (read === undefined) {
    throw usageError('file', path, `a file that ends in ${Object.keys(READERS).join(', ')}`);
  }
  const bytes = await readFileBytes(path, { what: 'Steering file' });
  const { plan, warnings } = await withModel(this, flags, async ({ identity }) =>
    read({ bytes, model: identity, path, layers: flags.layers }),
  );
  for (const warning of warnings) this.terminal.say(`warning: ${warning}`);
  await savePlan(this, plan, flags);
}

const WRITERS: Readonly<Record<string, (plan: SteeringPlan) => Uint8Array | string>> = {
  '.gguf': planToControlVector,
  '.svec': planToSvec,
  '.pt': (plan) => planToLmEval(plan),
  '.csv': planToCsv,
};

interface Source {
  readonly bytes: Uint8Array;
  readonly model: ModelIdentity;
  readonly path: string;
  readonly layers: readonly number[] | undefined;
}

const READERS: Readonly<Record<string, (source: Source) => { plan: SteeringPlan; warnings: string[] }>> = {
  '.gguf': ({ bytes, model, path }) => planFromControlVector(bytes, { model, path }),
  '.svec': ({ bytes, model, path, layers }) => {
    if (layers === undefined) throw usageError('--layers', 'nothing', 'the layers of the file to steer');
    return planFromSvec(new TextDecoder().decode(bytes), { model, path, layers });
  },
  '.csv': ({ bytes, model, path }) => ({
    plan: planFromCsv(new TextDecoder().decode(bytes), { model, path }),
    warnings: [],
  }),
};
