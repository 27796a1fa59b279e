/**
 * The graph of a BERT encoder: embeddings, layers with the norm after each block, pooling, length 1.
 * Source: Devlin et al. (2019); names and order as in transformers' `BertModel`.
 *
 * @module
 */
import { type GraphWriter, MICROSOFT_DOMAIN } from '../model-file/graph-writer.ts';
import type { EncoderConfiguration } from './encoder-folder.ts';

/** As sentence-transformers: a text of no token would otherwise divide by zero. */
const LEAST_COUNT = 1e-9;
/** As `torch.nn.functional.normalize`. */
const LEAST_LENGTH = 1e-12;

/** Writes the graph. `weight` names a tensor of the checkpoint, checked against the shape. */
export function writeEncoder(options: {
  configuration: EncoderConfiguration;
  graph: GraphWriter;
  weight: (name: string, shape: readonly number[]) => string;
}): void {
  const { configuration, graph, weight } = options;
  const { layers, hidden, inner, heads } = configuration;
  graph.input('input_ids', 'int64', ['rows', 'tokens']);
  graph.input('attention_mask', 'int64', ['rows', 'tokens']);
  graph.constant('flat', BigInt64Array.of(-1n, BigInt(hidden)));
  graph.node('Cast', ['attention_mask'], ['key_mask'], { attributes: { to: { int: 6 } } });

  const norm = (input: string, name: string): string => {
    const scale = [weight(`${name}.weight`, [hidden]), weight(`${name}.bias`, [hidden])];
    return graph.node('LayerNormalization', [input, ...scale], 1, {
      attributes: { axis: { int: -1 }, epsilon: { float: configuration.normEpsilon } },
    })[0];
  };
  /** Checkpoints keep matrices as [out, in]; Gemm takes them so, and adds the bias. Rows are flat. */
  const linear = (input: string, name: string, out: number, into: number): string =>
    graph.node('Gemm', [input, weight(`${name}.weight`, [out, into]), weight(`${name}.bias`, [out])], 1, {
      attributes: { transB: { int: 1 } },
    })[0];

  const embedded = writeEmbeddings(options);
  graph.node('Shape', ['input_ids'], ['rows_and_tokens']);
  graph.constant('width', BigInt64Array.of(BigInt(hidden)));
  graph.node('Concat', ['rows_and_tokens', 'width'], ['shape'], { attributes: { axis: { int: 0 } } });
  let state = graph.node('Reshape', [norm(embedded, 'embeddings.LayerNorm'), 'flat'])[0];
  for (let layer = 0; layer < layers; layer++) {
    const at = (part: string): string => `encoder.layer.${layer}.${part}`;
    const heading = ['query', 'key', 'value'].map((part) => {
      const flat = linear(state, at(`attention.self.${part}`), hidden, hidden);
      return graph.node('Reshape', [flat, 'shape'])[0];
    });
    const [attended] = graph.node('MultiHeadAttention', [...heading, '', 'key_mask'], 1, {
      domain: MICROSOFT_DOMAIN,
      attributes: { num_heads: { int: heads } },
    });
    const flat = graph.node('Reshape', [attended, 'flat'])[0];
    const mixed = linear(flat, at('attention.output.dense'), hidden, hidden);
    state = norm(graph.node('Add', [mixed, state])[0], at('attention.output.LayerNorm'));
    const wide = linear(state, at('intermediate.dense'), inner, hidden);
    const narrow = linear(activate(graph, wide, configuration), at('output.dense'), hidden, inner);
    state = norm(graph.node('Add', [narrow, state])[0], at('output.LayerNorm'));
  }
  graph.node('Reshape', [state, 'shape'], ['token_vectors']);
  writePooling(graph, configuration);
}

/** Word + position + the first token type: a sentence encoder reads one segment. */
function writeEmbeddings(options: {
  configuration: EncoderConfiguration;
  graph: GraphWriter;
  weight: (name: string, shape: readonly number[]) => string;
}): string {
  const { configuration, graph, weight } = options;
  const { hidden, vocabulary, positions, tokenTypes } = configuration;
  const words = weight('embeddings.word_embeddings.weight', [vocabulary, hidden]);
  const [word] = graph.node('Gather', [words, 'input_ids']);
  graph.constant('zero', BigInt64Array.of(0n));
  graph.constant('one', BigInt64Array.of(1n));
  const [length] = graph.node('Shape', ['input_ids'], 1, { attributes: { start: { int: 1 } } });
  const places = weight('embeddings.position_embeddings.weight', [positions, hidden]);
  const [place] = graph.node('Slice', [places, 'zero', length, 'zero']);
  const types = weight('embeddings.token_type_embeddings.weight', [tokenTypes, hidden]);
  const [type] = graph.node('Slice', [types, 'zero', 'one', 'zero']);
  return graph.node('Add', [graph.node('Add', [word, type])[0], place])[0];
}

function activate(graph: GraphWriter, input: string, { activation }: EncoderConfiguration): string {
  if (activation === 'relu') return graph.node('Relu', [input])[0];
  const approximate = { string: activation === 'gelu' ? 'none' : 'tanh' };
  return graph.node('Gelu', [input], 1, { attributes: { approximate } })[0];
}

function writePooling(graph: GraphWriter, { hidden, pooling }: EncoderConfiguration): void {
  let pooled: string;
  if (pooling === 'first') {
    graph.constant('first', { dtype: 'int64', dims: [], data: BigInt64Array.of(0n) });
    pooled = graph.node('Gather', ['token_vectors', 'first'], 1, { attributes: { axis: { int: 1 } } })[0];
  } else {
    const [mask] = graph.node('Cast', ['attention_mask'], 1, { attributes: { to: { int: 1 } } });
    graph.constant('last_axis', BigInt64Array.of(-1n));
    const [column] = graph.node('Unsqueeze', [mask, 'last_axis']);
    const [masked] = graph.node('Mul', ['token_vectors', column]);
    const keep = { attributes: { keepdims: { int: 0 } } };
    const [sum] = graph.node('ReduceSum', [masked, 'one'], 1, keep);
    const [count] = graph.node('ReduceSum', [column, 'one'], 1, keep);
    graph.constant('least_count', Float32Array.of(LEAST_COUNT));
    pooled = graph.node('Div', [sum, graph.node('Max', [count, 'least_count'])[0]])[0];
  }
  const [length] = graph.node('ReduceL2', [pooled, 'one']);
  graph.constant('least_length', Float32Array.of(LEAST_LENGTH));
  graph.node('Div', [pooled, graph.node('Max', [length, 'least_length'])[0]], ['sentences']);
  graph.output('sentences', 'float32', ['rows', hidden]);
}
