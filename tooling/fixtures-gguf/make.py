"""Makes the tiny GGUF decoders in goldens/ and what PyTorch computes with the same weights.

`<name>.gguf` follows llama.cpp's converter: its tensor names, its keys, llama's query and key rows reordered, one
added to gemma's norms. `<name>.safetensors` holds

  tokens.<row>                   int32 [tokens]                    prompt of the row
  logits.<row>                   float32 [tokens, vocabulary]
  <site>.<row>                   float32 [tokens, layers, width]
  gain.<site>, bias.<site>       float32 [rows, layers, width]     edits of all four sites
  edited.tokens.<row>            int32 [tokens + steps]            prompt and greedy tokens under the edits
  edited.logits.<row>            float32 [tokens + steps, vocabulary]

Every row is computed alone, unpadded, by full forward passes: neither batching, padding nor caching can hide in
the golden numbers.
"""

import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

from blocks import random_blocks

GOLDENS = Path(__file__).parent / "goldens"
VOCABULARY = 96
PROMPT_LENGTHS = [9, 13]
STEPS = 6
SITES = ["attention", "ffn", "ffnInner", "residual"]

# Attention (64) is wider than the hidden state (32), so that mixing them up shows.
SMALL = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=48,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=16,
    max_position_embeddings=64,
    rms_norm_eps=1e-6,
)
# A window smaller than the prompts.
GEMMA = dict(**SMALL, query_pre_attn_scalar=16, sliding_window=4)
LLAMA3_SCALING = dict(
    rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16
)
# Types as llama.cpp mixes them, and all others; what is stacked into one product has equal types in one layer and
# unequal ones in the other.
MIXED_TYPES = [
    dict(attn_q="Q4_K", attn_k="Q4_K", attn_v="Q6_K", attn_output="Q5_K", ffn_gate="Q3_K", ffn_up="Q2_K", ffn_down="Q6_K"),
    dict(attn_q="Q5_0", attn_k="Q5_0", attn_v="Q5_0", attn_output="Q5_1", ffn_gate="Q4_0", ffn_up="Q8_0", ffn_down="Q4_1"),
]

FIXTURES = {
    "llama3": ("llama", dict(**SMALL, num_hidden_layers=3, rope_theta=500.0, rope_scaling=LLAMA3_SCALING)),
    "qwen2": ("qwen2", dict(**SMALL, num_hidden_layers=2, tie_word_embeddings=True)),
    "qwen3": ("qwen3", dict(**SMALL, num_hidden_layers=2)),
    "gemma2": ("gemma2", dict(**GEMMA, num_hidden_layers=3, attn_logit_softcapping=2.0, final_logit_softcapping=5.0)),
    "gemma3": (
        "gemma3_text",
        dict(
            **GEMMA,
            num_hidden_layers=7,
            rope_theta=500.0,
            rope_local_base_freq=10_000.0,
            rope_scaling=dict(rope_type="linear", factor=8.0),
        ),
    ),
    "mixed-types": (
        "llama",
        dict(**{**SMALL, "hidden_size": 256, "intermediate_size": 256, "head_dim": 64}, num_hidden_layers=2),
    ),
}


def make_model(model_type: str, settings: dict) -> torch.nn.Module:
    """Random weights, large enough that every part of a layer matters; norms and biases random as well."""
    torch.manual_seed(7)
    config = AutoConfig.for_model(model_type, **settings)
    # Other implementations of attention lose gemma2's soft cap.
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval().float()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.25).copy_(parameter.half())
            else:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def interleave(rows: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp's order of the rows of llama's queries and keys: the two of a rotary pair are neighbours."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def halve(rows: np.ndarray, heads: int) -> np.ndarray:
    """The order before `interleave`."""
    return rows.reshape(heads, rows.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(rows.shape)


def heads_of(name: str, config) -> int | None:
    """Heads whose rows are reordered in this tensor."""
    if config.model_type != "llama" or not name.endswith(("attn_q.weight", "attn_k.weight")):
        return None
    return config.num_attention_heads if "attn_q" in name else config.num_key_value_heads


def random_type(name: str) -> str:
    if name == "token_embd.weight":
        return "Q4_K"
    if name == "output.weight":
        return "Q6_K"
    _, layer, part, _ = name.split(".")
    return MIXED_TYPES[int(layer)][part]


def write_gguf(name: str, model, target: Path):
    config = model.config
    architecture = dict(gemma3_text="gemma3").get(config.model_type, config.model_type)
    writer = gguf.GGUFWriter(None, architecture)
    writer.add_name(f"tiny {name}")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if architecture != "gemma2":
        writer.add_rope_freq_base(config.rope_theta)
    if architecture == "llama":
        writer.add_rope_dimension_count(config.head_dim)
    if architecture.startswith("gemma"):
        writer.add_sliding_window(config.sliding_window)
        if config.attn_logit_softcapping is not None:
            writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        if config.final_logit_softcapping is not None:
            writer.add_final_logit_softcapping(config.final_logit_softcapping)
    scaling = getattr(config, "rope_scaling", None) or {}
    if scaling.get("rope_type") == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(scaling["factor"])
    if scaling.get("rope_type") == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_factors(config))
    add_tokenizer(writer)

    names = gguf.get_tensor_name_map(writer_architecture(architecture), config.num_hidden_layers)
    generator = np.random.default_rng(3)
    for source, parameter in model.named_parameters():
        tensor = names.get_name(source, try_suffixes=(".weight", ".bias"))
        values = parameter.detach().numpy()
        heads = heads_of(tensor, config)
        if architecture.startswith("gemma") and tensor.endswith("norm.weight"):
            values = values + 1
        if values.ndim == 1:
            writer.add_tensor(tensor, values.astype(np.float32))
        elif name == "mixed-types":
            kind = random_type(tensor)
            elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]
            data = random_blocks(kind, values.size // elements, generator, spread=0.08)
            data = data.reshape(values.shape[0], -1)
            writer.add_tensor(tensor, data, raw_dtype=gguf.GGMLQuantizationType[kind])
            numbers = gguf.quants.dequantize(data, gguf.GGMLQuantizationType[kind])
            with torch.no_grad():
                parameter.copy_(torch.from_numpy(numbers if heads is None else halve(numbers, heads)))
        else:
            values = values if heads is None else interleave(values, heads)
            writer.add_tensor(tensor, values.astype(np.float16))
    writer.write_header_to_file(target)
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    target.chmod(0o644)


def writer_architecture(name: str) -> gguf.MODEL_ARCH:
    return next(kind for kind, text in gguf.MODEL_ARCH_NAMES.items() if text == name)


def llama3_factors(config) -> np.ndarray:
    """What each frequency is divided by, as llama.cpp's converter computes it."""
    scaling = config.rope_scaling
    old, factor = scaling["original_max_position_embeddings"], scaling["factor"]
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    frequencies = config.rope_theta ** (-np.arange(0, config.head_dim, 2) / config.head_dim)
    smooth = np.clip((old * frequencies / (2 * np.pi) - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / factor + smooth)).astype(np.float32)


def add_tokenizer(writer):
    """One token a character, `ab`, and an end token."""
    tokens = [chr(code) for code in range(33, 126)] + ["\u0120", "ab", "<end>"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token == "<end>" else 1 for token in tokens])
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(len(tokens) - 1)


class Probe:
    """Forward hooks that edit (x * (1 + gain) + bias) and record the four sites of every layer."""

    def __init__(self, model):
        self.edits, self.records, self.layers = {}, {}, len(model.model.layers)
        for index, layer in enumerate(model.model.layers):
            self._before(layer.self_attn.o_proj, "attention", index)
            self._after(layer.mlp, "ffn", index)
            self._before(layer.mlp.down_proj, "ffnInner", index)
            self._after(layer, "residual", index)

    def _apply(self, site, index, value):
        if site in self.edits:
            gain, bias = self.edits[site]
            value = value * (1 + gain[index]) + bias[index]
        self.records[site, index] = value[0]
        return value

    def _before(self, module, site, index):
        module.register_forward_pre_hook(lambda _, inputs: (self._apply(site, index, inputs[0]), *inputs[1:]))

    def _after(self, module, site, index):
        def hook(_, __, output):
            if isinstance(output, tuple):
                return (self._apply(site, index, output[0]), *output[1:])
            return self._apply(site, index, output)

        module.register_forward_hook(hook)

    def record(self, site):
        return torch.stack([self.records[site, index] for index in range(self.layers)], dim=1)


@torch.no_grad()
def make_golden(model) -> dict:
    golden = {}
    probe = Probe(model)
    generator = torch.Generator().manual_seed(11)
    prompts = [torch.randint(0, VOCABULARY - 1, (length,), generator=generator) for length in PROMPT_LENGTHS]
    for row, tokens in enumerate(prompts):
        golden[f"tokens.{row}"] = tokens
        golden[f"logits.{row}"] = model(tokens[None], use_cache=False).logits[0]
        for site in SITES:
            golden[f"{site}.{row}"] = probe.record(site)
    for site in SITES:
        shape = (len(prompts), *golden[f"{site}.0"].shape[1:])
        golden[f"gain.{site}"] = torch.randn(shape, generator=generator) * 0.2
        golden[f"bias.{site}"] = torch.randn(shape, generator=generator) * 0.1 * golden[f"{site}.0"].std()
    for row, tokens in enumerate(prompts):
        probe.edits = {site: (golden[f"gain.{site}"][row], golden[f"bias.{site}"][row]) for site in SITES}
        for step in range(STEPS + 1):
            logits = model(tokens[None], use_cache=False).logits[0]
            if step < STEPS:
                tokens = torch.cat([tokens, logits[-1].argmax()[None]])
        golden[f"edited.tokens.{row}"] = tokens
        golden[f"edited.logits.{row}"] = logits
    return {
        name: (value.to(torch.int32) if value.dtype == torch.int64 else value).contiguous()
        for name, value in golden.items()
    }


def main(wanted: list[str]):
    GOLDENS.mkdir(exist_ok=True)
    for name, (model_type, settings) in FIXTURES.items():
        if wanted and name not in wanted:
            continue
        model = make_model(model_type, settings)
        write_gguf(name, model, GOLDENS / f"{name}.gguf")
        golden = make_golden(model)
        save_file(golden, GOLDENS / f"{name}.safetensors")
        (GOLDENS / f"{name}.safetensors").chmod(0o644)
        size = sum((GOLDENS / f"{name}.{kind}").stat().st_size for kind in ("gguf", "safetensors"))
        sizes = {site: round(golden[f"{site}.1"].std().item(), 3) for site in SITES}
        print(f"{name}: {size} bytes, spreads {sizes}, greedy {golden['edited.tokens.0'].tolist()}")


if __name__ == "__main__":
    main(sys.argv[1:])
