"""Histories and the items that came next, from files; and the same without their order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from intelligence.engines.recommendation import Histories
from intelligence.evaluation.columns import TableError, read_columns

NAMES = ("title", "short_text", "name", "description")
# Stands in words, beside the name, where the file has it.
BESIDE_NAME = ("brand",)
# Without histories of their own the last event of this share of the users is held out.
HELD_OUT = 5


@dataclass(frozen=True, slots=True)
class ItemTexts:
    """By key: the `name` of an item, which is embedded, and its `words`, a longer text."""

    name: dict[str, str]
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class Split:
    """Histories to learn from, and the next items: `users` and `targets` int[n]."""

    histories: Histories
    users: NDArray[np.int64]
    targets: NDArray[np.int64]
    user_count: int
    item_keys: tuple[str, ...]


def read_item_texts(path: Path | None) -> ItemTexts:
    """Texts of items by item_id; none without a file. Raises TableError."""
    if path is None:
        return ItemTexts({}, {})
    table = read_columns(path, ["item_id"])
    column = next((name for name in NAMES if name in table.column_names), None)
    if column is None:
        raise TableError(f"{path} has none of the text columns {', '.join(NAMES)}")
    keys, names = _keys(table, "item_id"), _texts(table, column)
    beside = [_texts(table, extra) for extra in BESIDE_NAME if extra in table.column_names]
    words = [" ".join(parts) for parts in zip(names, *beside, strict=True)]
    return ItemTexts(dict(zip(keys, names, strict=True)), dict(zip(keys, words, strict=True)))


def read_split(data: Path, train: Path | None, known: Sequence[str]) -> Split:
    """The next items of `data` after the histories of `train`; without `train` the last
    events of a stable fifth of the users of `data`. `known`: keys of items that are there
    though nobody bought them. Raises TableError.
    """
    split = _given(data, train, known) if train else _held_out(data, known)
    if not len(split.users):
        raise TableError(f"{data} has no user with an event to hold out")
    return split


def without_order(split: Split, seed: int) -> Split:
    """The same split with each history in an order by chance."""
    chance = np.random.default_rng(seed).random(len(split.histories))
    return replace(split, histories=replace(split.histories, time_days=chance))


def _texts(table: pa.Table, column: str) -> list[str]:
    return [text or "" for text in table[column].to_pylist()]


def _keys(table: pa.Table, name: str) -> list[str]:
    return [str(value) for value in table[name].to_pylist()]


def _events(path: Path, *, timed: bool) -> tuple[list[str], list[str], NDArray[np.float64]]:
    required = ["user_id", "item_id"] + (["position"] if timed else [])
    table = read_columns(path, required)
    times = table["position"].to_pylist() if timed else range(len(table))
    return _keys(table, "user_id"), _keys(table, "item_id"), np.array(times, np.float64)


def _held_out(data: Path, known: Sequence[str]) -> Split:
    users, items, times = _events(data, timed=True)
    user_keys = sorted(set(users))
    histories, keys = _indexed(users, items, times, user_keys, {*items, *known})
    ordered = histories.in_order()
    last = np.append(ordered.user_index[1:] != ordered.user_index[:-1], True)
    chosen = np.array([_in_fifth(key) for key in user_keys])
    several = np.bincount(ordered.user_index) > 1
    held = last & (chosen & several)[ordered.user_index]
    targets = ordered.item_index[held]
    users_held = ordered.user_index[held]
    return Split(ordered.where(~held), users_held, targets, len(user_keys), keys)


def _given(data: Path, train: Path, known: Sequence[str]) -> Split:
    users, items, times = _events(train, timed=True)
    next_users, next_items, _ = _events(data, timed=False)
    user_keys = sorted({*users, *next_users})
    every = {*items, *next_items, *known}
    histories, keys = _indexed(users, items, times, user_keys, every)
    following, _ = _indexed(next_users, next_items, np.zeros(len(next_users)), user_keys, every)
    return Split(histories, following.user_index, following.item_index, len(user_keys), keys)


def _indexed(
    users: Sequence[str],
    items: Sequence[str],
    times: NDArray[np.float64],
    user_keys: Sequence[str],
    item_keys: set[str],
) -> tuple[Histories, tuple[str, ...]]:
    keys = tuple(sorted(item_keys))
    user_rows = {key: row for row, key in enumerate(user_keys)}
    item_rows = {key: row for row, key in enumerate(keys)}
    found = Histories(
        np.array([user_rows[user] for user in users], np.int64),
        np.array([item_rows[item] for item in items], np.int64),
        times,
    )
    return found, keys


def _in_fifth(key: str) -> bool:
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % HELD_OUT == 0
