"""Item factors on disk: FOLDER/weights.safetensors and FOLDER/card.json."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load as deserialise
from safetensors.numpy import save as serialise

from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.head_files import CARD, WEIGHTS, load_card, read_checked, write_whole
from intelligence.engines.recommendation import ItemFactors


def save_factors(factors: ItemFactors, folder: Path) -> ItemFactors:
    """Write the factors; returns them with the sha256 of the file on their card."""
    content = serialise(
        {
            "targets": np.ascontiguousarray(factors.targets),
            "contexts": np.ascontiguousarray(factors.contexts),
        }
    )
    card = replace(factors.card, sha256=hashlib.sha256(content).hexdigest())
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / WEIGHTS, content)
    write_whole(folder / CARD, json.dumps(card.as_json(), indent=2).encode() + b"\n")
    return replace(factors, card=card)


def load_factors(folder: Path) -> ItemFactors:
    """Read factors back, equal. Raises MissingWeightsError or RefusedWeightsError."""
    card = load_card(folder)
    tensors = deserialise(read_checked(folder / WEIGHTS, card.sha256))
    missing = {"targets", "contexts"} - tensors.keys()
    if missing:
        raise RefusedWeightsError(f"{folder / WEIGHTS} holds no item factors: train again")
    return ItemFactors(tensors["targets"], tensors["contexts"], card)
