import { EmptyInputError } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import type { ScoreFlags } from '../commands/score.ts';
import type { AusteerContext } from '../context.ts';
import { withModel } from '../load.ts';
import { steeringOfFlags } from '../plan-of-flags.ts';
import { readScoreRows } from '../rows.ts';

export async function runScore(this: AusteerContext, flags: ScoreFlags): Promise<void> {
  const { terminal, signal } = this;
  await withModel(this, flags, async (model) => {
    const items = await readScoreRows(flags.input, model.tokenizer);
    if (items.length === 0) throw new EmptyInputError({ what: `Rows of ${flags.input}` });
    const steering = await steeringOfFlags(this, flags, model.identity);
    const { batchSize } = flags;
    const scores = await model.score(items, {
      batchSize,
      signal,
      onProgress: terminal.progress,
      ...(steering && { steering }),
    });
    const rows = scores.map(({ logProbabilities, topToken }) => ({
      logProbabilities,
      best: logProbabilities.reduce((top, value, index) => (value > logProbabilities[top]! ? index : top), 0),
      topToken,
      ...(model.tokenizer && { topText: model.tokenizer.decode([topToken], { keepSpecialTokens: true }) }),
    }));
    if (flags.out !== undefined) await writeFileAtomic(flags.out, `${JSON.stringify({ rows }, null, 2)}\n`);
    if (flags.json) terminal.printJson({ rows });
    else {
      for (const { logProbabilities, best } of rows) {
        terminal.print(
          logProbabilities
            .map((value, index) => `${index === best ? '*' : ' '}${value.toFixed(4)}`)
            .join('  '),
        );
      }
    }
  });
}
