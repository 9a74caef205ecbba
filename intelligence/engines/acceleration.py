"""An encoder made as fast as the machine at hand lets it be: a GPU, else bytes, else as is."""

from __future__ import annotations

import torch
from torch import nn

from intelligence.engines import int8_linear

# Padded tokens a batch. A core's cache must hold what a layer makes of them: on the CPU 512
# took 138 us a token of reviews and 186 of short tickets, 1,024 took 158 and 298.
TOKEN_BUDGETS = {"cpu": 512, "cuda": 32_768}


def best_device() -> torch.device:
    """The GPU when torch can use one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def accelerated(model: nn.Module, device: torch.device | None = None) -> nn.Module:
    """The encoder on `device` (None: the best there is), ready to read and no longer to train.

    On a CPU with byte instructions its linear layers become 8-bit. On a GPU it stays in
    float32: half precision is faster there, but then a text reads differently in another
    batch, and no prediction could be replayed.
    """
    device = device or best_device()
    model = model.eval().to(device)
    if device.type == "cpu" and int8_linear.worthwhile():
        int8_linear.quantise(model)
    return model
