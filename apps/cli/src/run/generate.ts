import { EmptyInputError } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import type { GenerateFlags } from '../commands/generate.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { withModel } from '../load.ts';
import { steeringOfFlags } from '../plan-of-flags.ts';
import { promptEncoder, readTokenRows } from '../rows.ts';

export async function runGenerate(this: AusteerContext, flags: GenerateFlags): Promise<void> {
  const { terminal, signal } = this;
  const { input, prompt, chat, maxNewTokens, temperature, topK, topP, stop, seed, batchSize } = flags;
  if ((input === undefined) === (prompt === undefined)) {
    throw usageError('--input or --prompt', input === undefined ? 'neither' : 'both', 'exactly one of them');
  }
  await withModel(this, flags, async (model) => {
    const plain = promptEncoder(model.tokenizer, input ?? '--prompt');
    const encode = (text: string): number[] =>
      plain((chat && model.tokenizer?.applyChatTemplate([{ role: 'user', content: text }])) || text);
    const prompts = input === undefined ? [encode(prompt!)] : await readTokenRows(input, encode);
    if (prompts.length === 0) throw new EmptyInputError({ what: `Rows of ${input}` });
    const steering = await steeringOfFlags(this, flags, model.identity);
    // A single answer is shown as it is written.
    const streams = prompts.length === 1 && !flags.json;
    const rows = await model.generate(prompts, {
      maxNewTokens,
      temperature,
      topK,
      topP,
      seed,
      batchSize,
      signal,
      ...(stop && { stop }),
      ...(steering && { steering }),
      ...(streams
        ? { onToken: ({ text }) => this.process.stdout.write(text) }
        : { onProgress: terminal.progress }),
    });
    if (flags.out !== undefined) await writeFileAtomic(flags.out, `${JSON.stringify({ rows }, null, 2)}\n`);
    if (flags.json) terminal.printJson({ rows });
    else if (streams) terminal.print();
    else
      for (const [index, { text }] of rows.entries())
        terminal.print(`${terminal.style('dim', `[${index + 1}]`)} ${text}`);
  });
}
