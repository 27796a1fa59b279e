"""Greedy answers under edits, by full forward passes without a cache."""

import random

import numpy as np
import torch

from files import short, shorts
from model import SITES, Reference
from tokenizer import encode

STEPS, SEED, RANDOM_UNITS = 24, 7, 200
END_TOKEN = 2
# Below this gap between the best two logits, two ways of computing in float32 may choose differently.
GAP = 0.02
PROMPTS = [
    "The old bridge over the river",
    "My grandmother always said that",
    "Water boils when",
    "Once upon a time, in a small village,",
    "The three most important things about gardening are",
    "Is the moon made of cheese?\n\nAnswer:",
    "The train left the station and",
    "To bake a loaf of bread, first",
    "In the year 1904, the city",
    "Dear Sir or Madam,",
    "Scientists have found that",
    "def add(a, b):",
]


def dense(reference: Reference, units: list[dict]) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Gain and bias [layers, width] of the sites that have units."""
    edits = {}
    for unit in units:
        gain, bias = edits.setdefault(
            unit["site"], (torch.zeros(reference.shape()), torch.zeros(reference.shape()))
        )
        gain[unit["layer"], unit["index"]] = unit["gain"]
        bias[unit["layer"], unit["index"]] = unit["bias"]
    return edits


def austeer(site: str, top: list[dict], k: int, alpha: float) -> list[dict]:
    """gamma = alpha * sign * score, as the gain of the first k units."""
    return [
        dict(site=site, layer=u["layer"], index=u["index"], gain=alpha * u["sign"] * u["score"], bias=0.0)
        for u in top[:k]
    ]


def random_units(reference: Reference) -> list[dict]:
    """Gains in (-1, 1) and biases in (-0.5, 0.5), multiples of powers of two: exact in float32."""
    generator = random.Random(SEED)
    layers, width = reference.shape()
    units = []
    for site in SITES:
        for flat in sorted(generator.sample(range(layers * width), RANDOM_UNITS)):
            gain, bias = generator.randrange(-63, 64) / 64, generator.randrange(-63, 64) / 128
            units.append(dict(site=site, layer=flat // width, index=flat % width, gain=gain, bias=bias))
    return units


def greedy(reference: Reference, prompt: list[int], edits) -> dict | None:
    """The answer, or None where a step is too close or the model ends early."""
    tokens, gaps, first = list(prompt), [], None
    for _ in range(STEPS):
        logits = reference.logits(tokens, edits)
        first = logits if first is None else first
        best = np.argsort(-logits, kind="stable")[:2]
        gaps.append(float(logits[best[0]] - logits[best[1]]))
        if gaps[-1] < GAP or best[0] == END_TOKEN:
            return None
        tokens.append(int(best[0]))
    return dict(prompt=prompt, tokens=tokens[len(prompt) :], smallestGap=short(min(gaps)), first=top_logits(first))


def top_logits(logits: np.ndarray, count: int = 10) -> dict:
    best = np.argsort(-logits, kind="stable")[:count]
    return dict(tokens=[int(token) for token in best], logits=shorts(logits[best]))


def steered_goldens(reference: Reference, tokenizer, localization: dict) -> dict:
    top = localization["units"]
    plans = [
        ("none", []),
        ("attention k 16 alpha 10", austeer("attention", top["attention"], 16, 10)),
        ("ffn k 4 alpha 5", austeer("ffn", top["ffn"], 4, 5)),
        ("random at both sites", random_units(reference)),
    ]
    runs = []
    for name, units in plans:
        edits = dense(reference, units)
        rows = []
        for prompt in PROMPTS:
            row = greedy(reference, encode(tokenizer, prompt), edits)
            if row is not None:
                rows.append(dict(text=prompt, **row, answer=tokenizer.decode(row["tokens"])))
            if len(rows) == 2:
                break
        if len(rows) < 2:
            raise SystemExit(f"run {name}: fewer than two prompts stay clear of ties")
        runs.append(dict(name=name, rows=rows, edits=units))
    return dict(
        model=reference.identity,
        steps=STEPS,
        edit="x * (1 + gain) + bias, at every position of every forward pass; all other units: gain 0, bias 0",
        smallestGapAllowed=GAP,
        runs=runs,
    )
