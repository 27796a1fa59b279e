/**
 * Matrices of any type as operands of ONNX Runtime's integer product, which wants 8-bit integers `[columns, rows]` and
 * one scale for each row of the matrix: w ≈ scale · integer, off by at most half a scale.
 *
 * @module
 */
import { type GgufFile, type GgufTensor, readTensor } from '../gguf/read-gguf.ts';
import { dequantize, TENSOR_TYPES } from '../gguf/tensor-types.ts';
import { bytesOf, PREPARE_BYTES, type WeightSegment } from './prepared-weights.ts';

/** A matrix `[rows, columns]` ready for the integer product. */
export interface IntegerWeights {
  /** int8 `[columns, rows]` */
  readonly integers: WeightSegment;
  /** float32 `[rows]` */
  readonly scales: WeightSegment;
}

/** Integers lie between −127 and 127. */
const LARGEST_INTEGER = 127;

/**
 * Plans the operands of tensors of any type, stacked along their rows.
 *
 * @param options.name prefix of the initializers
 */
export function planIntegerWeights(options: {
  file: GgufFile;
  name: string;
  tensors: readonly GgufTensor[];
}): IntegerWeights {
  const { file, name, tensors } = options;
  const columns = tensors[0]!.shape[1]!;
  const rows = tensors.reduce((sum, tensor) => sum + tensor.shape[0]!, 0);
  return {
    integers: {
      name: `${name}.integers.rows`,
      dtype: 'int8',
      dims: [columns, rows],
      async *produce() {
        // Turned round in memory: one matrix of bytes at a time.
        const integers = new Int8Array(columns * rows);
        let row = 0;
        for await (const numbers of rowsOf(file, tensors)) {
          const scale = scaleOf(numbers);
          for (let column = 0; column < columns; column++) {
            integers[column * rows + row] = Math.round(numbers[column]! / scale);
          }
          row++;
        }
        yield new Uint8Array(integers.buffer);
      },
    },
    scales: {
      name: `${name}.scales.rows`,
      dtype: 'float32',
      dims: [rows],
      async *produce() {
        const scales = new Float32Array(rows);
        let row = 0;
        for await (const numbers of rowsOf(file, tensors)) scales[row++] = scaleOf(numbers);
        yield bytesOf(scales);
      },
    },
  };
}

/** A row of zeros has the scale 1. */
function scaleOf(row: Float32Array): number {
  let largest = 0;
  for (const number of row) largest = Math.max(largest, Math.abs(number));
  return largest === 0 ? 1 : Math.fround(largest / LARGEST_INTEGER);
}

/** The rows of the tensors, one after another. */
async function* rowsOf(file: GgufFile, tensors: readonly GgufTensor[]): AsyncIterable<Float32Array> {
  for (const tensor of tensors) {
    const [rows, columns] = tensor.shape as [number, number];
    const { bytes, elements } = TENSOR_TYPES[tensor.type];
    const stride = (columns / elements) * bytes;
    const atOnce = Math.max(1, Math.floor(PREPARE_BYTES / stride));
    for (let row = 0; row < rows; row += atOnce) {
      const count = Math.min(atOnce, rows - row);
      const part = await readTensor(file, tensor, { start: row * stride, length: count * stride });
      const numbers = dequantize(tensor.type, part);
      for (let at = 0; at < count; at++) yield numbers.subarray(at * columns, (at + 1) * columns);
    }
  }
}
