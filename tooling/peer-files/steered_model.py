"""A small random Llama, and what adding vectors at its modules by hand does to its logits."""

import torch
from transformers import LlamaConfig, LlamaForCausalLM

TOKENS = torch.tensor([[1, 5, 9, 30]])


def small_model() -> LlamaForCausalLM:
    torch.manual_seed(0)
    configuration = LlamaConfig(
        hidden_size=4, intermediate_size=8, num_hidden_layers=3, num_attention_heads=1, vocab_size=50
    )
    return LlamaForCausalLM(configuration).eval()


def report(theirs: torch.Tensor, vectors: dict[str, list[float]]) -> None:
    """Prints how far the logits of the other program are from those of plain hooks."""
    model = small_model()
    with torch.no_grad():
        plain = model(TOKENS).logits
        for name, vector in vectors.items():
            model.get_submodule(name).register_forward_hook(adds(torch.tensor(vector)))
        by_hand = model(TOKENS).logits
    print("largest difference", (theirs - by_hand).abs().max().item())
    print("largest effect", (by_hand - plain).abs().max().item())


def adds(vector: torch.Tensor) -> object:
    def hook(_module: object, _inputs: object, output: object) -> object:
        return (output[0] + vector, *output[1:]) if isinstance(output, tuple) else output + vector

    return hook
