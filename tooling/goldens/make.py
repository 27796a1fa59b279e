"""Makes small golden files: what PyTorch computes on the real weights of a GGUF.

python make.py --model model.gguf --boolq-pairs train.jsonl --out smollm2-135m [--only forward,batch]
"""

import argparse
import json
from pathlib import Path

import gguf
import torch

from batch import batch_goldens
from dequantized import dequantized_goldens
from files import write_json, write_tensors
from forward import forward_goldens
from gradients import gradient_goldens
from localization import localization_goldens
from model import Reference
from steered import steered_goldens
from tokenizer import read_tokenizer, tokenizer_goldens

PARTS = ["tokenizer", "dequantized", "forward", "batch", "localization", "steered", "gradients"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="the GGUF file")
    parser.add_argument("--boolq-pairs", type=Path, required=True, help="BoolQ training rows, JSON lines as published")
    parser.add_argument("--out", type=Path, required=True, help="folder of the golden files")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=PARTS,
        help=f"some of {','.join(PARTS)}; steered and gradients read the localization.json of the folder",
    )
    options = parser.parse_args()
    if not set(options.only) <= set(PARTS):
        parser.error(f"--only takes some of {','.join(PARTS)}")
    # One thread: the order of additions, and so the last bits, depend on the number of threads.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    reader = gguf.GGUFReader(options.model)
    tokenizer = read_tokenizer(reader)
    if "tokenizer" in options.only:
        write_json(out / "tokenizer.json", tokenizer_goldens(reader, tokenizer))
    if "dequantized" in options.only:
        write_json(out / "dequantized.json", dequantized_goldens(reader))
    reference = Reference(options.model)
    if "forward" in options.only:
        content, tensors = forward_goldens(reference, tokenizer)
        write_json(out / "forward.json", content)
        write_tensors(out / "forward.safetensors", tensors)
    if "batch" in options.only:
        write_json(out / "batch.json", batch_goldens(reference, tokenizer))
    if "localization" in options.only:
        content, tensors = localization_goldens(reference, tokenizer, options.boolq_pairs)
        write_json(out / "localization.json", content)
        write_tensors(out / "localization.safetensors", tensors)
    if "steered" in options.only:
        localization = json.loads((out / "localization.json").read_text())
        write_json(out / "steered.json", steered_goldens(reference, tokenizer, localization))
    if "gradients" in options.only:
        localization = json.loads((out / "localization.json").read_text())
        content, tensors = gradient_goldens(reference, tokenizer, localization)
        write_json(out / "gain-gradients.json", content)
        write_tensors(out / "gain-gradients.safetensors", tensors)
    for file in sorted(out.iterdir()):
        print(f"{file.name}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
