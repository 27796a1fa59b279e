"""What ggml's reference dequantizer (the gguf package) makes of random blocks of each tensor type.

blocks.safetensors: `<type>.bytes` uint8 [blocks × bytes], `<type>.numbers` float32. Scales and minimums are
random halves of ordinary size, everything else is random bits; the first block of each type is all ones.
"""

from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import save_file

# Byte offset of each 16-bit float in a block, and its size beside the first one: such that minimums put the middle
# of the integers near zero, as quantizing ordinary weights does.
HALVES = {
    "Q4_0": {0: 1},
    "Q4_1": {0: 1, 2: -7.5},
    "Q5_0": {0: 1},
    "Q5_1": {0: 1, 2: -15.5},
    "Q8_0": {0: 1},
    "Q2_K": {80: 1, 82: 1.5},
    "Q3_K": {108: 1},
    "Q4_K": {0: 1, 2: 7.5},
    "Q5_K": {0: 1, 2: 15.5},
    "Q6_K": {208: 1},
}
NUMBERS = 1024


def random_blocks(kind: str, blocks: int, generator: np.random.Generator, spread: float) -> np.ndarray:
    """uint8 [blocks, bytes of a block] of numbers whose deviation is about `spread`."""
    _, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]
    data = generator.integers(0, 256, (blocks, size), dtype=np.uint8)
    sizes = generator.uniform(0.5, 1.5, blocks) * generator.choice([-1, 1], blocks)

    def scale(by: float):
        for offset, share in HALVES[kind].items():
            data[:, offset : offset + 2] = (by * share * sizes).astype(np.float16).view(np.uint8).reshape(blocks, 2)

    scale(1)
    deviation = gguf.quants.dequantize(data, gguf.GGMLQuantizationType[kind]).std()
    scale(spread / deviation)
    return data


def main():
    generator = np.random.default_rng(5)
    tensors = {}
    for kind in HALVES:
        elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]
        data = random_blocks(kind, NUMBERS // elements, generator, spread=1)
        integers = np.ones(size, dtype=bool)
        for offset in HALVES[kind]:
            integers[offset : offset + 2] = False
        data[0, integers] = 255
        tensors[f"{kind}.bytes"] = data.reshape(-1)
    values = generator.standard_normal(NUMBERS).astype(np.float32)
    for kind in ["F16", "BF16"]:
        tensors[f"{kind}.bytes"] = gguf.quants.quantize(values, gguf.GGMLQuantizationType[kind]).view(np.uint8)
    for name, data in list(tensors.items()):
        kind = name.removesuffix(".bytes")
        numbers = gguf.quants.dequantize(data, gguf.GGMLQuantizationType[kind])
        tensors[f"{kind}.numbers"] = np.ascontiguousarray(numbers.reshape(-1))
    target = Path(__file__).parent / "goldens" / "blocks.safetensors"
    save_file(tensors, target)
    target.chmod(0o644)


if __name__ == "__main__":
    main()
