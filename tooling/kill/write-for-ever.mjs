/**
 * Writes one kind of file again and again until it is killed. Arguments: the kind, and a folder.
 *
 * @module
 */
import { join } from 'node:path';
import { writeFileAtomic } from '../../packages/core/dist/node/index.js';
import { planFromEdits, planToSafetensors } from '../../packages/steering/dist/index.js';

const [, , kind = '', folder = ''] = process.argv;
const EDITS = 20_000;
const model = { name: 'm', architecture: 'llama', layers: 2, widths: { ffn: EDITS } };

/** @type {Record<string, (round: number) => Promise<unknown>>} */
const WRITERS = {
  plan: (round) => {
    const edits = Array.from({ length: EDITS }, (_, index) => ({
      site: /** @type {const} */ ('ffn'),
      layer: 1,
      index,
      gain: round,
      bias: 0,
    }));
    return writeFileAtomic(
      join(folder, 'plan.safetensors'),
      planToSafetensors(planFromEdits({ edits, model })),
    );
  },
  counts: async (round) => {
    const { countsToSafetensors } = await import('../../packages/localize/dist/index.js');
    const side = () => new Int32Array(2 * EDITS).fill(round);
    const sites = { ffn: { width: EDITS, promoted: side(), suppressed: new Int32Array(2 * EDITS) } };
    const counts = { pairs: round, layers: 2, sites };
    return writeFileAtomic(
      join(folder, 'counts.safetensors'),
      countsToSafetensors({ counts, provenance: {} }),
    );
  },
  'run-log': async (round) => {
    const { writeRunLog } = await import('../../packages/experiments/dist/index.js');
    const answers = Array.from({ length: 2000 }, (_, id) => ({ id: String(id), round }));
    const log = { header: { format: 'austeer-run', version: 1, lines: answers.length }, answers, files: {} };
    // Only what a reader looks at: the shape of a whole header is no matter of writing.
    return writeRunLog(
      join(folder, `run-${round}`),
      /** @type {Parameters<typeof writeRunLog>[1]} */ (/** @type {unknown} */ (log)),
    );
  },
  weights: async (round) => {
    const { openGguf, prepareGguf } = await import('../../packages/onnx/dist/index.js');
    const file = await openGguf(join(folder, 'model.gguf'));
    const cacheDirectory = join(folder, 'cache');
    return prepareGguf({ file, precision: 'fp32', cacheKey: `key-${round}`, cacheDirectory });
  },
};

const write = WRITERS[kind];
if (write === undefined) throw new Error(`no writer ${kind}`);
// The first round loads what the writer needs.
await write(1);
process.stdout.write('begun\n');
for (let round = 2; ; round++) await write(round);
