"""Reading products: the embedding of their text, for recommendations and likeness."""

from __future__ import annotations

from collections.abc import Sequence

from customers.models import Product
from intelligence.analysis.kind import Kind, Result
from intelligence.loaded import text_reader
from intelligence.models import ProductVector


class Products(Kind):
    """Products; their vectors stand beside them, for machines only."""

    name = "product"
    model = Product
    columns = ()

    def prepare(self) -> None:
        text_reader()

    def read(self, rows: Sequence[Product]) -> list[Result]:
        reader = text_reader()
        readings = reader.read([product_text(row) for row in rows], [set()] * len(rows))
        version = reader.backbone_version
        return [
            Result(reading.input_sha256, extra=(reading.embedding, version)) for reading in readings
        ]

    def keep(self, stored: Sequence[tuple[Product, Result]]) -> None:
        ProductVector.objects.bulk_create(
            [
                ProductVector(product=row, embedding=embedding, embedding_version=version)
                for row, result in sorted(stored, key=lambda pair: pair[0].pk)
                for embedding, version in [result.extra]
            ],
            update_conflicts=True,
            unique_fields=["product"],
            update_fields=["embedding", "embedding_version"],
        )


def product_text(product: Product) -> str:
    """What is read of a product: the name first, for it says most."""
    parts = (product.name, product.brand, product.category, product.description)
    return ". ".join(part.strip() for part in parts if part.strip())
