import { readFileBytes } from '@austeer/core/node';
import { type ExperimentFile, gridExperiment, parseExperimentFile, sizesOf } from '@austeer/experiments';
import type { ExperimentFlags } from '../commands/experiment.ts';
import type { AusteerContext } from '../context.ts';
import { runExperiments } from '../run-experiments.ts';

export async function runExperiment(
  this: AusteerContext,
  flags: ExperimentFlags,
  path: string,
): Promise<void> {
  await experiment(this, flags, path, false);
}

export async function planExperiment(
  this: AusteerContext,
  flags: ExperimentFlags,
  path: string,
): Promise<void> {
  await experiment(this, flags, path, true);
}

async function experiment(
  context: AusteerContext,
  flags: ExperimentFlags,
  path: string,
  plan: boolean,
): Promise<void> {
  const bytes = await readFileBytes(path, { what: 'Experiment' });
  const file: ExperimentFile = parseExperimentFile(new TextDecoder().decode(bytes), { path });
  await runExperiments(context, {
    flags: { ...flags, model: flags.model ?? file.models },
    experiments: [gridExperiment(file)],
    bench: { sizes: sizesOf(file), criterion: file.criterion as 'accuracy' },
    command: () => `austeer experiment run ${path}`,
    words: ['experiment', 'run', path],
    show: plan ? 'plan' : undefined,
  });
}
