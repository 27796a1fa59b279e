/**
 * A decoder of random weights in a GGUF, of any family that graphs are built for and of any sizes, with a byte-level
 * tokenizer: everything that a real model file has, small enough to be made in a test.
 *
 * @module
 */
import { createRandom } from '@austeer/core';
import { type GgufMetadata, type QuantizableType, type TensorToWrite, writeGguf } from './write-gguf.ts';

/** Sizes of a decoder. Quantized matrices need rows of a multiple of 32 numbers. */
export interface DecoderSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly inner: number;
  /** A multiple of `kvHeads`. */
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly contextLength: number;
  /** 260 or fewer. */
  readonly vocabulary: number;
}

/**
 * Token ids of the special tokens of a decoder of 260 tokens.
 *
 * @example
 * ```ts
 * TINY_TOKENS.end; // 256
 * ```
 */
export const TINY_TOKENS = { end: 256, start: 257 } as const;

/** Families whose queries, keys and values have biases; whose heads are normed; whose blocks are normed once more. */
const WITH_BIASES = ['qwen2'];
const WITH_HEAD_NORMS = ['qwen3', 'gemma3'];
const WITH_POST_NORMS = ['gemma2', 'gemma3'];

/**
 * Bytes of a model.
 *
 * @param options.architecture as the file names it; families that are known get the tensors that they have
 * @param options.type type of the matrices. @default 'F32'
 * @param options.seed same seed, same weights. @default 1
 * @param options.metadata entries beside the usual ones, or instead of them
 * @param options.tensors tensors beside the usual ones
 *
 * @example
 * ```ts
 * const sizes = { layers: 1, hidden: 32, inner: 64, heads: 4, kvHeads: 2, headSize: 8 };
 * const bytes = tinyDecoder({ architecture: 'qwen3', sizes: { ...sizes, contextLength: 64, vocabulary: 260 } });
 * ```
 */
export function tinyDecoder(options: {
  architecture: string;
  sizes: DecoderSizes;
  type?: QuantizableType | undefined;
  seed?: number | undefined;
  metadata?: GgufMetadata | undefined;
  tensors?: readonly TensorToWrite[] | undefined;
}): Uint8Array {
  const { architecture, sizes, type = 'F32', seed = 1, metadata = {}, tensors: more = [] } = options;
  const { layers, hidden, inner, heads, kvHeads, headSize, contextLength, vocabulary } = sizes;
  const random = createRandom(seed);
  const tensor = (
    name: string,
    shape: number[],
    spread: number,
    centre = 0,
    as: QuantizableType = type,
  ): TensorToWrite => ({
    name,
    type: as,
    shape,
    numbers: Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => centre + spread * random.normal(),
    ),
  });
  const norm = (name: string, width = hidden): TensorToWrite => tensor(name, [width], 0.1, 1, 'F32');
  const tensors = [
    tensor('token_embd.weight', [vocabulary, hidden], 1),
    norm('output_norm.weight'),
    ...Array.from({ length: layers }, (_, layer) => {
      const name = (part: string): string => `blk.${layer}.${part}.weight`;
      const [queries, keys] = [heads * headSize, kvHeads * headSize];
      const bias = (part: string, width: number): TensorToWrite =>
        tensor(`blk.${layer}.${part}.bias`, [width], 0.1, 0, 'F32');
      return [
        norm(name('attn_norm')),
        norm(name('ffn_norm')),
        tensor(name('attn_q'), [queries, hidden], 0.2),
        tensor(name('attn_k'), [keys, hidden], 0.2),
        tensor(name('attn_v'), [keys, hidden], 0.2),
        tensor(name('attn_output'), [hidden, queries], 0.2),
        tensor(name('ffn_gate'), [inner, hidden], 0.2),
        tensor(name('ffn_up'), [inner, hidden], 0.2),
        tensor(name('ffn_down'), [hidden, inner], 0.2),
        ...(WITH_BIASES.includes(architecture)
          ? [bias('attn_q', queries), bias('attn_k', keys), bias('attn_v', keys)]
          : []),
        ...(WITH_HEAD_NORMS.includes(architecture)
          ? [norm(name('attn_q_norm'), headSize), norm(name('attn_k_norm'), headSize)]
          : []),
        ...(WITH_POST_NORMS.includes(architecture)
          ? [norm(name('post_attention_norm')), norm(name('post_ffw_norm'))]
          : []),
      ];
    }).flat(),
  ];
  const tokens = [...byteAlphabet(), '<|end|>', '<|start|>', '<|unused|>', 'ab'].slice(0, vocabulary);
  return writeGguf(
    {
      'general.architecture': architecture,
      'general.name': `tiny ${architecture}`,
      [`${architecture}.block_count`]: layers,
      [`${architecture}.context_length`]: contextLength,
      [`${architecture}.embedding_length`]: hidden,
      [`${architecture}.feed_forward_length`]: inner,
      [`${architecture}.attention.head_count`]: heads,
      [`${architecture}.attention.head_count_kv`]: kvHeads,
      [`${architecture}.rope.dimension_count`]: headSize,
      [`${architecture}.rope.freq_base`]: 10000,
      [`${architecture}.attention.layer_norm_rms_epsilon`]: 1e-5,
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': 'smollm',
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.token_type': tokens.map((_, id) => (id >= 256 && id <= 258 ? 3 : 1)),
      'tokenizer.ggml.merges': ['a b'],
      'tokenizer.ggml.eos_token_id': TINY_TOKENS.end,
      'tokenizer.ggml.bos_token_id': TINY_TOKENS.start,
      'tokenizer.chat_template':
        "{% for message in messages %}<|start|>{{ message['role'] }}: {{ message['content'] }}<|end|>{% endfor %}{% if add_generation_prompt %}<|start|>assistant: {% endif %}",
      ...metadata,
    },
    [...tensors, ...more],
  );
}

/** The 256 printable characters that byte-level tokenizers write bytes with (GPT-2's table). */
function byteAlphabet(): string[] {
  let extra = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : 256 + extra++);
  });
}
