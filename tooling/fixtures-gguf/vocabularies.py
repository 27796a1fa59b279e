"""Small tokenizers of each kind that GGUF files carry, and what transformers and SentencePiece make of difficult strings.

goldens/vocabularies.json: by name, `metadata` (the `tokenizer.ggml.*` entries as llama.cpp's converter writes them) and
`strings` (text, token ids, what decoding gives back). Trained on the few sentences below; no special tokens are added.
"""

import json
import tempfile
from pathlib import Path

import sentencepiece
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import GemmaTokenizerFast, GPT2TokenizerFast, LlamaTokenizerFast, Qwen2TokenizerFast

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6

CORPUS = [
    "The quick brown fox jumps over the lazy dog, and it's what we've done since 1987.",
    "Is water wet? Answer: yes, it is. Isn't it? They'll say so; I'm sure he'd know, don't you think?",
    "In 2026 there were 12345 apples and 67890 pears in 1234567890 boxes.",
    "def f(x):\n    return x**2 + 1  # square\n\nfor i in range(10):\n    print(f(i))\n",
    "Die Katze sitzt auf der Straße und schläft, naïve café résumé.",
    "A system that finds the few units which tell good answers from bad ones.",
] * 3

STRINGS = [
    "",
    " ",
    "   ",
    "a",
    " a",
    "a ",
    "  two spaces, three   inside and at the end   ",
    "tab\tand\n\n\nnew lines\r\n  indented",
    "In 1987 there were 12,345 of them: 3.14159, 7 8 9, 1234567890.",
    "I'm sure they'll say it's what we've done, ISN'T IT? HE'D KNOW.",
    "the quick brown fox",
    "The answer:yes Answer: no",
    "nai\u0308ve cafe\u0301 (combining marks), na\u00efve caf\u00e9",
    "\u0661\u0662\u0663 \u00b2\u00b3 \u00bd \u2163 \uff11\uff12",
    "\u4f60\u597d\uff0c\u4e16\u754c\u3002 \u041f\u0440\u0438\u0432\u0435\u0442 \u0928\u092e\u0938\u094d\u0924\u0947",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
    "no-break\u00a0space thin\u2009space zero\u200bwidth ideographic\u3000space",
    "def g(x):\n\treturn x ** 3   # cube\n",
    "!!! ??? ... --- ((( )))",
    "\u2581 is how a space is written",
    "<s>special</s> tokens <s> in </s>text<unk>",
    "<|end|>special<|end|> <|end|> tokens",
    "<table>kept whole</table> <table> </table>",
]


def byte_level(pre_tokenizer, normalizer=None) -> Tokenizer:
    """A byte-level BPE trained with a cut, as `tokenizers` runs it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=420, initial_alphabet=alphabet, special_tokens=["<|end|>"], show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def describe_byte_level(trained: Tokenizer, pre: str, reference) -> dict:
    vocabulary = trained.get_vocab()
    tokens = sorted(vocabulary, key=vocabulary.get)
    merges = json.loads(trained.to_str())["model"]["merges"]
    return {
        "metadata": {
            "model": "gpt2",
            "pre": pre,
            "tokens": tokens,
            "token_type": [CONTROL if token == "<|end|>" else NORMAL for token in tokens],
            "merges": [" ".join(merge) for merge in merges],
            "eos_token_id": vocabulary["<|end|>"],
        },
        "strings": describe(reference),
    }


def describe(reference) -> list[dict]:
    """Ids and texts by a `tokenizers.Tokenizer` or a fast tokenizer of transformers."""
    backend = getattr(reference, "backend_tokenizer", reference)
    rows = []
    for text in STRINGS:
        tokens = backend.encode(text, add_special_tokens=False).ids
        rows.append(dict(text=text, tokens=tokens, decoded=backend.decode(tokens, skip_special_tokens=False)))
    return rows


def words(digits: str) -> Regex:
    return Regex(
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
        "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
    )


def in_transformers(make, trained: Tokenizer):
    """A transformers tokenizer class over the vocabulary and merges of a trained one."""
    content = json.loads(trained.to_str())["model"]
    with tempfile.TemporaryDirectory() as folder:
        vocabulary, merges = Path(folder) / "vocab.json", Path(folder) / "merges.txt"
        vocabulary.write_text(json.dumps(content["vocab"]))
        merges.write_text("#version: 0.2\n" + "\n".join(" ".join(merge) for merge in content["merges"]))
        return make(str(vocabulary), str(merges), unk_token=None, bos_token=None, pad_token=None, eos_token="<|end|>")


def byte_level_tokenizers() -> dict:
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    raw = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    sequence = pre_tokenizers.Sequence
    default = byte_level(plain)
    smollm = byte_level(sequence([pre_tokenizers.Digits(individual_digits=True), plain]))
    qwen2 = byte_level(sequence([pre_tokenizers.Split(words("\\p{N}"), "isolated"), raw]), normalizers.NFC())
    llama = byte_level(sequence([pre_tokenizers.Split(words("\\p{N}{1,3}"), "isolated"), raw]))
    content = json.loads(llama.to_str())
    content["model"]["ignore_merges"] = True
    return {
        "default": describe_byte_level(default, "default", in_transformers(GPT2TokenizerFast, default)),
        "smollm": describe_byte_level(smollm, "smollm", smollm),
        "qwen2": describe_byte_level(qwen2, "qwen2", in_transformers(Qwen2TokenizerFast, qwen2)),
        "llama-bpe": describe_byte_level(llama, "llama-bpe", Tokenizer.from_str(json.dumps(content))),
    }


def sentencepiece_tokenizer(make, adds_space: bool, user_defined: list[str], ids: dict) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        prefix = str(Path(folder) / "small")
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(line for text in CORPUS for line in text.split("\n") if line),
            model_prefix=prefix,
            model_type="bpe",
            vocab_size=480,
            byte_fallback=True,
            split_digits=True,
            normalization_rule_name="identity",
            remove_extra_whitespaces=False,
            add_dummy_prefix=adds_space,
            user_defined_symbols=user_defined,
            minloglevel=2,
            **ids,
        )
        pieces = sentencepiece.SentencePieceProcessor(model_file=f"{prefix}.model")
        # Saying nothing means no space in front to transformers 4.57, whatever the model wants.
        reference = make(vocab_file=f"{prefix}.model", add_prefix_space=adds_space)

    def kind(token: int) -> int:
        if pieces.IsUnknown(token):
            return UNKNOWN
        if pieces.IsControl(token):
            return CONTROL
        if pieces.IsByte(token):
            return BYTE
        return USER_DEFINED if pieces.IdToPiece(token) in user_defined else NORMAL

    every = range(pieces.GetPieceSize())
    rows = describe(reference)
    for row in rows:
        # SentencePiece itself agrees wherever no special token is meant.
        if not any(mark in row["text"] for mark in ["<", "\u2581"]) and row["text"] != "":
            own = pieces.EncodeAsIds(row["text"])
            if own != row["tokens"]:
                print("  SentencePiece differs:", repr(row["text"]), own, row["tokens"])
    return {
        "metadata": {
            "model": "llama",
            "tokens": [
                pieces.IdToPiece(token).replace("\u2581", " ") if kind(token) == USER_DEFINED else pieces.IdToPiece(token)
                for token in every
            ],
            "scores": [pieces.GetScore(token) for token in every],
            "token_type": [kind(token) for token in every],
            "bos_token_id": pieces.bos_id(),
            "eos_token_id": pieces.eos_id(),
            "unknown_token_id": pieces.unk_id(),
            **({} if adds_space else {"add_space_prefix": False}),
        },
        "strings": rows,
    }


def main():
    gemma_ids = dict(pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>")
    result = {
        **byte_level_tokenizers(),
        "llama": sentencepiece_tokenizer(LlamaTokenizerFast, True, [], {}),
        "gemma": sentencepiece_tokenizer(
            GemmaTokenizerFast, False, ["<table>", "</table>", "\n\n", "\u2581\u2581", "\u2581\u2581\u2581"], gemma_ids
        ),
    }
    target = Path(__file__).parent / "goldens" / "vocabularies.json"
    target.write_text(json.dumps(result, ensure_ascii=True, indent=None, separators=(",", ":")) + "\n")
    for name, content in result.items():
        print(name, len(content["metadata"]["tokens"]), [len(row["tokens"]) for row in content["strings"]])


if __name__ == "__main__":
    main()
