"""Makes the golden files of a sentence encoder: token ids and sentence vectors by PyTorch.

python make.py --model FOLDER --out minilm

FOLDER is the encoder as sentence-transformers publishes it. Pooling is the mean of the token vectors, then length 1,
at most 256 tokens: what its own configuration says.
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertModel

MOST_TOKENS = 256

TEXTS = [
    "The library closes at six on Fridays.",
    "the library closes at SIX on fridays",
    "145.0",
    "-3.75",
    "Yes",
    " no",
    "Answer: 12 apples, 7 pears & 3 plums.",
    "Ein Zug verlässt Köln um 9:15 Uhr und fährt nach Zürich.",
    "Crème brûlée à la carte, s'il vous plaît!",
    "北京的天气今天怎么样？",
    "Москва слезам не верит",
    "She said: \u201cI won\u2019t go\u201d \u2014 and she didn't.",
    "def area(r):\n    return 3.14159 * r ** 2",
    "   leading and   trailing spaces\t and a tab   ",
    "antidisestablishmentarianism and floccinaucinihilipilification",
    "😀 emoji, zero\u200bwidth, and a soft\u00adhyphen",
    "user@example.org wrote to https://example.org/path?q=1#top",
    "[MASK] tokens such as [SEP] may stand in a text",
    "",
    "The committee met twice. " * 80,
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.safetensors and tokenizer.json")
    parser.add_argument("--out", type=Path, required=True, help="folder of the golden files")
    options = parser.parse_args()
    # One thread: the order of additions, and so the last bits, depend on the number of threads.
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    # The file carries fixed settings of its own, which sentence-transformers replaces as well.
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    model = BertModel.from_pretrained(options.model, attn_implementation="eager", add_pooling_layer=False)
    model.eval()

    ids = [tokenizer.encode(text).ids for text in TEXTS]
    vectors = []
    with torch.no_grad():
        for row in ids:
            hidden = model(input_ids=torch.tensor([row])).last_hidden_state[0]
            vectors.append(torch.nn.functional.normalize(hidden.mean(0), dim=0))
    options.out.mkdir(parents=True, exist_ok=True)
    weights = hashlib.sha256((options.model / "model.safetensors").read_bytes()).hexdigest()
    content = {"weightsSha256": weights, "maxTokens": MOST_TOKENS, "rows": [
        {"text": text, "ids": row} for text, row in zip(TEXTS, ids, strict=True)
    ]}
    (options.out / "sentences.json").write_text(json.dumps(content, ensure_ascii=True) + "\n")
    save_file({"vectors": torch.stack(vectors).contiguous()}, options.out / "sentences.safetensors")


if __name__ == "__main__":
    main()
