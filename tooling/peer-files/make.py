"""Golden files of other steering programs: what repeng writes, what PyTorch reads.

python make.py --pt plan.pt --out peers.json
"""

import argparse
import base64
import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from repeng import ControlVector


def repeng_golden() -> dict:
    """A vector of three layers; the width is no multiple of the format's alignment, one number is 0."""
    random = np.random.default_rng(7)
    directions = {layer: random.standard_normal(5).astype(np.float32) for layer in (1, 2, 11)}
    directions[2][3] = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vector.gguf"
        ControlVector(model_type="llama", directions=directions).export_gguf(path)
        content = path.read_bytes()
    return {
        "file": base64.b64encode(content).decode(),
        "modelHint": "llama",
        "directions": {layer: direction.tolist() for layer, direction in directions.items()},
    }


def torch_golden(path: Path) -> dict:
    """weights_only: the file names nothing that PyTorch does not allow in a file from a stranger."""
    content = torch.load(path, weights_only=True)
    for hook in content.values():
        vector = hook["steering_vector"]
        assert vector.dtype == torch.float32 and vector.is_contiguous()
    return {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "content": {
            name: {**hook, "steering_vector": hook["steering_vector"].tolist()} for name, hook in content.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pt", type=Path, required=True, help="the output of `node write-plan.mjs pt`")
    parser.add_argument("--out", type=Path, required=True, help="the golden file")
    options = parser.parse_args()
    golden = {"repeng": repeng_golden(), "lmEval": torch_golden(options.pt)}
    options.out.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
