"""Logits and activations of three prompts."""

import numpy as np

from model import SITES, Reference
from tokenizer import encode

# A short one with every token kept, and two longer ones with positions spread over them: four layers of
# both sites take 18 KB a token, and these files are committed.
PROMPTS = [
    ("The first snow of the year fell on a Tuesday.", 1),
    ("Maya has 3 boxes with 14 pencils each. She gives 9 pencils to Tom. How many are left?", 4),
    (
        "Question: Can a lighthouse be seen from far away at night?\n\nA lighthouse is a tower whose lamp guides "
        "ships at sea. Its light is built to reach many miles, so that a captain knows where the coast lies.\n\n"
        "Answer:",
        9,
    ),
]
LAYERS = [0, 9, 19, 29]


def forward_goldens(reference: Reference, tokenizer) -> tuple[dict, dict[str, np.ndarray]]:
    rows, tensors, logits = [], {}, []
    for row, (prompt, step) in enumerate(PROMPTS):
        tokens = encode(tokenizer, prompt)
        positions = sorted({*range(0, len(tokens), step), len(tokens) - 1})
        logits.append(reference.logits(tokens))
        for site, values in reference.capture(tokens, positions).items():
            tensors[f"{site}.{row}"] = values[:, LAYERS]
        rows.append(dict(prompt=prompt, tokens=tokens, positions=positions))
    tensors["logits"] = np.stack(logits)
    content = dict(
        model=reference.identity,
        tensors={
            "logits": "float32 [prompts, vocabulary], last position",
            **{f"{site}.<row>": "float32 [positions, layers, width], unedited" for site in SITES},
        },
        layers=LAYERS,
        rows=rows,
    )
    return content, tensors
