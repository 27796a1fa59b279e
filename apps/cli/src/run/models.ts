import { listModels } from '@austeer/runtime';
import type { ModelsFlags } from '../commands/models.ts';
import type { AusteerContext } from '../context.ts';
import { formatTable } from '../output/table.ts';

export async function runModels(this: AusteerContext, flags: ModelsFlags): Promise<void> {
  const { terminal } = this;
  const models = await listModels({ cacheDirectory: flags.cache });
  if (flags.json) {
    terminal.printJson({
      models: models.map(({ entry, cached, bytes, directory }) => ({ ...entry, cached, bytes, directory })),
    });
    return;
  }
  const rows = models.map(({ entry, cached, bytes }) => [
    entry.name,
    entry.kind,
    `${(bytes / 1e6).toFixed(0)} MB`,
    entry.licence,
    cached ? 'here' : 'not yet',
    entry.description,
  ]);
  terminal.print(formatTable(['name', 'kind', 'size', 'licence', 'on this machine', ''], rows));
}
