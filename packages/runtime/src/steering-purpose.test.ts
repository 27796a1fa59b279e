import { expect, it } from 'vitest';
import { createDecodingPurpose } from './steering-purpose.ts';

const none = { sites: [], tokenStrength: false, hasBias: false };
const usual = ['attention', 'ffn'] as const;

it('has no steering inputs until a call steers, and those of the usual sites from then on', () => {
  const purposeOf = createDecodingPurpose({ usual, isSteered: false });
  expect(purposeOf(none)).toEqual({ logits: true, capture: [], steer: [] });
  const gains = { logits: true, capture: [], steer: ['attention', 'ffn'], gainsOnly: true };
  expect(purposeOf({ ...none, sites: ['ffn'] })).toEqual(gains);
  expect(purposeOf(none)).toEqual(gains);
});

it('has no biases until a call has one', () => {
  const purposeOf = createDecodingPurpose({ usual, isSteered: false });
  expect(purposeOf({ ...none, sites: ['ffn'] }).gainsOnly).toBe(true);
  expect(purposeOf({ ...none, sites: ['ffn'], hasBias: true }).gainsOnly).toBeUndefined();
  expect(purposeOf({ ...none, sites: ['ffn'] }).gainsOnly).toBeUndefined();
});

it('takes other sites for the call that steers them alone', () => {
  const purposeOf = createDecodingPurpose({ usual, isSteered: false });
  expect(purposeOf({ ...none, sites: ['residual'] }).steer).toEqual(['attention', 'ffn', 'residual']);
  expect(purposeOf(none).steer).toEqual(['attention', 'ffn']);
});

it('takes steering from the beginning where a graph may be fused another way without', () => {
  const purposeOf = createDecodingPurpose({ usual, isSteered: true });
  expect(purposeOf({ ...none, tokenStrength: true })).toEqual({
    logits: true,
    capture: [],
    steer: ['attention', 'ffn'],
    tokenStrength: true,
  });
});
