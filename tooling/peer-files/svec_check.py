"""Steers a small random model with the `.svec` of write-plan.mjs in IBM's activation-steering.

python svec_check.py plan.svec CHECKOUT     (a checkout of IBM/activation-steering and what it imports)
"""

import sys

import torch
from steered_model import TOKENS, report, small_model

sys.path.insert(0, sys.argv[2])
from activation_steering.leash_layer import LeashLayer  # noqa: E402
from activation_steering.steering_vector import SteeringVector  # noqa: E402

vector = SteeringVector.load(sys.argv[1])
model = small_model()
layers = model.model.layers
LeashLayer.condition_layers = dict.fromkeys(range(len(layers)), False)
LeashLayer.behavior_layers = {layer: layer in vector.directions for layer in range(len(layers))}
for layer, module in enumerate(layers):
    layers[layer] = LeashLayer(module, layer)
    direction = torch.tensor(vector.directions.get(layer, 0), dtype=torch.float32)
    layers[layer].steer(direction, None, use_ooi_preventive_normalization=False)
with torch.no_grad():
    theirs = model(TOKENS, use_cache=False).logits
report(theirs, {"model.layers.0": [0, 0.2, 0, 0], "model.layers.1": [0.5, 0, 0, -14]})
