import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from './__fixtures__/temporary-directory.ts';
import { listModels } from './list-models.ts';

describe('listModels', () => {
  it('lists the catalogue with nothing cached', async () => {
    const cacheDirectory = await temporaryDirectory();
    const models = await listModels({ cacheDirectory });
    expect(models.map(({ entry, cached, cachedBytes }) => [entry.name, cached, cachedBytes])).toEqual([
      ['smollm2-135m', false, 0],
      ['minilm', false, 0],
    ]);
    expect(models[0]?.bytes).toBe(98_362_432);
  });

  it('counts files on disk, and calls a model cached only when all are right', async () => {
    const cacheDirectory = await temporaryDirectory();
    const directory = join(cacheDirectory, 'models', 'minilm');
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'config.json'), '{}');
    const minilm = (await listModels({ cacheDirectory })).find(({ entry }) => entry.name === 'minilm');
    expect(minilm).toMatchObject({ cached: false, cachedBytes: 2, directory });
  });
});
