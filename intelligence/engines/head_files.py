"""Heads on disk: NAME/weights.safetensors and NAME/card.json, and which NAME serves.

The weights file holds all that a prediction depends on (labels, temperature, threshold,
the encoder it was made for), so its sha256 is the model's version. A changed byte, a card
of another file and a head of another encoder are refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load as deserialise
from safetensors.numpy import save as serialise

from intelligence.engines.contract import Card
from intelligence.engines.errors import MissingWeightsError, RefusedWeightsError
from intelligence.engines.heads import EMBEDDING, Head, Parameters

SHIPPED = Path(__file__).parent / "weights"
WEIGHTS, CARD, ACTIVE = "weights.safetensors", "card.json", "active.json"


def save_head(head: Head, folder: Path, backbone_version: str) -> Head:
    """Write a head; returns it with the sha256 of what was written on its card."""
    return replace(head, card=write_model(folder, _serialised(head, backbone_version), head.card))


def write_model(folder: Path, content: bytes, card: Card) -> Card:
    """Write the weights of any model and its card; returns the card with their sha256.

    The card comes last: whoever reads between the two refuses instead of mixing them.
    """
    stored = replace(card, sha256=hashlib.sha256(content).hexdigest())
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / WEIGHTS, content)
    told = json.dumps(stored.as_json(), indent=2, ensure_ascii=False)
    write_whole(folder / CARD, told.encode() + b"\n")
    return stored


def load_head(folder: Path, backbone_version: str) -> Head:
    """Read a head. Raises MissingWeightsError, and RefusedWeightsError when the files are damaged
    or were made for another encoder than `backbone_version`.
    """
    card = load_card(folder)
    content = read_checked(folder / WEIGHTS, card.sha256)
    own = _meta(folder / WEIGHTS)
    if own["backbone"] != backbone_version:
        raise RefusedWeightsError(
            f"{folder} was trained for the encoder {card.backbone} ({own['backbone'][:12]}), "
            f"not for the one in use ({backbone_version[:12]}): train it again with "
            f"`manage.py train {card.task}`"
        )
    tensors = deserialise(content)
    parameters = Parameters(
        labels=tuple(own["labels"]),
        weight=tensors["weight"],
        bias=tensors["bias"],
        grams=tensors["grams"].astype(np.float32),
        silent=tuple(own["silent"]),
        values=tuple(own["values"]),
        temperature=own["temperature"],
        threshold=own["threshold"],
    )
    return Head(card, parameters, own["silence"], own.get("reads", EMBEDDING))


def load_card(folder: Path) -> Card:
    """The card of a model's folder. Raises MissingWeightsError or RefusedWeightsError."""
    try:
        return Card.from_json(json.loads((folder / CARD).read_text("utf-8")))
    except FileNotFoundError as error:
        raise MissingWeightsError(f"no {CARD} in {folder}") from error
    except (ValueError, TypeError) as error:
        raise RefusedWeightsError(f"{folder / CARD} is no card: {error}") from error


def read_checked(path: Path, sha256: str) -> bytes:
    """The bytes of a weights file whose sha256 must be this one."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingWeightsError(f"no {path}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise RefusedWeightsError(
            f"{path} is not the file its card describes: restore or retrain it"
        )
    return content


def find_weights(task: str, folders: Sequence[Path]) -> Path:
    """The folder of the model that serves `task`: the one promoted in the first of
    `folders` that has one, else the one that ships. Raises MissingWeightsError.
    """
    for folder in folders:
        name = _promoted(folder).get(task)
        if name is not None:
            return folder / name
    if not (SHIPPED / task / CARD).exists():
        raise MissingWeightsError(f"no model for {task!r}: train one with `manage.py train {task}`")
    return SHIPPED / task


def promote(task: str, name: str, folder: Path) -> None:
    """From now on the model `folder/name` serves `task`; workers see it at their next batch.
    Raises MissingWeightsError, or RefusedWeightsError when it was made for another task.
    """
    made_for = load_card(folder / name).task
    if made_for != task:
        raise RefusedWeightsError(f"{folder / name} is a model for {made_for}, not for {task}")
    chosen = _promoted(folder) | {task: name}
    write_whole(folder / ACTIVE, json.dumps(chosen, indent=2, sort_keys=True).encode() + b"\n")


def demote(task: str, folder: Path) -> None:
    """From now on the model that ships serves `task` again."""
    chosen = {other: name for other, name in _promoted(folder).items() if other != task}
    write_whole(folder / ACTIVE, json.dumps(chosen, indent=2, sort_keys=True).encode() + b"\n")


def promoted_tasks(folder: Path) -> set[str]:
    """The tasks that a model of `folder` serves."""
    return set(_promoted(folder))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old one or the new one, never half."""
    half = path.with_suffix(f".{os.getpid()}.part")
    half.write_bytes(content)
    half.replace(path)


def _promoted(folder: Path) -> dict[str, str]:
    path = folder / ACTIVE
    if not path.exists():
        return {}
    try:
        chosen: dict[str, str] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise RefusedWeightsError(f"{path} is not JSON: {error}") from error
    if not isinstance(chosen, dict):
        raise RefusedWeightsError(f"{path} does not name a model for each task")
    return chosen


def _serialised(head: Head, backbone_version: str) -> bytes:
    own = head.parameters
    meta = {
        "labels": own.labels,
        "silent": own.silent,
        "silence": head.silence,
        "reads": head.reads,
        "values": own.values,
        "temperature": own.temperature,
        "threshold": own.threshold,
        "backbone": backbone_version,
    }
    tensors: dict[str, Any] = {
        "weight": np.ascontiguousarray(own.weight, np.float32),
        "bias": np.ascontiguousarray(own.bias, np.float32),
        "grams": np.ascontiguousarray(own.grams, np.float16),
    }
    return serialise(tensors, metadata={"head": json.dumps(meta, sort_keys=True)})


def _meta(path: Path) -> dict[str, Any]:
    try:
        with safe_open(path, framework="numpy") as file:
            own: dict[str, Any] = json.loads(file.metadata()["head"])
    except (SafetensorError, TypeError, KeyError, ValueError) as error:
        raise RefusedWeightsError(f"{path} is no head: {error}") from error
    return own
