"""What the labels of a table mean to a head whose labels are others.

A table says "negative" where the head knows "very negative" and "negative"; the
probability of the table's label is the sum of theirs. The same sets teach a head (see
`fitting`): a row labelled "negative" may be either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Answers:
    """`names`: k labels as the table writes them; `allowed` bool[k, c]: for each of them
    the head's labels that it stands for.
    """

    names: tuple[str, ...]
    allowed: NDArray[np.bool_]

    @classmethod
    def same(cls, labels: Sequence[str]) -> Answers:
        """The table's labels are the head's own."""
        return cls(tuple(labels), np.eye(len(labels), dtype=bool))

    def probabilities(self, of_head: NDArray[np.floating]) -> NDArray[np.float64]:
        """float64[n, k] from the head's [n, c]: summed, then scaled to sum to 1, because
        the table's labels are all there are.
        """
        mass = of_head.astype(np.float64) @ self.allowed.T
        return np.asarray(mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-12))


def as_label(value: object) -> str:
    """A cell as a label: trimmed, and 5.0 is "5"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
