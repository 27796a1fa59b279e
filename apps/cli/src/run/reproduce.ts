import { availableParallelism } from 'node:os';
import { EXPERIMENTS, experimentById } from '@austeer/experiments';
import type { ReproduceFlags } from '../commands/reproduce.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { formatTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { runExperiments } from '../run-experiments.ts';

export async function runReproduce(
  this: AusteerContext,
  flags: ReproduceFlags,
  ...ids: string[]
): Promise<void> {
  const { quick, plan, draw } = flags;
  // Small models judge badly, and at once: a quick run shows the whole way.
  const judge = flags.judge ?? (quick && flags.redis === undefined ? 'local' : 'none');
  const divided = flags.threads !== undefined || flags.shard !== undefined || flags.redis !== undefined;
  const runners = flags.runners ?? (quick && !divided ? Math.min(2, availableParallelism()) : 1);
  if (flags.list) {
    printList(this.terminal, flags.json);
    return;
  }
  if (ids.length === 0) throw usageError('experiments', 'none', 'ids such as table1 fig10, or all');
  await runExperiments(this, {
    flags: { ...flags, runners, judge },
    experiments: ids.includes('all') ? EXPERIMENTS : ids.map(experimentById),
    bench: { quick },
    command: (id) => commandOf(flags, id),
    words: ['reproduce', ...ids, ...(quick ? ['--quick'] : [])],
    show: plan ? 'plan' : draw ? 'figures' : undefined,
  });
}

/** The command line that makes an experiment as this run does. */
function commandOf(flags: ReproduceFlags, id: string): string {
  return [
    `austeer reproduce ${id} --model ${flags.model.join(',')}`,
    ...(flags.precision === 'fp32' ? [] : [`--precision ${flags.precision}`]),
    ...(flags.quick ? ['--quick'] : []),
    ...(flags.judge === undefined ? [] : [`--judge ${flags.judge}`]),
    ...(flags.seed === 0 ? [] : [`--seed ${flags.seed}`]),
  ].join(' ');
}

function printList(terminal: Terminal, json: boolean): void {
  const rows = EXPERIMENTS.map(({ id, title, needs }) => ({ id, title, needs }));
  if (json) terminal.printJson(rows);
  else
    terminal.print(
      formatTable(
        ['id', 'shows', 'needs'],
        rows.map(({ id, title, needs }) => [id, title, needs]),
      ),
    );
}
