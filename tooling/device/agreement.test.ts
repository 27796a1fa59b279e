/**
 * WebGPU computes what the processor computes, by the driver in software that comes with Chromium; left out where there is none.
 * A GGUF in the form for cards, whose attention has a soft cap; `agreement.slow.test.ts` has all others.
 */
import { expect, it } from 'vitest';
import { agreementOf } from './__fixtures__/agreement-of.ts';
import { softwareCard } from './software-card.mjs';

it.skipIf(softwareCard() === undefined)('gemma2.gguf', { timeout: 120_000 }, async () => {
  expect(await agreementOf('fixtures-gguf/goldens/gemma2.gguf')).toMatch(/24 of 24 \| all 4/);
});
