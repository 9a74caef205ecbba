"""Item factors on disk: FOLDER/weights.safetensors and FOLDER/card.json."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load as deserialise
from safetensors.numpy import save as serialise

from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.head_files import WEIGHTS, load_card, read_checked, write_model
from intelligence.engines.recommendation import ItemFactors


def save_factors(factors: ItemFactors, folder: Path) -> ItemFactors:
    """Write the factors; returns them with the sha256 of the file on their card."""
    content = serialise(
        {
            "targets": np.ascontiguousarray(factors.targets),
            "contexts": np.ascontiguousarray(factors.contexts),
        }
    )
    return replace(factors, card=write_model(folder, content, factors.card))


def load_factors(folder: Path) -> ItemFactors:
    """Read factors back, equal. Raises MissingWeightsError or RefusedWeightsError."""
    card = load_card(folder)
    tensors = deserialise(read_checked(folder / WEIGHTS, card.sha256))
    missing = {"targets", "contexts"} - tensors.keys()
    if missing:
        raise RefusedWeightsError(f"{folder / WEIGHTS} holds no item factors: train again")
    return ItemFactors(tensors["targets"], tensors["contexts"], card)
