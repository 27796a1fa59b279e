import { fileURLToPath } from 'node:url';
import { type Device, loadModel } from '@austeer/runtime';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../../tooling/fixtures/goldens/llama-optimum', import.meta.url));

it('says which devices there are when one is asked for that this system never has', async () => {
  const foreign: Device = process.platform === 'win32' ? 'coreml' : 'dml';
  await expect(loadModel({ model: folder, device: foreign })).rejects.toMatchObject({
    code: 'DEVICE_UNAVAILABLE',
    device: foreign,
    message: expect.stringContaining('cpu'),
  });
});

it('refuses what is no device', async () => {
  const device = 'gpu' as Device;
  await expect(loadModel({ model: folder, device })).rejects.toThrow('cpu, cuda, webgpu, dml, coreml');
});

it('computes the same without a memory arena', async () => {
  const run = async (memoryArena: boolean) => {
    const model = await loadModel({ model: folder, memoryArena });
    const scores = await model.score([{ prompt: [5, 6, 7], candidates: [[1], [2, 3]] }]);
    await model.dispose();
    return scores;
  };
  expect(await run(false)).toEqual(await run(true));
});
