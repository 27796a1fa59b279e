"""What the gain of each unit does to a margin, by PyTorch's own reverse pass."""

import torch

from files import short
from model import SITES, Reference
from tokenizer import encode

FORMS = {"yes": ["yes", " yes", "Yes", " Yes"], "no": ["no", " no", "No", " No"]}
# Answers of several tokens, of different length.
FREE = ("The capital of France is", [" the city of Paris.", " Paris"], [" Berlin, the", " a small village"])


def gradient_goldens(reference: Reference, tokenizer, localization: dict) -> tuple[dict, dict]:
    """Two BoolQ questions of localization.json with all forms of both answers, and one with free answers."""
    pairs = [next(p for p in localization["pairs"] if p["label"] == label) for label in FORMS]
    items = [
        dict(
            id=f"boolq {pair['row']}",
            prompt=pair["prefix"],
            right=[encode(tokenizer, text) for text in FORMS[pair["label"]]],
            wrong=[encode(tokenizer, text) for text in FORMS["no" if pair["label"] == "yes" else "yes"]],
            perToken=False,
        )
        for pair in pairs
    ]
    prompt, right, wrong = FREE
    free = dict(
        prompt=encode(tokenizer, prompt),
        right=[encode(tokenizer, text) for text in right],
        wrong=[encode(tokenizer, text) for text in wrong],
    )
    items += [dict(id=f"free, per token: {per}", **free, perToken=per) for per in [False, True]]
    rows, tensors = [], {site: [] for site in SITES}
    for item in items:
        gains = {site: torch.zeros(reference.shape(), requires_grad=True) for site in SITES}
        zeros = torch.zeros(reference.shape())
        with reference.hooks({site: (gain, zeros) for site, gain in gains.items()}):
            best = torch.logsumexp(answers(reference, item, item["right"]), 0)
            worst = torch.logsumexp(answers(reference, item, item["wrong"]), 0)
            margin = best - worst
            margin.backward()
        rows.append(dict(**item, margin=short(margin.item())))
        for site in SITES:
            tensors[site].append(gains[site].grad)
    return (
        dict(model=reference.identity, items=rows),
        {site: torch.stack(parts).numpy() for site, parts in tensors.items()},
    )


def answers(reference: Reference, item: dict, candidates: list[list[int]]) -> torch.Tensor:
    """Log-probability of each answer, every one in a row of its own; rows of the same tokens are computed once."""
    found, computed = [], {}
    start = len(item["prompt"])
    for answer in candidates:
        tokens = item["prompt"] + answer[:-1]
        if tuple(tokens) not in computed:
            computed[tuple(tokens)] = reference.model(torch.tensor([tokens]), use_cache=False).logits[0]
        each = torch.log_softmax(computed[tuple(tokens)][start - 1 :], -1)[range(len(answer)), answer]
        found.append(each.mean() if item["perToken"] else each.sum())
    return torch.stack(found)
