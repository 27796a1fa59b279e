/**
 * A llama forward pass as plainly as it can be written, in 64-bit floats: the oracle of the graph builder.
 * It shares no code with it but the dequantizer.
 */
import { dequantize, type GgufFile, readTensor } from '@austeer/onnx';
import { type DecoderSizes, TINY_LLAMA } from '@austeer/onnx/testing';

export interface OracleOutput {
  /** [tokens][vocabulary] */
  readonly logits: number[][];
  /** [layers][tokens][width] */
  readonly attention: number[][][];
  readonly ffn: number[][][];
  readonly ffnInner: number[][][];
  readonly residual: number[][][];
}

export type OracleEdit = (
  site: keyof Omit<OracleOutput, 'logits'>,
  layer: number,
  values: number[],
  position: number,
) => number[];

export async function llamaOracle(
  file: GgufFile,
  tokens: readonly number[],
  edit: OracleEdit = (_site, _layer, values) => values,
  sizes: Pick<DecoderSizes, 'layers' | 'hidden' | 'heads' | 'kvHeads' | 'headSize'> = TINY_LLAMA,
): Promise<OracleOutput> {
  const { layers, hidden, heads, kvHeads, headSize } = sizes;
  const matrix = async (name: string): Promise<number[][]> => {
    const tensor = file.tensors.get(name)!;
    const numbers = Array.from(dequantize(tensor.type, await readTensor(file, tensor)));
    const columns = tensor.shape[tensor.shape.length - 1]!;
    return Array.from({ length: numbers.length / columns }, (_, row) =>
      numbers.slice(row * columns, (row + 1) * columns),
    );
  };
  const times = (weights: number[][], x: number[]): number[] =>
    weights.map((row) => row.reduce((sum, weight, index) => sum + weight * x[index]!, 0));
  const norm = (x: number[], gamma: number[]): number[] => {
    const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + 1e-5);
    return x.map((value, index) => value * scale * gamma[index]!);
  };
  const rotate = (x: number[], position: number): number[] => {
    const result = [...x];
    for (let head = 0; head < x.length; head += headSize) {
      for (let i = 0; i < headSize / 2; i++) {
        // GGUF keeps llama's rows in the interleaved order: neighbours turn together.
        const angle = position / 10000 ** ((2 * i) / headSize);
        const [a, b] = [x[head + 2 * i]!, x[head + 2 * i + 1]!];
        result[head + 2 * i] = a * Math.cos(angle) - b * Math.sin(angle);
        result[head + 2 * i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
      }
    }
    return result;
  };
  const add = (a: number[], b: number[]): number[] => a.map((value, index) => value + b[index]!);

  const embedding = await matrix('token_embd.weight');
  let states = tokens.map((token) => embedding[token]!);
  const output: OracleOutput = { logits: [], attention: [], ffn: [], ffnInner: [], residual: [] };
  for (let layer = 0; layer < layers; layer++) {
    const weights = async (part: string): Promise<number[][]> => matrix(`blk.${layer}.${part}.weight`);
    const [attnNorm] = await weights('attn_norm');
    const [ffnNorm] = await weights('ffn_norm');
    const normed = states.map((x) => norm(x, attnNorm!));
    const [wq, wk, wv] = [await weights('attn_q'), await weights('attn_k'), await weights('attn_v')];
    const queries = normed.map((x, position) => rotate(times(wq, x), position));
    const keys = normed.map((x, position) => rotate(times(wk, x), position));
    const values = normed.map((x) => times(wv, x));
    const mixed = queries.map((query, position) => {
      const result: number[] = [];
      for (let head = 0; head < heads; head++) {
        const group = Math.floor(head / (heads / kvHeads)) * headSize;
        const scores = keys.slice(0, position + 1).map((key) => {
          let dot = 0;
          for (let i = 0; i < headSize; i++) dot += query[head * headSize + i]! * key[group + i]!;
          return Math.exp(dot / Math.sqrt(headSize));
        });
        const all = scores.reduce((a, b) => a + b, 0);
        for (let i = 0; i < headSize; i++) {
          result.push(scores.reduce((sum, score, at) => sum + (score / all) * values[at]![group + i]!, 0));
        }
      }
      return edit('attention', layer, result, position);
    });
    const wo = await weights('attn_output');
    const after = states.map((x, position) => add(x, times(wo, mixed[position]!)));
    const [gate, up, down] = [await weights('ffn_gate'), await weights('ffn_up'), await weights('ffn_down')];
    const inner = after.map((x, position) => {
      const input = norm(x, ffnNorm!);
      const gates = times(gate, input).map((value) => value / (1 + Math.exp(-value)));
      return edit(
        'ffnInner',
        layer,
        times(up, input).map((value, index) => value * gates[index]!),
        position,
      );
    });
    const feedForward = inner.map((x, position) => edit('ffn', layer, times(down, x), position));
    states = after.map((x, position) => edit('residual', layer, add(x, feedForward[position]!), position));
    output.attention.push(mixed);
    output.ffnInner.push(inner);
    output.ffn.push(feedForward);
    output.residual.push(states);
  }
  const [gamma] = await matrix('output_norm.weight');
  output.logits.push(...states.map((x) => times(embedding, norm(x, gamma!))));
  if (output.residual[0]![0]!.length !== hidden) throw new Error('oracle: wrong width');
  return output;
}
