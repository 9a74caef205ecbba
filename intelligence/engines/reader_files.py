"""The shipped reader on disk: what question answering changed in the encoder, in low rank.

The reader is the backbone with other weights. Of each linear layer the difference is kept
as a product of two thin matrices in half precision, the best of their rank (Eckart & Young
1936); of biases and layer norms the difference itself; and the two read-outs of an answer's
first and last token. The calibration of the answers stands in the same file, so its sha256
is the version of all that an answer depends on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load as deserialise
from safetensors.numpy import save as serialise

from intelligence.engines.answer_choice import Calibration
from intelligence.engines.contract import Card
from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.head_files import WEIGHTS, load_card, read_checked, write_model

TASK = "answering"
HEAD = "qa_outputs."
DOWN, UP, PLAIN = "down.", "up.", "plain."
Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class ReaderChange:
    """What turns an encoder with this bare version into the reader, and the calibration of
    its answers.
    """

    tensors: Tensors
    encoder: str
    calibration: Calibration


def change_of(before: Tensors, after: Tensors, rank: int) -> dict[str, NDArray[Any]]:
    """The difference of two sets of weights of a question-answering model, matrices in
    `rank`. Embeddings are not among what changed.
    """
    found: dict[str, NDArray[Any]] = {}
    for name, weight in after.items():
        if name.startswith(HEAD):
            found[PLAIN + name] = np.ascontiguousarray(weight, np.float32)
        elif not np.array_equal(weight, before[name]):
            found |= _difference(name, weight.astype(np.float32) - before[name], rank)
    return found


def apply_change(tensors: Tensors, model: torch.nn.Module) -> None:
    """Turn a bare question-answering model into the reader, in place. Raises
    RefusedWeightsError when the layers are others.
    """
    own = dict(model.named_parameters())
    if not {name.partition(".")[2] for name in tensors} <= own.keys():
        raise RefusedWeightsError("the reader was trained for an encoder with other layers")
    with torch.no_grad():
        for name, tensor in tensors.items():
            kind, _, layer = name.partition(".")
            if kind == "down":
                own[layer].add_(_single(tensors[UP + layer]) @ _single(tensor))
            elif kind == "plain" and layer.startswith(HEAD):
                own[layer].copy_(torch.from_numpy(tensor))
            elif kind == "plain":
                own[layer].add_(_single(tensor))


def save_reader(change: ReaderChange, folder: Path, card: Card) -> Card:
    """Write the reader; returns the card with the sha256 of what was written."""
    told = json.dumps(change.calibration.as_json(), sort_keys=True)
    metadata = {"encoder": change.encoder, "calibration": told}
    return write_model(folder, serialise(dict(change.tensors), metadata=metadata), card)


def load_reader(folder: Path) -> ReaderChange:
    """A reader's change. Raises MissingWeightsError or RefusedWeightsError."""
    path = folder / WEIGHTS
    content = read_checked(path, load_card(folder).sha256)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata()
        calibration = Calibration(**json.loads(metadata["calibration"]))
        return ReaderChange(deserialise(content), metadata["encoder"], calibration)
    except (SafetensorError, TypeError, KeyError, ValueError) as error:
        raise RefusedWeightsError(f"{path} is no reader: {error}") from error


def _single(tensor: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(tensor.astype(np.float32))


def _difference(name: str, change: NDArray[np.float32], rank: int) -> dict[str, NDArray[Any]]:
    if change.ndim < 2 or min(change.shape) <= 2 * rank:
        return {PLAIN + name: np.ascontiguousarray(change, np.float16)}
    left, values, right = np.linalg.svd(change, full_matrices=False)
    root = np.sqrt(values[:rank])
    return {
        UP + name: np.ascontiguousarray(left[:, :rank] * root, np.float16),
        DOWN + name: np.ascontiguousarray(root[:, None] * right[:rank], np.float16),
    }
