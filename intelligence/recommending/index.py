"""The index over the products' target vectors, by inner product (HNSW of pgvector).

pgvector indexes vectors of one length alone, and a fit may change the length, so each fit
has its own index: partial on its version, over the vectors cast to that length in half
precision. Half precision halves the index and the time to build it; what the index finds is
scored again by the exact vectors. The index is built after the fit is committed and without
holding anybody up; until it stands the same statement answers from the table, only slower.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from psycopg import sql

from customers.locks import held
from intelligence.models import ProductVector

INDEX_LOCK = 7_310_007
MOST_DIMENSIONS = 4000  # what pgvector can index in half precision
# Of 30,000 products with pgvector's own 16 and 64 a search finds 95 of 100 of the exact ten, with
# these 99, in the same time; the index takes 25 s to build instead of 10 s.
NEIGHBOURS, BUILD_WIDTH = 24, 128
BUILD_MEMORY = "1GB"  # a graph that does not fit is built many times slower; taken as needed

FITTED_SQL = """
SELECT recommender_id, vector_dims(target) FROM intelligence_productvector
WHERE recommender_id IS NOT NULL LIMIT 1
"""
EXISTING_SQL = """
SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'intelligence_productvector'::regclass AND c.relname LIKE 'productvector_hnsw_%'
"""
CREATE_SQL = sql.SQL(
    """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON intelligence_productvector
    USING hnsw ((target::halfvec({dimension})) halfvec_ip_ops)
    WITH (m = {m}, ef_construction = {width}) WHERE recommender_id = {version}
    """
)


def fitted() -> tuple[int, int] | None:
    """The key of the version whose vectors are in service, and their length."""
    with connection.cursor() as cursor:
        cursor.execute(FITTED_SQL)
        return cursor.fetchone()


def keep_current() -> str | None:
    """Build the index of the fit in service where it is missing, and drop those of others.

    Its name; None where the shop has too few products to need one
    (`settings.RECOMMENDATION_INDEX_FROM`), or while another process is at it.
    """
    with held(INDEX_LOCK, 0) as mine:
        if not mine:
            return None
        wanted = _wanted()
        name = None
        if wanted:
            version, dimension = wanted
            name = f"productvector_hnsw_{version}_{dimension}"
        existing = _existing()
        for other, is_valid in existing.items():
            if other == name and not is_valid:  # its building was cut off
                _drop(other)
        if wanted and name and not existing.get(name):
            _create(name, *wanted)
        for other in existing:
            if other != name:
                _drop(other)
        return name


def _wanted() -> tuple[int, int] | None:
    found = fitted()
    if found is None or found[1] > MOST_DIMENSIONS:
        return None
    products = ProductVector.objects.filter(recommender=found[0]).count()
    return found if products >= settings.RECOMMENDATION_INDEX_FROM else None


def _existing() -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(EXISTING_SQL)
        return dict(cursor.fetchall())


def _create(name: str, version: int, dimension: int) -> None:
    statement = CREATE_SQL.format(
        name=sql.Identifier(name),
        dimension=sql.Literal(dimension),
        version=sql.Literal(version),
        m=sql.Literal(NEIGHBOURS),
        width=sql.Literal(BUILD_WIDTH),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('maintenance_work_mem', %s, false)", [BUILD_MEMORY])
        # parallel workers share the graph through /dev/shm, of which containers have 64 MB
        cursor.execute("SET max_parallel_maintenance_workers = 0")
        try:
            cursor.execute(statement)
        finally:
            cursor.execute("RESET maintenance_work_mem")
            cursor.execute("RESET max_parallel_maintenance_workers")
        cursor.execute("ANALYZE intelligence_productvector")


def _drop(name: str) -> None:
    statement = sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {name}")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(name=sql.Identifier(name)))
