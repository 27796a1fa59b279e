/**
 * SentencePiece as GGUF names it: `tokenizer.ggml.model` = llama (Llama 2, Mistral, Gemma). Spaces are written ▁,
 * the two neighbours whose union has the best score are merged first, and what is no token falls apart into bytes.
 *
 * @module
 */

/** How SentencePiece writes a space. */
const SPACE = '▁';

/** One token of the file. */
export interface SentencePieceToken {
  readonly text: string;
  readonly score: number;
  /** Whether merges make it: not so control tokens and bytes. */
  readonly merges: boolean;
}

/**
 * Content of a `tokenizer.json`, but for its added tokens.
 *
 * @param options.tokens by token id
 * @param options.unknown token id for what has no bytes either; −1 for none
 * @param options.addsSpace whether text gets a space in front, as Llama 2 wants
 */
export function sentencePieceDefinition(options: {
  tokens: readonly SentencePieceToken[];
  unknown: number;
  addsSpace: boolean;
}): object {
  const { unknown, addsSpace } = options;
  // GGUF writes the spaces of tokens that people added as they look in a text.
  const tokens = options.tokens.map(({ text, ...token }) => ({
    ...token,
    text: text.replaceAll(' ', SPACE),
  }));
  return {
    normalizer: {
      type: 'Sequence',
      normalizers: [
        ...(addsSpace ? [{ type: 'Prepend', prepend: SPACE }] : []),
        { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(addsSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: tokens[unknown]?.text ?? null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map(({ text }, id) => [text, id])),
      merges: mergesOf(tokens),
    },
  };
}

/**
 * The merges that scores stand for: every way to make a piece of two others, best score first. Among equal
 * scores longer left parts come first, then longer right ones, as transformers orders them.
 */
function mergesOf(tokens: readonly SentencePieceToken[]): [string, string][] {
  const ids = new Map(tokens.flatMap(({ text, merges }, id) => (merges ? [[text, id]] : [])));
  const merges: { left: string; right: string; score: number }[] = [];
  for (const [text, id] of ids) {
    const { score } = tokens[id]!;
    for (let at = 1; at < text.length; at++) {
      const [left, right] = [text.slice(0, at), text.slice(at)];
      if (ids.has(left) && ids.has(right)) merges.push({ left, right, score });
    }
  }
  return merges
    .sort(
      (a, b) =>
        b.score - a.score ||
        b.left.length - a.left.length ||
        b.right.length - a.right.length ||
        ids.get(a.left)! - ids.get(b.left)!,
    )
    .map(({ left, right }) => [left, right]);
}
