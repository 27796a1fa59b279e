"""transformers in float32, behind the bench's protocol: a JSON object a line in, one out.

`localize` works as the released code of the paper does: batch 1, hooks, logits of every token, all activations
kept, then one set of tensor operations per dimension.
"""

import json
import os
import sys
import time

import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging

model_path, threads = sys.argv[1], int(sys.argv[2])
device = sys.argv[3] if len(sys.argv) > 3 else "cpu"
logging.set_verbosity_error()
logging.disable_progress_bar()
torch.set_num_threads(threads)
torch.set_grad_enabled(False)
model = AutoModelForCausalLM.from_pretrained(
    os.path.dirname(model_path), gguf_file=os.path.basename(model_path), dtype=torch.float32
).eval().to(device)


def tokens_of(rows):
    return torch.tensor(rows, device=device)


def finish():
    """Work on a graphics card runs on after the call that asked for it has returned."""
    if device == "cuda":
        torch.cuda.synchronize()


def prefill(rows):
    return model(input_ids=tokens_of(rows), use_cache=True)


def decode(rows, steps):
    output = prefill(rows)
    finish()
    start = time.perf_counter()
    for _ in range(steps):
        token = output.logits[:, -1].argmax(-1, keepdim=True)
        output = model(input_ids=token, past_key_values=output.past_key_values, use_cache=True)
    finish()
    return time.perf_counter() - start


def localize(pairs, top):
    layers = model.model.layers
    seen = {"attention": {}, "ffn": {}}

    def keep(site, layer, value):
        seen[site][layer] = value[0, -1].cpu().clone()

    handles = []
    for layer, block in enumerate(layers):
        handles.append(
            block.self_attn.o_proj.register_forward_pre_hook(
                lambda _, inputs, layer=layer: keep("attention", layer, inputs[0])
            )
        )
        handles.append(
            block.mlp.register_forward_hook(lambda _m, _i, output, layer=layer: keep("ffn", layer, output))
        )
    texts = {"positive": [], "negative": []}
    for pair in pairs:
        for side, kept in texts.items():
            model(input_ids=tokens_of([pair[side]]), use_cache=False)
            kept.append({site: dict(values) for site, values in seen.items()})
    for handle in handles:
        handle.remove()

    units = {}
    for site in seen:
        scored = []
        for layer in range(len(layers)):
            above = torch.stack([text[site][layer] for text in texts["positive"]])
            below = torch.stack([text[site][layer] for text in texts["negative"]])
            for index in range(above.shape[1]):
                difference = above[:, index] - below[:, index]
                more = (difference > 0).sum().item()
                less = (difference < 0).sum().item()
                scored.append((max(more, less) / len(pairs), layer, index))
        scored.sort(key=lambda unit: -unit[0])
        units[site] = [[layer, index] for _, layer, index in scored[:top]]
    return units


for line in sys.stdin:
    request = json.loads(line)
    start = time.perf_counter()
    reply = {}
    if request["work"] == "prefill":
        prefill(request["rows"])
        finish()
    elif request["work"] == "decode":
        reply["seconds"] = decode(request["rows"], request["steps"])
    elif request["work"] == "localize":
        reply["units"] = localize(request["pairs"], request["top"])
    elif request["work"] == "logits":
        reply["logits"] = [prefill([row]).logits[0, -1].tolist() for row in request["rows"]]
    reply.setdefault("seconds", time.perf_counter() - start)
    print(json.dumps(reply), flush=True)
