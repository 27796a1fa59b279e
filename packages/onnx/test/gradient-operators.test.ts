/**
 * Each operator of the reverse pass against finite differences of a plain float64 oracle: for L = Σ weight ⊙ y, what the
 * graph gives for ∂L/∂x must be (L(x + h) − L(x − h)) / 2h.
 */
import { createRandom } from '@austeer/core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { blockSumWriter } from '../src/build/block-sums.ts';
import { planeWriter } from '../src/build/integer-planes.ts';
import type { LinearContext } from '../src/build/linear.ts';
import { type Arithmetic, createArithmetic } from '../src/gradient/arithmetic.ts';
import { reverseAttention, writeAttention } from '../src/gradient/attention.ts';
import { reverseGate, writeGate } from '../src/gradient/gate.ts';
import { type MARGIN_INPUTS, writeMargin, writeMarginInputs } from '../src/gradient/margin.ts';
import { reverseRmsNorm, writeRmsNorm } from '../src/gradient/rms-norm.ts';
import { rotate, writeRotaryRows } from '../src/gradient/rotary.ts';
import { createMasks } from '../src/gradient/visibility.ts';
import { createGraphWriter } from '../src/model-file/graph-writer.ts';

interface Value {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}
type Values = Readonly<Record<string, Value>>;

const random = createRandom(11);
const draw = (...dims: number[]): Value => ({
  dims,
  data: Float64Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal())),
});
const tensor = ({ dims, data }: Value): Tensor => new Tensor('float32', Float32Array.from(data), dims);
const whole = (dims: number[], numbers: readonly number[]): Tensor =>
  new Tensor('int64', BigInt64Array.from(numbers, BigInt), dims);

/** Runs what `write` writes over the inputs; it declares those that are also fed itself. */
async function runGraph(
  {
    inputs,
    alsoFed = {},
  }: { inputs: Readonly<Record<string, Tensor>>; alsoFed?: Readonly<Record<string, Tensor>> },
  write: (arithmetic: Arithmetic) => Readonly<Record<string, string>>,
): Promise<Record<string, Float32Array>> {
  const graph = createGraphWriter({ name: 'operator' });
  for (const [name, { type, dims }] of Object.entries(inputs)) {
    graph.input(name, type as 'float32' | 'int64', dims);
  }
  for (const [name, value] of Object.entries(write(createArithmetic(graph)))) {
    graph.node('Identity', [value], [name]);
    graph.output(name, 'float32', []);
  }
  const session = await InferenceSession.create(graph.toBytes(), { logSeverityLevel: 3 });
  const results = await session.run({ ...inputs, ...alsoFed });
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => [name, result.data as Float32Array]),
  );
}

/** ∂L/∂input by central differences of the oracle. */
function differences(inputs: Values, of: string, loss: (inputs: Values) => number): Float64Array {
  const step = 1e-5;
  const { dims, data } = inputs[of]!;
  const at = (unit: number, by: number): number => {
    const moved = data.slice();
    moved[unit]! += by;
    return loss({ ...inputs, [of]: { dims, data: moved } });
  };
  return data.map((_, unit) => (at(unit, step) - at(unit, -step)) / (2 * step));
}

/** Size of the difference relative to the size of what is expected. */
function relativeError(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (given.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [error, size] = [0, 0];
  for (let i = 0; i < given.length; i++) {
    error += (given[i]! - expected[i]!) ** 2;
    size += expected[i]! ** 2;
  }
  return Math.sqrt(error / size);
}

const weigh = (output: ArrayLike<number>, { data }: Value): number =>
  data.reduce((sum, weight, at) => sum + weight * output[at]!, 0);

const TOLERANCE = 2e-5;

/** Output and every gradient of an operator against its oracle. `weight` is ∂L/∂output. */
async function checkOperator(options: {
  inputs: Values;
  weight: Value;
  oracle: (inputs: Values) => Float64Array;
  write: (arithmetic: Arithmetic) => { output: string; gradients: Readonly<Record<string, string>> };
  others?: Readonly<Record<string, Tensor>>;
}): Promise<void> {
  const { inputs, weight, oracle, write, others = {} } = options;
  const fed = Object.fromEntries(
    Object.entries({ ...inputs, weight }).map(([name, value]) => [name, tensor(value)]),
  );
  const given = await runGraph({ inputs: { ...fed, ...others } }, (arithmetic) => {
    const { output, gradients } = write(arithmetic);
    return {
      output,
      ...Object.fromEntries(Object.entries(gradients).map(([name, value]) => [`of ${name}`, value])),
    };
  });
  expect(relativeError(given.output!, oracle(inputs))).toBeLessThan(TOLERANCE);
  for (const name of Object.keys(given).filter((key) => key.startsWith('of '))) {
    const expected = differences(inputs, name.slice(3), (moved) => weigh(oracle(moved), weight));
    expect(relativeError(given[name]!, expected)).toBeLessThan(TOLERANCE);
  }
}

describe('operators of the reverse pass', () => {
  it('RMS norm', async () => {
    const [rows, width, epsilon] = [3, 8, 0.1];
    const gamma = draw(width);
    await checkOperator({
      inputs: { x: draw(rows, width) },
      weight: draw(rows, width),
      others: { gamma: tensor(gamma) },
      oracle: ({ x }) => {
        const out = new Float64Array(rows * width);
        for (let row = 0; row < rows; row++) {
          const own = x!.data.subarray(row * width, (row + 1) * width);
          const size = Math.sqrt(own.reduce((sum, value) => sum + value ** 2, 0) / width + epsilon);
          own.forEach((value, at) => {
            out[row * width + at] = (gamma.data[at]! * value) / size;
          });
        }
        return out;
      },
      write: (arithmetic) => {
        const norm = { gamma: 'gamma', width, epsilon };
        return {
          output: writeRmsNorm(arithmetic, norm, 'x'),
          gradients: { x: reverseRmsNorm(arithmetic, norm, { x: 'x', gradient: 'weight' }) },
        };
      },
    });
  });

  it.each(['silu', 'gelu'] as const)('gate with %s', async (activation) => {
    const curve = (g: number): number =>
      activation === 'silu'
        ? g / (1 + Math.exp(-g))
        : 0.5 * g * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (g + 0.044715 * g ** 3)));
    await checkOperator({
      inputs: { gate: draw(40), up: draw(40) },
      weight: draw(40),
      oracle: ({ gate, up }) => gate!.data.map((value, at) => curve(value) * up!.data[at]!),
      write: (arithmetic) => {
        const given = { gate: 'gate', up: 'up' };
        return {
          output: writeGate(arithmetic, activation, given),
          gradients: reverseGate(arithmetic, activation, { ...given, gradient: 'weight' }),
        };
      },
    });
  });

  it.each(['neighbours', 'halves'] as const)('rotary embedding of %s', async (pairs) => {
    const [rows, tokens, heads, size] = [2, 3, 2, 6];
    const positions = [0, 1, 2, 4, 5, 5];
    const angles = draw(8, size / 2);
    const table = (of: (angle: number) => number): Tensor =>
      tensor({ dims: angles.dims, data: angles.data.map(of) });
    await checkOperator({
      inputs: { x: draw(rows, tokens, heads * size) },
      weight: draw(rows, tokens, heads * size),
      others: { positions: whole([rows, tokens], positions), cos: table(Math.cos), sin: table(Math.sin) },
      oracle: ({ x }) => {
        const out = x!.data.slice();
        for (const [token, position] of positions.entries()) {
          for (let head = 0; head < heads; head++) {
            for (let i = 0; i < size / 2; i++) {
              const start = (token * heads + head) * size;
              const [a, b] = pairs === 'halves' ? [i, i + size / 2] : [2 * i, 2 * i + 1];
              const angle = angles.data[(position * size) / 2 + i]!;
              const [u, v] = [x!.data[start + a]!, x!.data[start + b]!];
              out[start + a] = u * Math.cos(angle) - v * Math.sin(angle);
              out[start + b] = u * Math.sin(angle) + v * Math.cos(angle);
            }
          }
        }
        return out;
      },
      write: (arithmetic) => {
        const table = writeRotaryRows(arithmetic, { positions: 'positions', cos: 'cos', sin: 'sin' });
        return {
          output: rotate(arithmetic, pairs, { value: 'x', rows: table }),
          gradients: { x: rotate(arithmetic, pairs, { value: 'weight', rows: table, back: true }) },
        };
      },
    });
  });

  it.each([
    { name: 'alone', heads: 2, kvHeads: 2, cap: undefined, window: undefined },
    { name: 'grouped', heads: 6, kvHeads: 2, cap: undefined, window: undefined },
    { name: 'grouped, capped, in a window', heads: 4, kvHeads: 2, cap: 0.7, window: 3 },
  ])('attention of heads $name', async ({ heads, kvHeads, cap, window }) => {
    const [rows, tokens, headSize, scale] = [2, 5, 3, 0.8];
    // A prompt of two tokens, then two branches that do not see each other; and a plain row.
    const branches = [0, 0, 1, 1, 2, 0, 0, 0, 0, 0];
    const positions = [0, 1, 2, 3, 2, 0, 1, 2, 3, 4];
    const sees = (row: number, t: number, s: number): boolean => {
      const [a, b] = [row * tokens + t, row * tokens + s];
      const inBranch = branches[b] === 0 || branches[b] === branches[a];
      return s <= t && inBranch && (window === undefined || positions[a]! - positions[b]! < window);
    };
    await checkOperator({
      inputs: {
        query: draw(rows, tokens, heads * headSize),
        key: draw(rows, tokens, kvHeads * headSize),
        value: draw(rows, tokens, kvHeads * headSize),
      },
      weight: draw(rows, tokens, heads * headSize),
      others: { positions: whole([rows, tokens], positions), branches: whole([rows, tokens], branches) },
      oracle: ({ query, key, value }) => {
        const out = new Float64Array(rows * tokens * heads * headSize);
        const part = (
          { data }: Value,
          count: number,
          row: number,
          token: number,
          head: number,
        ): Float64Array => {
          const start = ((row * tokens + token) * count + head) * headSize;
          return data.subarray(start, start + headSize);
        };
        for (let row = 0; row < rows; row++) {
          for (let head = 0; head < heads; head++) {
            const shared = Math.floor((head * kvHeads) / heads);
            for (let t = 0; t < tokens; t++) {
              const q = part(query!, heads, row, t, head);
              const seen = Array.from({ length: tokens }, (_, s) => s).filter((s) => sees(row, t, s));
              const powers = seen.map((s) => {
                const score =
                  scale * part(key!, kvHeads, row, s, shared).reduce((sum, k, i) => sum + k * q[i]!, 0);
                return Math.exp(cap === undefined ? score : cap * Math.tanh(score / cap));
              });
              const total = powers.reduce((sum, power) => sum + power, 0);
              for (const [at, s] of seen.entries()) {
                part(value!, kvHeads, row, s, shared).forEach((v, i) => {
                  out[((row * tokens + t) * heads + head) * headSize + i]! += (powers[at]! / total) * v;
                });
              }
            }
          }
        }
        return out;
      },
      write: (arithmetic) => {
        const shape = { heads, kvHeads, headSize, scale, cap };
        const mask = createMasks(arithmetic, { positions: 'positions', branches: 'branches' })(window);
        const operands = { query: 'query', key: 'key', value: 'value' };
        const output = writeAttention(arithmetic, shape, { operands, mask });
        const gradients = reverseAttention(arithmetic, shape, { operands, mask, output, gradient: 'weight' });
        return { output, gradients: { ...gradients } };
      },
    });
  });

  it.each([undefined, 2.5])('margin over answers of several tokens, logits capped at %s', async (cap) => {
    const [rows, tokens, width, vocabulary, epsilon] = [2, 4, 5, 7, 0.01];
    const [gamma, matrix] = [draw(width), draw(vocabulary, width)];
    // Row 0: [3 4] and [5] against [6]; row 1: [1] against [2 2], per token.
    const places = [0, 1, 0, 2, 1, 3, 1, 2];
    const entries = [0, 3, 1, 4, 0, 5, 0, 6, 2, 1, 2, 2, 3, 2];
    const shares = [
      [1, 1, 0, 0, 0, 0, 0],
      [0, 0, 1, 0, 0, 0, 0],
      [0, 0, 0, 1, 0, 0, 0],
      [0, 0, 0, 0, 1, 0, 0],
      [0, 0, 0, 0, 0, 0.5, 0.5],
    ];
    const sides = { right: [[0, 1], [3]], wrong: [[2], [4]] };
    const asked = (of: number[][]): Value => ({
      dims: [rows, shares.length],
      data: Float64Array.from(
        of.flatMap((own) => shares.map((_, answer) => (own.includes(answer) ? 0 : -1e9))),
      ),
    });
    const lse = (values: readonly number[]): number =>
      Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
    const margins = (x: Value): number[] => {
      const logits = (place: number): number[] => {
        const start = (places[2 * place]! * tokens + places[2 * place + 1]!) * width;
        const own = x.data.subarray(start, start + width);
        const size = Math.sqrt(own.reduce((sum, value) => sum + value ** 2, 0) / width + epsilon);
        return Array.from({ length: vocabulary }, (_, token) => {
          let sum = 0;
          own.forEach((value, i) => {
            sum += (matrix.data[token * width + i]! * gamma.data[i]! * value) / size;
          });
          return cap === undefined ? sum : cap * Math.tanh(sum / cap);
        });
      };
      const answers = shares.map((own) =>
        own.reduce((sum, share, entry) => {
          const z = logits(entries[2 * entry]!);
          return sum + share * (z[entries[2 * entry + 1]!]! - lse(z));
        }, 0),
      );
      return [0, 1].map(
        (row) =>
          lse(sides.right[row]!.map((answer) => answers[answer]!)) -
          lse(sides.wrong[row]!.map((answer) => answers[answer]!)),
      );
    };
    const x = draw(rows, tokens, width);
    const asksFor: Record<keyof typeof MARGIN_INPUTS, Tensor> = {
      places: whole([places.length / 2, 2], places),
      entries: whole([entries.length / 2, 2], entries),
      shares: tensor({ dims: [shares.length, shares[0]!.length], data: Float64Array.from(shares.flat()) }),
      right: tensor(asked(sides.right)),
      wrong: tensor(asked(sides.wrong)),
    };
    const weights = { x: tensor(x), gamma: tensor(gamma), matrix: tensor(matrix) };
    const given = await runGraph({ inputs: weights, alsoFed: asksFor }, (arithmetic) => {
      const { graph } = arithmetic;
      const context: LinearContext = {
        graph,
        weight: (name) => name,
        blockSums: blockSumWriter(graph),
        planes: planeWriter(graph),
        forCard: false,
      };
      writeMarginInputs(arithmetic);
      const linear = {
        segments: [],
        emit: (_: LinearContext, input: string, output: string) => {
          const attributes = { transB: { int: 1 } };
          graph.node('FusedMatMul', [input, 'matrix'], [output], { domain: 'com.microsoft', attributes });
        },
        emitBackward: (_: LinearContext, gradient: string, output: string) => {
          graph.node('MatMul', [gradient, 'matrix'], [output]);
        },
      };
      const head = { norm: { gamma: 'gamma', width, epsilon }, linear, cap };
      return writeMargin(arithmetic, context, { head, residual: 'x' });
    });
    expect(relativeError(given.margin!, margins(x))).toBeLessThan(TOLERANCE);
    const expected = differences({ x }, 'x', (moved) => margins(moved.x!).reduce((a, b) => a + b));
    expect(relativeError(given.gradient!, expected)).toBeLessThan(TOLERANCE);
  });
});
