/**
 * Damage inside protobuf messages whose lengths stay right.
 *
 * @module
 */
import { COUNTS, join, mutateOnce } from './mutate.mjs';

/** @typedef {import('./random.mjs').Dice} Dice */

/**
 * Damages one field somewhere in a protobuf message and writes all lengths round it anew, so that readers get past
 * the parser.
 *
 * @param {Uint8Array} message
 * @param {Dice} dice
 * @param {number} [depth]
 * @returns {Uint8Array}
 */
export function mutateProtobuf(message, dice, depth = 0) {
  const fields = protobufFields(message);
  if (fields === undefined || fields.length === 0)
    return mutateOnce(Uint8Array.from(message), dice, [message]);
  const index = dice.below(fields.length);
  const field = /** @type {ProtobufField} */ (fields[index]);
  const choice = dice.below(8);
  if (field.content !== undefined && depth < 8 && (depth < 1 || choice > 2)) {
    field.content = mutateProtobuf(field.content, dice, depth + 1);
  } else if (choice === 0) {
    fields.splice(index, 1);
  } else if (choice === 1) {
    fields.splice(index, 0, field);
  } else if (choice === 2) {
    fields.push(...fields.splice(index, 1 + dice.below(3)));
  } else if (field.content !== undefined) {
    field.content = mutateOnce(Uint8Array.from(field.content), dice, [message]);
  } else {
    field.tail =
      field.type === 0
        ? varint(dice.pick(COUNTS))
        : mutateOnce(Uint8Array.from(field.tail), dice, [message]).slice(0, field.tail.length);
  }
  return join(
    ...fields.flatMap(({ key, content, tail }) =>
      content === undefined ? [key, tail] : [key, varint(BigInt(content.length)), content],
    ),
  );
}

/** @typedef {{ key: Uint8Array, type: number, content?: Uint8Array, tail: Uint8Array }} ProtobufField */

/** @param {Uint8Array} bytes @returns {ProtobufField[] | undefined} nothing where it is no message */
function protobufFields(bytes) {
  /** @type {ProtobufField[]} */
  const fields = [];
  let at = 0;
  const readVarint = () => {
    let value = 0;
    for (let shift = 0; at < bytes.length && shift < 63; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const start = at;
    const key = readVarint();
    const keyBytes = bytes.subarray(start, at);
    const type = key % 8;
    if (!(key >= 8)) return undefined;
    const from = at;
    if (type === 2) {
      const length = readVarint();
      if (!(at + length <= bytes.length)) return undefined;
      fields.push({
        key: keyBytes,
        type,
        content: bytes.subarray(at, at + length),
        tail: bytes.subarray(0, 0),
      });
      at += length;
    } else {
      if (type === 0) readVarint();
      else if (type === 1) at += 8;
      else if (type === 5) at += 4;
      else return undefined;
      if (at > bytes.length) return undefined;
      fields.push({ key: keyBytes, type, tail: bytes.subarray(from, at) });
    }
  }
  return fields;
}

/** @param {bigint} value */
function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return Uint8Array.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}
