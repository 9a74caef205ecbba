"""What messages and reviews share: the embedding that was read anyway, kept beside the row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from intelligence.analysis.kind import Result, Vector
from intelligence.models import TextVector

if TYPE_CHECKING:
    from intelligence.engines.reading import Reading, TextReader


def read_vector(reader: TextReader, reading: Reading, *, is_opening: bool = True) -> Vector:
    """The embedding of a text that was read."""
    embedding = np.asarray(reading.embedding, np.float32)
    return Vector(embedding, reader.backbone_version, reading.language or "", is_opening)


def keep_vectors(row_name: str, stored: Sequence[tuple[Any, Result]]) -> None:
    """Keep the vectors of these rows in place of their former ones; `row_name` is the column
    of `TextVector` that names the row, "message" or "review".
    """
    rows = [
        TextVector(
            embedding=result.vector.embedding,
            embedding_version=result.vector.version,
            **{row_name: row},
        )
        for row, result in sorted(stored, key=lambda pair: pair[0].pk)
        if result.vector is not None
    ]
    TextVector.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=[row_name],
        update_fields=["embedding", "embedding_version"],
    )
