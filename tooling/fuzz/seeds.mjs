/**
 * Small valid files of formats that no package writes, to begin from.
 *
 * @module
 */
import { crc32, deflateRawSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { writeGguf } from '../../packages/onnx/dist/testing/index.js';
import { join as joinBytes } from './mutate.mjs';

const text = (/** @type {string} */ value) => new TextEncoder().encode(value);

/** A GGUF of three tensors. */
export function smallGguf() {
  const numbers = new Float32Array(64).fill(0.5);
  return writeGguf(
    {
      'general.architecture': 'llama',
      'llama.block_count': 2,
      'tokenizer.ggml.tokens': ['a', 'b'],
      flag: true,
    },
    [
      { name: 'token_embd.weight', type: 'F32', shape: [2, 32], numbers },
      { name: 'output.weight', type: 'Q8_0', shape: [2, 32], numbers },
      { name: 'blk.0.attn_q.weight', type: 'Q4_0', shape: [2, 32], numbers },
    ],
  );
}

/** Tables, packed and not. */
export function parquetFiles() {
  const columnData = [
    { name: 'question', data: ['a', 'b', 'c'], type: /** @type {const} */ ('STRING') },
    { name: 'label', data: [1, 0, 1], type: /** @type {const} */ ('INT32') },
  ];
  return [
    new Uint8Array(parquetWriteBuffer({ columnData })),
    new Uint8Array(parquetWriteBuffer({ columnData, codec: 'UNCOMPRESSED' })),
  ];
}

/** @param {string} descriptor @param {readonly number[]} shape @param {Uint8Array} data */
export function numpyArray(descriptor, shape, data) {
  const header = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
  const start = Uint8Array.of(
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    header.length & 255,
    header.length >> 8,
  );
  return joinBytes(start, text(header), data);
}

/** @param {readonly (readonly [string, Uint8Array])[]} members @param {boolean} deflated */
export function zip(members, deflated) {
  /** @type {Uint8Array[]} */
  const locals = [];
  /** @type {Uint8Array[]} */
  const directory = [];
  let offset = 0;
  for (const [name, content] of members) {
    const packed = deflated ? deflateRawSync(content) : content;
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(deflated ? 8 : 0, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    locals.push(joinBytes(text('PK\u0003\u0004'), shared, text(name), packed));
    directory.push(joinBytes(text('PK\u0001\u0002\u0014\u0000'), shared, place, text(name)));
    offset += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(joinBytes(...directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return joinBytes(...locals, ...directory, end);
}
