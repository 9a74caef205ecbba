"""Search by meaning: the records whose texts the encoder reads most like what was typed.

Messages stand for their tickets, passages for what they were cut from. Only the vectors of the
encoder that serves are compared. What the asker may see is decided where it is shown.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from pgvector import HalfVector, Vector

from customers.models import MeaningSearch
from customers.sql import rows_of
from intelligence.loaded import text_reader

NEAREST = 20  # of each kind of text
LEAST_COSINE = 0.35  # below, texts have little to do with each other
KEPT = timedelta(days=1)

# Vectors have length 1, so that their inner product is the cosine. The searches are apart, for
# an index serves each only when it stands alone.
MESSAGES_SQL = """
SELECT 'ticket', m.ticket_id, -(v.embedding::halfvec({d}) <#> %(half)s::halfvec({d})) AS cosine
FROM intelligence_textvector v JOIN customers_message m ON m.id = v.message_id
WHERE v.message_id IS NOT NULL AND v.embedding_version = %(version)s
ORDER BY v.embedding::halfvec({d}) <#> %(half)s::halfvec({d}) LIMIT %(count)s
"""
PASSAGES_SQL = """
SELECT CASE WHEN p.article_id IS NOT NULL THEN 'article'
            WHEN p.product_id IS NOT NULL THEN 'product' ELSE 'ticket' END,
    coalesce(p.article_id, p.product_id, p.ticket_id),
    -(v.embedding::halfvec({d}) <#> %(half)s::halfvec({d})) AS cosine
FROM intelligence_textvector v JOIN customers_passage p ON p.id = v.passage_id
WHERE v.passage_id IS NOT NULL AND v.embedding_version = %(version)s
ORDER BY v.embedding::halfvec({d}) <#> %(half)s::halfvec({d}) LIMIT %(count)s
"""
PRODUCTS_SQL = """
SELECT 'product', v.product_id, -(v.embedding::vector({d}) <#> %(whole)s::vector({d})) AS cosine
FROM intelligence_productvector v
WHERE v.embedding_version = %(version)s
ORDER BY v.embedding::vector({d}) <#> %(whole)s::vector({d}) LIMIT %(count)s
"""


def carry_out_search(pk: int) -> bool:
    """Find what a pending search means and keep it on its row; False when nothing was to do.
    Searches of the day before are forgotten.
    """
    search = MeaningSearch.objects.pending().filter(pk=pk).first()
    if search is None or not search.claim():
        return False
    found = nearest(search.text)
    MeaningSearch.objects.pending().filter(pk=pk).update(found=found, finished_at=timezone.now())
    MeaningSearch.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return True


def nearest(text: str) -> list[dict[str, Any]]:
    """[{"kind", "pk", "cosine"}] of the records that mean the text, each once, best first."""
    reader = text_reader()
    embedding = reader.backbone.encode([text]).embeddings[0]
    if not embedding.any():
        return []
    asked = {
        "half": HalfVector(embedding).to_text(),
        "whole": Vector(embedding).to_text(),
        "version": reader.backbone_version,
        "count": NEAREST,
    }
    rows = [
        row
        for statement in (MESSAGES_SQL, PASSAGES_SQL, PRODUCTS_SQL)
        for row in rows_of(statement.format(d=len(embedding)), asked)
    ]
    best: dict[tuple[str, int], float] = {}
    for kind, key, cosine in rows:
        best[kind, key] = max(float(cosine), best.get((kind, key), 0.0))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"kind": kind, "pk": key, "cosine": round(cosine, 4)}
        for (kind, key), cosine in ranked
        if cosine >= LEAST_COSINE
    ]
