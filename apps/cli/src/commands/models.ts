import { buildCommand } from '@stricli/core';
import { jsonFlag, optionalPath } from '../flags.ts';

export interface ModelsFlags {
  readonly cache?: string | undefined;
  readonly json: boolean;
}

export const modelsCommand = buildCommand({
  loader: async () => (await import('../run/models.ts')).runModels,
  parameters: {
    flags: { cache: optionalPath('Folder of downloaded models [AUSTEER_CACHE]'), json: jsonFlag },
  },
  docs: {
    brief: 'List the models known by name, and which are on this machine',
    fullDescription:
      'List the models known by name, and which are on this machine.\n\nExample:  austeer models',
  },
});
