/** Every fixture on WebGPU, by the driver in software: `npm run test:slow -- device`. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agreementOf } from './__fixtures__/agreement-of.ts';
import { softwareCard } from './software-card.mjs';

const namesIn = (folder: string) => readdirSync(new URL(`../${folder}`, import.meta.url));
const exports = namesIn('fixtures/goldens')
  // That driver has no float16.
  .filter((name) => !name.includes('fp16') && !name.includes('f16'))
  .map((name) => `fixtures/goldens/${name}`);
const ggufs = namesIn('fixtures-gguf/goldens')
  .filter((name) => name.endsWith('.gguf'))
  .map((name) => `fixtures-gguf/goldens/${name}`);

describe.skipIf(softwareCard() === undefined)('on WebGPU as on the processor', () => {
  it.each([...exports, ...ggufs])('%s', { timeout: 120_000 }, async (model) => {
    expect(await agreementOf(model)).toMatch(/24 of 24 \| all \d/);
  });
});
