"""Dequantized values of a few tensors by the `gguf` package, in the file's own row order."""

import gguf
import numpy as np
from gguf.quants import dequantize

from files import shorts

TENSORS = [
    "token_embd.weight",
    "blk.0.attn_q.weight",
    "blk.9.ffn_down.weight",
    "blk.29.attn_v.weight",
    "blk.15.attn_norm.weight",
    "output_norm.weight",
]


def dequantized_goldens(reader: gguf.GGUFReader) -> dict:
    by_name = {tensor.name: tensor for tensor in reader.tensors}
    tensors = []
    for name in TENSORS:
        tensor = by_name[name]
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        wide = values.astype(np.float64).ravel()
        tensors.append(
            dict(
                name=name,
                type=tensor.tensor_type.name,
                # Rows first, as PyTorch has it; a GGUF lists its dimensions the other way round.
                shape=[int(size) for size in reversed(tensor.shape)],
                first=shorts(wide[:8]),
                last=shorts(wide[-8:]),
                sum=float(wide.sum()),
                sumOfSquares=float((wide * wide).sum()),
            )
        )
    return dict(tensors=tensors)
