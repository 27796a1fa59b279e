/**
 * Methods of the command line: by name, with the files and settings that they need.
 *
 * @module
 */
import { createMethod, METHODS, type MethodOptions, readSparseAutoencoder } from '@austeer/baselines';
import { UnknownNameError } from '@austeer/core';
import { readFileBytes } from '@austeer/core/node';
import type { SteeringMethod } from '@austeer/steering';
import { type MethodFlags, type RankingFlags, readRanking } from './flags.ts';

/** Refuses an unknown name before a model is loaded. */
export function checkMethodNames(names: readonly string[]): void {
  const unknown = names.find((name) => !METHODS.includes(name));
  if (unknown !== undefined) throw new UnknownNameError({ kind: 'method', given: unknown, known: METHODS });
}

/** Makes methods of flags; the autoencoder is read once. */
export async function methodsOfFlags(
  names: readonly string[],
  flags: MethodFlags & RankingFlags & Pick<MethodOptions, 'sites'>,
): Promise<SteeringMethod[]> {
  checkMethodNames(names);
  const { sae, saeLayer, sites, ties, layers, keepFraction } = flags;
  const { ranking, mode } = readRanking(flags);
  const autoencoder =
    sae === undefined
      ? undefined
      : await readSparseAutoencoder(await readFileBytes(sae, { what: 'Sparse autoencoder' }), { path: sae });
  const options = {
    sites,
    ranking,
    ties,
    mode,
    layers,
    keepFraction,
    autoencoder,
    autoencoderLayer: saeLayer,
  };
  return names.map((name) => createMethod(name, options));
}
