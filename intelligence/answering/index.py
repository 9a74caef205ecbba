"""The index over the passages' vectors, by cosine (HNSW of pgvector), made when they are many.

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
WHERE i.indrelid = 'intelligence_textvector'::regclass AND c.relname LIKE 'passage_hnsw_%%'
"""
CREATE_SQL = sql.SQL(
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON intelligence_textvector
    USING hnsw ((embedding::halfvec({dimension})) halfvec_ip_ops)
    WITH (m = {m}, ef_construction = {width})
    WHERE passage_id IS NOT NULL AND embedding_version = {version}
    """
)
WANTED_SQL = """
SELECT vector_dims(embedding) FROM intelligence_textvector
WHERE passage_id IS NOT NULL AND embedding_version = %s LIMIT 1
"""


def keep_current() -> str | None:
    """Build the index of the encoder that read most passages where it is missing, and drop
    those of others. Its name; None where there are too few passages to need one
    (`settings.RETRIEVAL_INDEX_FROM`), or while another process is at it.
    """
    with held(INDEX_LOCK, 0) as mine:
        if not mine:
            return None
        existing: dict[str, bool] = dict(rows_of(EXISTING_SQL))
        wanted = _wanted()
        name = f"passage_hnsw_{wanted[0][:16]}_{wanted[1]}" if wanted else None
        for other, is_valid in existing.items():
            if other != name or not is_valid:  # of another encoder, or its building was cut off
                _run(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(other)))
        if wanted and name and not existing.get(name):
            _create(name, *wanted)
        return name


def _wanted() -> tuple[str, int] | None:
    rows = TextVector.objects.filter(passage__isnull=False)
    counted = rows.values_list("embedding_version").annotate(n=Count("pk")).order_by("-n")
    found = counted.first()
    if found is None or found[1] < settings.RETRIEVAL_INDEX_FROM:
        return None
    ((dimension,),) = rows_of(WANTED_SQL, [found[0]])
    return (found[0], dimension) if dimension <= MOST_DIMENSIONS else None


def _create(name: str, version: str, dimension: int) -> None:
    _run(sql.SQL("SET maintenance_work_mem = {}").format(sql.Literal(BUILD_MEMORY)))
    # parallel workers share the graph through /dev/shm, of which containers have 64 MB
    _run(sql.SQL("SET max_parallel_maintenance_workers = 0"))
    try:
        _run(
            CREATE_SQL.format(
                name=sql.Identifier(name),
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
