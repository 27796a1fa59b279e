/**
 * The whole package at work, the same in Node and in a page: made-up activations are counted and ranked.
 */
import { createRandom, floatTensor, type PairActivations } from '@austeer/core';
import { countMomentum, rankUnits } from '@austeer/localize';

/** Counts and ranks `pairs` pairs of `layers` × `width` units, of which every seventh is above its other by design. */
export async function countAndRank(pairs: number, layers: number, width: number) {
  const random = createRandom(11);
  const values = (lift: number) =>
    floatTensor(
      Float32Array.from({ length: layers * width }, (_, unit) => random.next() + (unit % 7 === 0 ? lift : 0)),
      [layers, width],
    );
  function* source(): Generator<PairActivations> {
    for (let pair = 0; pair < pairs; pair++) {
      yield { id: String(pair), positive: { ffn: values(0.5) }, negative: { ffn: values(0) } };
    }
  }
  const counts = await countMomentum(source(), { sites: ['ffn'] });
  return {
    promoted: Array.from(counts.sites.ffn!.promoted),
    suppressed: Array.from(counts.sites.ffn!.suppressed),
    units: rankUnits(counts, { top: 50 }),
    webAssembly: allowsWebAssembly(),
  };
}

/** Whether this place may compile WebAssembly: the smallest module that there is. */
function allowsWebAssembly(): boolean {
  try {
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    return true;
  } catch {
    return false;
  }
}
