"""Momentum counts of 64 real BoolQ pairs, and the top units in the released code's order."""

import json
from pathlib import Path

import numpy as np

from files import short
from model import SITES, Reference
from tokenizer import encode

ROWS, PAIRS, TOP = 400, 64, 200
# A difference this small against the layer's size may change sign between two ways of computing in float32.
FRAGILE = 1e-5
RULE = (
    f"of the first {ROWS} training rows, the {PAIRS} whose prompt has the fewest tokens (ties: the first row), in "
    "the order of the file; positive and negative are the prompt directly followed by Yes or No, tokenized as one text"
)


def boolq_pairs(path: Path, tokenizer) -> list[dict]:
    """Prompt and answers of the released loader (utils/load_dataset.py, load_boolq, train)."""
    pairs = []
    with path.open(encoding="utf-8") as lines:
        for row, line in zip(range(ROWS), lines):
            item = json.loads(line)
            prompt = (
                "Is the answer to the question encapsulated in the passage? Please confirm with 'yes' or 'no'.\n\n"
                f"Passage: {item['passage'].strip()}\n\nQuestion: {item['question'].strip()}\n\nAnswer:"
            )
            right, wrong = ("Yes", "No") if str(item["answer"]).strip() == "True" else ("No", "Yes")
            length = len(encode(tokenizer, prompt))
            positive, negative = encode(tokenizer, prompt + right), encode(tokenizer, prompt + wrong)
            common = next(i for i, (a, b) in enumerate(zip(positive, negative)) if a != b)
            pairs.append(
                dict(
                    row=row,
                    length=length,
                    label=right.lower(),
                    prefix=positive[:common],
                    positive=positive[common:],
                    negative=negative[common:],
                )
            )
    chosen = sorted(pairs, key=lambda pair: pair["length"])[:PAIRS]
    return [{k: v for k, v in pair.items() if k != "length"} for pair in sorted(chosen, key=lambda pair: pair["row"])]


class Counts:
    """Running counts [layers, width] of one site."""

    def __init__(self, shape: tuple[int, int]):
        self.promoted, self.suppressed, self.fragile = (np.zeros(shape, dtype=np.int32) for _ in range(3))
        self.pairs = 0

    def add(self, positive: np.ndarray, negative: np.ndarray) -> None:
        difference = positive - negative
        self.promoted += difference > 0
        self.suppressed += difference < 0
        # The larger of the two texts' root mean squares over the layer's units.
        rms = np.sqrt(np.maximum((positive**2).mean(axis=1), (negative**2).mean(axis=1)))
        self.fragile += np.abs(difference) <= FRAGILE * rms[:, None]
        self.pairs += 1

    def top(self, count: int) -> list[dict]:
        """Score descending; a stable sort leaves ties in layer-major order. A tied sign is +, as released."""
        highest = np.maximum(self.promoted, self.suppressed)
        units = []
        for flat in np.argsort(-highest.ravel(), kind="stable")[:count]:
            layer, index = divmod(int(flat), highest.shape[1])
            promoted, suppressed = int(self.promoted[layer, index]), int(self.suppressed[layer, index])
            units.append(
                dict(
                    layer=layer,
                    index=index,
                    score=max(promoted, suppressed) / self.pairs,
                    sign=1 if promoted >= suppressed else -1,
                    promoted=promoted,
                    suppressed=suppressed,
                )
            )
        return units


def count_pairs(reference: Reference, pairs: list[dict]) -> dict[str, Counts]:
    counts = {site: Counts(reference.shape()) for site in SITES}
    for pair in pairs:
        # Two whole forward passes, alone and unpadded, as released: sharing the prefix is for others to prove.
        positive = reference.capture(pair["prefix"] + pair["positive"], [-1])
        negative = reference.capture(pair["prefix"] + pair["negative"], [-1])
        for site in SITES:
            counts[site].add(positive[site][0], negative[site][0])
    return counts


def localization_goldens(reference: Reference, tokenizer, path: Path) -> tuple[dict, dict[str, np.ndarray]]:
    pairs = boolq_pairs(path, tokenizer)
    counts = count_pairs(reference, pairs)
    tensors = {}
    for site in SITES:
        tensors[f"{site}.promoted"] = counts[site].promoted
        tensors[f"{site}.suppressed"] = counts[site].suppressed
    content = dict(
        model=reference.identity,
        rule=RULE,
        source="BoolQ (google-research-datasets/boolean-questions), CC BY-SA 3.0; token ids of 64 training rows",
        fragileThreshold=short(FRAGILE),
        tensors={name: "int32 [layers, width]" for name in tensors},
        units={site: counts[site].top(TOP) for site in SITES},
        # [layer * width + index, pairs] of every unit that has fragile pairs.
        fragile={
            site: [[int(i), int(counts[site].fragile.ravel()[i])] for i in np.flatnonzero(counts[site].fragile)]
            for site in SITES
        },
        pairs=pairs,
    )
    return content, tensors
