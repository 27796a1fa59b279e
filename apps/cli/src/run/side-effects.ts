import { EmptyInputError } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import { formatSideEffects, HELD_TEXTS, measureSideEffects } from '@austeer/evaluators';
import type { SideEffectsFlags } from '../commands/side-effects.ts';
import type { AusteerContext } from '../context.ts';
import { withModel } from '../load.ts';
import { steeringOfFlags } from '../plan-of-flags.ts';
import { readTextRows } from '../rows.ts';

export async function runSideEffects(this: AusteerContext, flags: SideEffectsFlags): Promise<void> {
  const { terminal, signal } = this;
  const { limit, maxNewTokens, temperature, batchSize, seed } = flags;
  const texts = (flags.texts === undefined ? HELD_TEXTS : await readTexts(flags.texts)).slice(0, limit);
  const prompts = flags.prompts === undefined ? undefined : (await readTexts(flags.prompts)).slice(0, limit);
  await withModel(this, flags, async (model) => {
    const steering = (await steeringOfFlags(this, flags, model.identity))!;
    const effects = await measureSideEffects({
      model,
      steering,
      texts,
      prompts,
      maxNewTokens,
      temperature,
      seed,
      batchSize,
      signal,
      onProgress: terminal.progress,
    });
    const result = { model: model.identity, plan: flags.plan, alpha: flags.alpha, seed, ...effects };
    if (flags.out !== undefined) await writeFileAtomic(flags.out, `${JSON.stringify(result, null, 2)}\n`);
    if (flags.json) terminal.printJson(result);
    else for (const line of formatSideEffects(effects)) terminal.print(line);
  });
}

async function readTexts(path: string): Promise<string[]> {
  const rows = await readTextRows(path);
  if (rows.length === 0) throw new EmptyInputError({ what: `Rows of ${path}` });
  return rows.map(({ text }) => text);
}
