import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runJson } from './run-cli.ts';

/** Its graph is in a folder of its own, its tokenizer is not. */
const model = fileURLToPath(new URL('../../../tooling/fixtures/goldens/llama-optimum', import.meta.url));
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'austeer-bake-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('compares the copy of an export with the steered model, wherever its tokenizer lies', async () => {
  const edit = { site: 'attention', layer: 1, index: 3, gain: 0.5, bias: 0 };
  writeFileSync(at('edits.jsonl'), `${JSON.stringify(edit)}\n`);
  const common = ['--model', model, '--threads', '1'];
  await runJson('plan', 'create', ...common, '--edits', at('edits.jsonl'), '--out', at('plan.safetensors'));
  const { comparison } = await runJson<{ comparison: Record<string, number> }>(
    ...['bake', ...common, '--plan', at('plan.safetensors'), '--out', at('steered')],
  );
  expect(comparison).toMatchObject({ prompts: 10, sameAnswers: 10 });
  expect(comparison.largestDifference).toBeLessThan(1e-5);
});
