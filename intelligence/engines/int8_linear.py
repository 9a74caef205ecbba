"""Linear layers in 8-bit integers, for encoders on a CPU that multiplies bytes.

A weight is rounded per output channel, symmetrically; an activation per token, between its
lowest and its highest value (the outliers of transformers are on one side, and symmetric
rounding costs twice the error). With x ≈ low + step · q(x) and W ≈ scale · q(W):

    y = step · scale · (q(x) q(W)ᵀ) + low · scale · Σ q(W) + b

Each token has its own low and step (Yao et al. 2022, https://arxiv.org/abs/2206.01861), so a
row of the result depends on that row of the input alone; and sums of integers are exact. So
a text reads the same to the last bit whatever else is in its batch, provided that it is
padded alike (see `batching`).

The kernel is oneDNN's, which every x86 build of torch has. What this gains and what it
costs stands in docs/decisions/0010-fast-encoder.md.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import nn

LARGEST = 127  # of a signed byte; -128 stays unused, so that zero is in the middle
STEPS = 255  # between the lowest and the highest value of a token
SIGN_BIT = 128
SMALLEST_STEP = 1e-12  # so that a token of equal values is no division by zero
INSTRUCTIONS = ("avx512_vnni", "avx_vnni", "amx_int8")


class Int8Linear(nn.Module):
    """Stands in for an `nn.Linear` at inference. Floats in, floats out, any shape."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        weight = layer.weight.detach().float()
        scales = (weight.abs().amax(dim=1) / LARGEST).clamp_min(SMALLEST_STEP)
        rounded = (weight / scales[:, None]).round().to(torch.int8)
        # T5 asks its layers for `weight.dtype`, so the packed weight has the usual name.
        self.weight = torch.ops.onednn.qlinear_prepack(rounded, None)
        self.scales = scales
        self.zeros = torch.zeros(len(scales), dtype=torch.int32)
        self.sums = rounded.sum(dim=1) * scales
        self.bias = None if layer.bias is None else layer.bias.detach().float().clone()

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """float32[..., in] to float32[..., out]."""
        rounded, low, step = quantised(given.reshape(-1, given.shape[-1]))
        product = torch.ops.onednn.qlinear_pointwise(
            rounded, 1.0, 0, self.weight, self.scales, self.zeros,
            None, 1.0, 0, torch.float32, "none", [], "",
        )  # fmt: skip
        product.mul_(step).addcmul_(low, self.sums)
        if self.bias is not None:
            product.add_(self.bias)
        return product.view(*given.shape[:-1], -1)


def quantised(tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """uint8[n, d], low float32[n, 1] and step float32[n, 1] of float32[n, d], which is
    low + step · bytes to half a step.
    """
    low = tokens.amin(dim=1, keepdim=True)
    step = (tokens.amax(dim=1, keepdim=True) - low).div_(STEPS).clamp_min_(SMALLEST_STEP)
    # torch turns a float into int8 seven times faster than into uint8.
    signed = (tokens - low).mul_(step.reciprocal()).sub_(SIGN_BIT).round_().to(torch.int8)
    return signed.view(torch.uint8).bitwise_xor_(SIGN_BIT), low, step


def quantise(model: nn.Module) -> None:
    """Replace every `nn.Linear` inside the model. It then serves inference only."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Linear):
                setattr(parent, name, Int8Linear(child))


@cache
def worthwhile() -> bool:
    """Whether this CPU multiplies bytes fast and exactly.

    Without the instructions the kernel is slower than floats, or lets the sum of two
    products overflow; so the largest bytes are multiplied, and must come out right.
    """
    known = torch.cpu.get_capabilities()
    return any(known.get(name) for name in INSTRUCTIONS) and _multiplies_exactly()


def _multiplies_exactly() -> bool:
    """Rows of 0 and 255 times columns of 127 and -127, which fill both operands."""
    layer = nn.Linear(64, 2, bias=False)
    with torch.inference_mode():
        layer.weight.copy_(torch.tensor([[127.0], [-127.0]]).expand(2, 64))
        given = torch.full((1, 64), 255.0)
        given[0, 0] = 0.0
        try:
            found = Int8Linear(layer)(given)
        except (RuntimeError, AttributeError):  # a build of torch without this kernel
            return False
    return found.tolist() == [[63 * 255 * 127.0, -63 * 255 * 127.0]]
