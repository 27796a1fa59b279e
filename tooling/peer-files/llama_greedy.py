"""Greedy tokens of the real llama.cpp, as `llama_cpp_python` ships it.

python llama_greedy.py MODEL.gguf NEW_TOKENS < prompts.json     a list of lists of token ids; prints two such lists:
answers of the file itself, and of its weights written as 32-bit floats
"""

import json
import sys
import tempfile
from pathlib import Path

from float_weights import as_floats
from llama_cpp import Llama


def answers(path: Path, prompts: list[list[int]], new_tokens: int) -> list[list[int]]:
    model = Llama(str(path), n_ctx=256, logits_all=False, verbose=False)
    found = []
    for prompt in prompts:
        model.reset()
        given, answer = prompt, []
        while len(answer) < new_tokens:
            model.eval(given)
            logits = model._ctx.get_logits_ith(-1)[: model.n_vocab()]
            answer.append(max(range(len(logits)), key=logits.__getitem__))
            given = answer[-1:]
        found.append(answer)
    return found


def main() -> None:
    path, new_tokens = Path(sys.argv[1]), int(sys.argv[2])
    prompts = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        floats = Path(folder) / "model.gguf"
        as_floats(path, floats)
        print(json.dumps([answers(each, prompts, new_tokens) for each in (path, floats)]))


if __name__ == "__main__":
    main()
