import { EmptyInputError, type Generation } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import type { GenerateFlags } from '../commands/generate.ts';
import type { AusteerContext } from '../context.ts';
import { refuseOwnInput, usageError } from '../flags.ts';
import { withModel } from '../load.ts';
import { steeringOfFlags } from '../plan-of-flags.ts';
import { type PromptRow, promptEncoder, readPromptRows } from '../rows.ts';

export async function runGenerate(this: AusteerContext, flags: GenerateFlags): Promise<void> {
  const { terminal, signal } = this;
  const { input, prompt, chat, maxNewTokens, temperature, topK, topP, stop, seed, batchSize } = flags;
  if ((input === undefined) === (prompt === undefined)) {
    throw usageError('--input or --prompt', input === undefined ? 'neither' : 'both', 'exactly one of them');
  }
  refuseOwnInput(flags.out, input, flags.plan);
  await withModel(this, flags, async (model) => {
    const plain = promptEncoder(model.tokenizer, input ?? '--prompt');
    const encode = (text: string): number[] =>
      plain((chat && model.tokenizer?.applyChatTemplate([{ role: 'user', content: text }])) || text);
    const prompts: PromptRow[] =
      input === undefined
        ? [{ text: prompt!, tokens: encode(prompt!) }]
        : await readPromptRows(input, encode);
    if (prompts.length === 0) throw new EmptyInputError({ what: `Rows of ${input}` });
    const steering = await steeringOfFlags(this, flags, model.identity);
    // A single answer is shown as it is written.
    const streams = prompts.length === 1 && !flags.json;
    const asked = prompts.map(({ tokens }) => tokens);
    let streamed = false;
    const write = ({ text }: { text: string }): void => {
      streamed ||= text !== '';
      this.process.stdout.write(text);
    };
    const rows = await model
      .generate(asked, {
        maxNewTokens,
        temperature,
        topK,
        topP,
        seed,
        batchSize,
        signal,
        ...(stop && { stop }),
        ...(steering && { steering }),
        ...(streams ? { onToken: write } : { onProgress: terminal.progress }),
      })
      .catch((error: unknown) => {
        // What is said next must not stick to half an answer.
        if (streamed) terminal.print();
        throw error;
      });
    if (flags.out !== undefined) {
      const content = flags.out.endsWith('.jsonl')
        ? answerLines(prompts, rows)
        : `${JSON.stringify({ rows }, null, 2)}\n`;
      await writeFileAtomic(flags.out, content);
    }
    if (flags.json) terminal.printJson({ rows });
    else if (streams) terminal.print();
    else
      for (const [index, { text }] of rows.entries())
        terminal.print(`${terminal.style('dim', `[${index + 1}]`)} ${text}`);
  });
}

/** Lines as `judge` and `human sheet` read them. */
function answerLines(prompts: readonly PromptRow[], rows: readonly Generation[]): string {
  const lines = prompts.map(({ id, text, tokens }, row) => {
    const instruction = text === undefined ? { tokens } : { instruction: text };
    return JSON.stringify({ id: id ?? String(row + 1), ...instruction, answer: rows[row]!.text });
  });
  return `${lines.join('\n')}\n`;
}
