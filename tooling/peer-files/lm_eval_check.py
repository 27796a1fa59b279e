"""Steers a small random model with the `.pt` of write-plan.mjs in the real lm-eval.

python lm_eval_check.py plan.pt     (lm_eval==0.4.13)
"""

import sys

import torch
from lm_eval.models.hf_steered import SteeredModel
from lm_eval.models.huggingface import HFLM
from steered_model import TOKENS, report, small_model


def load(self: HFLM, **_options: object) -> None:
    """Only the loading is replaced: the steering under test is all of SteeredModel's own."""
    self._model, self._device = small_model(), torch.device("cpu")


HFLM.__init__ = load
theirs = SteeredModel(pretrained="", steer_path=sys.argv[1]).forward(TOKENS).logits
report(theirs, {"model.layers.0.mlp": [0.5, 0, 0, 0], "model.layers.2": [0, 0.2, 0, -14]})
