"""Vectors between PostgreSQL and arrays.

They travel in pgvector's binary form: as text, the factors of 20,000 products would take
a gigabyte of Python floats and half a minute.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from django.db.models import BinaryField, Count, Func, QuerySet
from numpy.typing import NDArray

from intelligence.models import ProductVector

HEADER = struct.Struct(">HH")  # dimension, unused; then big-endian numbers
FLOATS, HALVES = ">f4", ">f2"


def sent(column: str, function: str = "vector_send") -> Func:
    """The binary form of a vector column, to select; of one in half precision by
    "halfvec_send".
    """
    return Func(column, function=function, output_field=BinaryField())


def stacked(vectors: Sequence[bytes], numbers: str = FLOATS) -> NDArray[np.float32]:
    """Selected vectors of equal length as float32[n, d]; [0, 0] of none. `numbers` is
    `FLOATS` or `HALVES`, as the column holds them.
    """
    if not vectors:
        return np.zeros((0, 0), np.float32)
    table = np.frombuffer(b"".join(vectors), np.uint8).reshape(len(vectors), -1)
    return np.ascontiguousarray(table[:, HEADER.size :]).view(numbers).astype(np.float32)


def binary(vector: NDArray[np.float32]) -> bytes:
    """A vector as a binary COPY takes it."""
    return HEADER.pack(len(vector), 0) + vector.astype(">f4").tobytes()


def embedding_version() -> str:
    """The encoder that read most of the products; "" before the first.

    While products are read anew by another encoder there are vectors of two lengths, and
    only those of one can be compared.
    """
    versions = ProductVector.objects.values_list("embedding_version").annotate(n=Count("pk"))
    found = versions.order_by("-n", "embedding_version").first()
    return found[0] if found else ""


def vectors_in_use() -> QuerySet[ProductVector]:
    """The products' vectors of that one encoder."""
    return ProductVector.objects.filter(embedding_version=embedding_version())
