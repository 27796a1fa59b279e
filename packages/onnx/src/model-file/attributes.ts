/**
 * Attributes of graph nodes, with the type spelled out: ONNX tells `1` from `1.0`, JavaScript does not.
 *
 * @module
 */

import { InvalidArgumentError } from '@austeer/core';
import { create } from '@bufbuild/protobuf';
import { type AttributeProto, AttributeProto_AttributeType, AttributeProtoSchema } from 'onnx-buf';

/** Value of a node attribute. Whole numbers beyond 2^53 are given as `bigint`. */
export type AttributeValue =
  | { readonly int: number | bigint }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly floats: readonly number[] };

/**
 * Builds the message of one attribute.
 *
 * @throws InvalidArgumentError for an `int` that is no whole number.
 */
export function attributeProto(name: string, value: AttributeValue): AttributeProto {
  if ('int' in value) {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeProto_AttributeType.INT,
      i: whole(name, value.int),
    });
  }
  if ('float' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float });
  }
  if ('string' in value) {
    const s = new TextEncoder().encode(value.string);
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRING, s });
  }
  if ('ints' in value) {
    const ints = value.ints.map((item) => whole(name, item));
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints });
  }
  return create(AttributeProtoSchema, {
    name,
    type: AttributeProto_AttributeType.FLOATS,
    floats: [...value.floats],
  });
}

function whole(name: string, value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError({
      argument: `attribute ${name}`,
      given: value,
      expected: 'a whole number (or { float })',
    });
  }
  return BigInt(value);
}
