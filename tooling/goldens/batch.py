"""Two rows of different length, each computed alone: what a padded batch must give back."""

from model import Reference
from steered import top_logits
from tokenizer import encode

PROMPTS = [
    "Cats sleep",
    "The recipe asks for 250 grams of flour, two eggs, a pinch of salt and enough milk to make a smooth batter. "
    "After mixing, let it rest for",
]


def batch_goldens(reference: Reference, tokenizer) -> dict:
    rows = []
    for prompt in PROMPTS:
        tokens = encode(tokenizer, prompt)
        rows.append(dict(text=prompt, tokens=tokens, last=top_logits(reference.logits(tokens))))
    return dict(model=reference.identity, rows=rows)
