"""A low-rank adapter of an encoder: what makes one reading serve sentiment too.

Every linear layer W of the encoder becomes W + B A with B float32[out, r] and
A float32[r, in] (Hu et al. 2021, https://arxiv.org/abs/2106.09685). The adapter also holds
the query q of a second pooling, the *tone* of a text: the mean of its last hidden states
weighted by softmax(h·q), in which sentiment shows, while the plain mean, the embedding,
stays what it was (see `tuning`). So one forward pass gives both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load as deserialise
from safetensors.numpy import save as serialise

from intelligence.engines.contract import Card
from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.head_files import WEIGHTS, load_card, read_checked, write_model

TASK = "encoder"  # what it is called among the models
DOWN, UP, QUERY = "down", "up", "query"


@dataclass(frozen=True, slots=True)
class Adapter:
    """`down` A and `up` B by the name of the layer; `query` float32[d] of the tone."""

    down: Mapping[str, NDArray[np.float32]]
    up: Mapping[str, NDArray[np.float32]]
    query: NDArray[np.float32]

    @property
    def sha256(self) -> str:
        """What tells it from other adapters."""
        return hashlib.sha256(self.serialised()).hexdigest()

    def serialised(self, encoder: str = "") -> bytes:
        """The adapter as safetensors, matrices in half precision. `encoder` is the version
        of the bare encoder that it was trained for.
        """
        tensors = {QUERY: np.ascontiguousarray(self.query, np.float32)}
        for kind, matrices in ((DOWN, self.down), (UP, self.up)):
            for name, matrix in matrices.items():
                tensors[f"{kind}.{name}"] = np.ascontiguousarray(matrix, np.float16)
        return serialise(tensors, metadata={"encoder": encoder})


def apply(adapter: Adapter, model: torch.nn.Module) -> None:
    """Merge an adapter into the weights of the encoder that it was trained for.
    Raises RefusedWeightsError when the layers are others.
    """
    layers = dict(linear_layers(model))
    if layers.keys() != adapter.down.keys():
        raise RefusedWeightsError("the adapter was trained for an encoder with other layers")
    with torch.no_grad():
        for name, layer in layers.items():
            up, down = torch.from_numpy(adapter.up[name]), torch.from_numpy(adapter.down[name])
            if layer.weight.shape != (up.shape[0], down.shape[1]):
                raise RefusedWeightsError(f"the adapter does not fit the layer {name}")
            layer.weight += up @ down


def linear_layers(model: torch.nn.Module) -> Iterator[tuple[str, torch.nn.Linear]]:
    """The layers that an adapter changes: every linear one but the unused pooler."""
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) and not name.startswith("pooler"):
            yield name, module


def save_adapter(adapter: Adapter, folder: Path, card: Card, encoder: str) -> Card:
    """Write an adapter of the encoder with this bare version; returns the card with the
    sha256 of what was written.
    """
    return write_model(folder, adapter.serialised(encoder), card)


def load_adapter(folder: Path) -> tuple[Adapter, str]:
    """An adapter and the bare version of its encoder. Raises MissingWeightsError or
    RefusedWeightsError.
    """
    path = folder / WEIGHTS
    content = read_checked(path, load_card(folder).sha256)
    try:
        with safe_open(path, framework="numpy") as file:
            encoder = file.metadata()["encoder"]
        tensors = deserialise(content)
        query = tensors[QUERY].astype(np.float32)
    except (SafetensorError, TypeError, KeyError) as error:
        raise RefusedWeightsError(f"{path} is no adapter: {error}") from error
    return Adapter(_of_kind(tensors, DOWN), _of_kind(tensors, UP), query), encoder


def _of_kind(tensors: Mapping[str, Any], kind: str) -> dict[str, NDArray[np.float32]]:
    start = f"{kind}."
    return {
        name.removeprefix(start): matrix.astype(np.float32)
        for name, matrix in tensors.items()
        if name.startswith(start)
    }
