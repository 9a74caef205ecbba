"""The indexes over the vectors of passages, which answer, and of messages, which are searched: by
cosine (HNSW of pgvector), each made when its texts are many.

As over products (`intelligence.recommending.index`): one index for each encoder, partial on
its version, over vectors cast to its length.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.models import Count
from psycopg import sql

from customers.locks import held
from customers.sql import rows_of
from intelligence.models import TextVector
from intelligence.recommending.index import (
    BUILD_MEMORY,
    BUILD_WIDTH,
    MOST_DIMENSIONS,
    NEIGHBOURS,
)

INDEX_LOCK = 7_310_014

EXISTING_SQL = """
SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'intelligence_textvector'::regclass AND c.relname LIKE %s
"""
CREATE_SQL = sql.SQL(
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON intelligence_textvector
    USING hnsw ((embedding::halfvec({dimension})) halfvec_ip_ops)
    WITH (m = {m}, ef_construction = {width})
    WHERE {text} IS NOT NULL AND embedding_version = {version}
    """
)
WANTED_SQL = sql.SQL(
    """
    SELECT vector_dims(embedding) FROM intelligence_textvector
    WHERE {text} IS NOT NULL AND embedding_version = {version} LIMIT 1
    """
)
KINDS = ("passage", "message")


def keep_current(kind: str) -> str | None:
    """Build the index of the encoder that read most texts of this kind (of `KINDS`) where it is
    missing, and drop those of others. Its name; None where there are too few texts to need one
    (`settings.RETRIEVAL_INDEX_FROM`), or while another process is at it.
    """
    with held(INDEX_LOCK, KINDS.index(kind)) as mine:
        if not mine:
            return None
        existing: dict[str, bool] = dict(rows_of(EXISTING_SQL, [f"{kind}_hnsw_%"]))
        wanted = _wanted(kind)
        name = f"{kind}_hnsw_{wanted[0][:16]}_{wanted[1]}" if wanted else None
        for other, is_valid in existing.items():
            if other != name or not is_valid:  # of another encoder, or its building was cut off
                _run(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(other)))
        if wanted and name and not existing.get(name):
            _create(kind, name, *wanted)
        return name


def _wanted(kind: str) -> tuple[str, int] | None:
    rows = TextVector.objects.filter(**{f"{kind}__isnull": False})
    counted = rows.values_list("embedding_version").annotate(n=Count("pk")).order_by("-n")
    found = counted.first()
    if found is None or found[1] < settings.RETRIEVAL_INDEX_FROM:
        return None
    text = sql.Identifier(f"{kind}_id")
    with connection.cursor() as cursor:
        cursor.execute(WANTED_SQL.format(text=text, version=sql.Literal(found[0])))
        dimension = cursor.fetchone()[0]
    return (found[0], dimension) if dimension <= MOST_DIMENSIONS else None


def _create(kind: str, name: str, version: str, dimension: int) -> None:
    _run(sql.SQL("SET maintenance_work_mem = {}").format(sql.Literal(BUILD_MEMORY)))
    # parallel workers share the graph through /dev/shm, of which containers have 64 MB
    _run(sql.SQL("SET max_parallel_maintenance_workers = 0"))
    try:
        _run(
            CREATE_SQL.format(
                name=sql.Identifier(name),
                text=sql.Identifier(f"{kind}_id"),
                dimension=sql.Literal(dimension),
                version=sql.Literal(version),
                m=sql.Literal(NEIGHBOURS),
                width=sql.Literal(BUILD_WIDTH),
            )
        )
    finally:
        _run(sql.SQL("RESET maintenance_work_mem"))
        _run(sql.SQL("RESET max_parallel_maintenance_workers"))
    _run(sql.SQL("ANALYZE intelligence_textvector"))


def _run(statement: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
