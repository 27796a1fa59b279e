/**
 * A llama of random weights in a GGUF of a few hundred KB, with a byte-level tokenizer: everything that a
 * real model file has, small enough to be made in a test.
 *
 * @module
 */
import { createRandom } from '@austeer/core';
import { type GgufMetadata, type QuantizableType, type TensorToWrite, writeGguf } from './write-gguf.ts';

/**
 * Sizes of the tiny model. Attention is wider than the hidden state, so that mixing them up shows.
 *
 * @example
 * ```ts
 * TINY_LLAMA.heads * TINY_LLAMA.headSize; // 96
 * ```
 */
export const TINY_LLAMA = {
  layers: 3,
  hidden: 64,
  inner: 96,
  heads: 6,
  kvHeads: 2,
  headSize: 16,
  contextLength: 512,
  vocabulary: 260,
} as const;

/**
 * Token ids of the special tokens of the tiny model.
 *
 * @example
 * ```ts
 * TINY_TOKENS.end; // 256
 * ```
 */
export const TINY_TOKENS = { end: 256, start: 257 } as const;

/**
 * Bytes of a tiny model.
 *
 * @param options.type type of the matrices. @default 'F32'
 * @param options.seed same seed, same weights. @default 1
 * @param options.architecture as the file names it. @default 'llama'
 * @param options.metadata entries beside the usual ones, or instead of them
 * @param options.tensors tensors beside the usual ones
 *
 * @example
 * ```ts
 * const bytes = tinyLlama({ type: 'Q4_1', seed: 3 });
 * ```
 */
export function tinyLlama(
  options: {
    type?: QuantizableType;
    seed?: number;
    architecture?: string;
    metadata?: GgufMetadata;
    tensors?: readonly TensorToWrite[];
  } = {},
): Uint8Array {
  const { type = 'F32', seed = 1, architecture = 'llama', metadata = {}, tensors: more = [] } = options;
  const { layers, hidden, inner, heads, kvHeads, headSize, contextLength, vocabulary } = TINY_LLAMA;
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
  const norm = (name: string): TensorToWrite => tensor(name, [hidden], 0.1, 1, 'F32');
  const tensors = [
    tensor('token_embd.weight', [vocabulary, hidden], 1),
    norm('output_norm.weight'),
    ...Array.from({ length: layers }, (_, layer) => {
      const name = (part: string): string => `blk.${layer}.${part}.weight`;
      return [
        norm(name('attn_norm')),
        norm(name('ffn_norm')),
        tensor(name('attn_q'), [heads * headSize, hidden], 0.2),
        tensor(name('attn_k'), [kvHeads * headSize, hidden], 0.2),
        tensor(name('attn_v'), [kvHeads * headSize, hidden], 0.2),
        tensor(name('attn_output'), [hidden, heads * headSize], 0.2),
        tensor(name('ffn_gate'), [inner, hidden], 0.2),
        tensor(name('ffn_up'), [inner, hidden], 0.2),
        tensor(name('ffn_down'), [hidden, inner], 0.2),
      ];
    }).flat(),
  ];
  const tokens = [...byteAlphabet(), '<|end|>', '<|start|>', '<|unused|>', 'ab'];
  return writeGguf(
    {
      'general.architecture': architecture,
      'general.name': 'tiny llama',
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
