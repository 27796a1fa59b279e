"""A small sparse autoencoder of a residual stream, so that STA runs on real numbers.

Plain ReLU with an L1 penalty on unit-length decoder rows; far too small to name features by. float16, below 300 kB.

    pip install -r tooling/baselines/requirements.txt
    python tooling/baselines/train_sae.py residual.safetensors sae.safetensors
"""

import sys

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

FEATURES, STEPS, BATCH, SPARSITY = 112, 3000, 1024, 0.02


def main(source, target):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with safe_open(source, "pt") as file:
        metadata, data = file.metadata(), file.get_tensor("residual")
    held_out = data[-len(data) // 10 :]
    train = data[: -len(held_out)]
    mean = train.mean(0)
    # Root mean square of a whole vector; the decoder gets it back, so that files work on activations as they are.
    scale = (train - mean).pow(2).sum(1).mean().sqrt()
    width = data.shape[1]
    decoder = torch.nn.Parameter(torch.nn.functional.normalize(torch.randn(FEATURES, width), dim=1))
    encoder = torch.nn.Parameter(decoder.detach().T.clone())
    bias = torch.nn.Parameter(torch.zeros(FEATURES))
    optimizer = torch.optim.Adam([decoder, encoder, bias], lr=1e-3)

    def run(x):
        z = torch.relu(x @ encoder + bias)
        return z, z @ torch.nn.functional.normalize(decoder, dim=1)

    for _ in range(STEPS):
        x = (train[torch.randint(len(train), (BATCH,))] - mean) / scale
        z, y = run(x)
        loss = (y - x).pow(2).sum(1).mean() + SPARSITY * z.sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        x = (held_out - mean) / scale
        z, y = run(x)
        explained = 1 - (y - x).pow(2).sum() / (x - x.mean(0)).pow(2).sum()
        rows = torch.nn.functional.normalize(decoder, dim=1) * scale
    tensors = {"W_enc": encoder / scale, "b_enc": bias, "W_dec": rows, "b_dec": mean}
    half = {name: np.ascontiguousarray(t.detach().numpy().astype(np.float16)) for name, t in tensors.items()}
    note = f"{FEATURES} features, trained on {len(train)} tokens by tooling/baselines/train_sae.py"
    save_file(half, target, metadata={**metadata, "note": note})
    print(
        f"{target}: {explained:.3f} of the variance of {len(held_out)} held-out tokens, "
        f"{(z > 0).sum(1).float().mean():.1f} of {FEATURES} features on, "
        f"{(z > 0).any(0).sum()} ever on"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
