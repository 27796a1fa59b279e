/**
 * `npm run bench:cells`: how many settings an hour, as cells and in the plain loop that fits, answers and forgets. Both take the
 * same settings of AUSteer on the same pairs and items, and must come to the same answers.
 *
 *     npm run bench:cells -- --data FOLDER --model smollm2-135m --task copa --pairs 8 --items 12
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createMethod } from '../../packages/baselines/dist/index.js';
import {
  answerItems,
  conditionOf,
  createBench,
  createCellContext,
  fitOnTask,
  methodEntry,
  openCellStore,
  runCells,
} from '../../packages/experiments/dist/index.js';
import { loadTask, splitItems } from '../../packages/pairs/dist/index.js';
import { loadModel } from '../../packages/runtime/dist/index.js';

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'smollm2-135m' },
    threads: { type: 'string', default: '1' },
    data: { type: 'string', default: '../shared/datasets' },
    task: { type: 'string', default: 'copa' },
    pairs: { type: 'string', default: '8' },
    items: { type: 'string', default: '12' },
  },
});
const [pairs, items] = [Number(flags.pairs), Number(flags.items)];
const settings = [4, 16, 64].flatMap((budget) =>
  [2, 8, 32].map((strength) => ({ budget, strength, site: /** @type {const} */ ('ffn') })),
);
const model = await loadModel({ model: flags.model, threads: Number(flags.threads) });
const whole = await loadTask(flags.task, { data: flags.data });
const task = { ...whole, pairs: whole.pairs.slice(0, pairs) };
const { validation } = splitItems(task.items, { validation: items, seed: 0, limit: 1 });
await answerItems({ model, task, items: validation.slice(0, 1), conditions: [undefined] });

/** @template T @param {() => Promise<T>} work @returns {Promise<readonly [T, number]>} */
async function timed(work) {
  const started = performance.now();
  return [await work(), (performance.now() - started) / 1000];
}

const [plain, plainSeconds] = await timed(async () => {
  const found = [];
  for (const setting of settings) {
    const { fitted } = await fitOnTask({ model, task, method: createMethod('austeer', { sites: ['ffn'] }) });
    const [, steered] = await answerItems({
      model,
      task,
      items: validation,
      conditions: [undefined, conditionOf(fitted, setting, model)],
    });
    found.push(steered);
  }
  return found;
});

const folder = mkdtempSync(join(tmpdir(), 'austeer-cells-'));
try {
  const input = { weights: model.identity.weightsSha256 ?? '', precision: model.details.precision };
  const bench = createBench({
    models: [{ name: flags.model, input, identity: model.identity, headSize: model.headSize }],
    loadTask: async () => whole,
    sizes: { pairs, label: { validation: items, test: 1 }, text: { validation: items, test: 1 } },
    command: () => '',
  });
  const store = openCellStore(folder);
  const context = createCellContext({
    store,
    models: [{ input, load: async () => model }],
    loadTask: async () => whole,
    createMethod: (name) => methodEntry(name).create(),
  });
  const data = await bench.data(flags.task);
  if (data.missing !== undefined) throw new Error(data.missing);
  const { candidates } = bench.sweep({ data, method: 'austeer-ffn', settings });
  const cells = [bench.vanilla(bench.model, data.validation), ...candidates];
  const [report, cellSeconds] = await timed(() => runCells({ cells, store, context }));
  if (report.failures.length > 0) throw new Error(report.failures[0]?.reason);
  const answers = await Promise.all(candidates.map(async (cell) => (await store.read(cell))?.result.records));
  const different = answers.filter((records, at) =>
    records?.some(({ answer }, row) => answer !== plain[at]?.[row]?.answer),
  ).length;
  const hourly = (/** @type {number} */ seconds) => Math.round((settings.length / seconds) * 3600);
  console.log(
    `${settings.length} settings of AUSteer-FFN on ${pairs} pairs and ${items} items of ${flags.task}, ${flags.threads} thread: ` +
      `plain loop ${plainSeconds.toFixed(1)} s (${hourly(plainSeconds)} settings/h), ` +
      `cells ${cellSeconds.toFixed(1)} s (${hourly(cellSeconds)} settings/h), ${(plainSeconds / cellSeconds).toFixed(1)} ×; ` +
      `settings with another answer anywhere: ${different}`,
  );
} finally {
  rmSync(folder, { recursive: true });
  await model.dispose();
}
