"""Writing golden files so that equal numbers give equal bytes."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file


def short(value) -> float:
    """A float32 as the shortest decimal that reads back as the same float32."""
    return float(str(np.float32(value)))


def shorts(values) -> list[float]:
    return [short(value) for value in np.asarray(values).ravel()]


def write_json(path: Path, content: dict) -> None:
    """One line per top-level key, and per entry where the value is a list or object of containers."""
    path.write_text("{\n" + ",\n".join(f"{dump(key)}: {lines(value)}" for key, value in content.items()) + "\n}\n")


def write_tensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, path)
    path.chmod(0o644)  # the library leaves files that only their owner can read


def dump(value) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def lines(value) -> str:
    if isinstance(value, list) and value and all(isinstance(item, (list, dict)) for item in value):
        return "[\n" + ",\n".join(dump(item) for item in value) + "\n]"
    if isinstance(value, dict) and any(isinstance(item, (list, dict)) for item in value.values()):
        return "{\n" + ",\n".join(f"{dump(key)}: {lines(item)}" for key, item in value.items()) + "\n}"
    return dump(value)
