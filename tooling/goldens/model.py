"""The reference: transformers' LlamaForCausalLM in float32, read and edited by PyTorch hooks.

Sites: "attention" is the input of o_proj, "ffn" the output of the MLP block.
"""

import hashlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM

SITES = ["attention", "ffn"]


class Reference:
    def __init__(self, path: Path):
        self.model = AutoModelForCausalLM.from_pretrained(
            path.parent, gguf_file=path.name, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        self.layers = self.model.model.layers
        self.width = self.model.config.hidden_size
        self.identity = {
            "file": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "architecture": self.model.config.model_type,
            "layers": len(self.layers),
            "width": self.width,
            "vocabulary": self.model.config.vocab_size,
            "reference": f"transformers LlamaForCausalLM, float32, torch {torch.__version__}",
        }

    def shape(self) -> tuple[int, int]:
        return len(self.layers), self.width

    @contextmanager
    def hooks(self, edits=None, captured=None):
        """x -> x * (1 + gain) + bias at the sites in `edits`; what leaves each site is kept in `captured`."""

        def at(site: str, layer: int, value: torch.Tensor) -> torch.Tensor:
            if edits and site in edits:
                gain, bias = edits[site]
                value = value * (1 + gain[layer]) + bias[layer]
            if captured is not None:
                captured[site, layer] = value[0]
            return value

        handles = []
        for index, layer in enumerate(self.layers):
            handles.append(
                layer.self_attn.o_proj.register_forward_pre_hook(
                    lambda _, given, index=index: (at("attention", index, given[0]),)
                )
            )
            handles.append(
                layer.mlp.register_forward_hook(lambda _, given, result, index=index: at("ffn", index, result))
            )
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    @torch.no_grad()
    def logits(self, tokens: list[int], edits=None) -> np.ndarray:
        """Logits of the last position, by one full forward pass without a cache."""
        with self.hooks(edits):
            return self.model(torch.tensor([tokens]), use_cache=False, logits_to_keep=1).logits[0, -1].numpy()

    @torch.no_grad()
    def capture(self, tokens: list[int], positions: list[int] | slice) -> dict[str, np.ndarray]:
        """Activations [positions, layers, width] per site."""
        captured = {}
        with self.hooks(captured=captured):
            self.model.model(torch.tensor([tokens]), use_cache=False)
        return {
            site: torch.stack([captured[site, layer][positions] for layer in range(len(self.layers))], dim=1).numpy()
            for site in SITES
        }
