"""Storing a batch of results: one guarded statement, then the ledger.

A result lands only where the row still shows the token (`requested_at`) that was read
and nobody stored a result for it yet. A late or repeated result changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from customers.failpoints import failpoint
from customers.models import Analysable, ModelVersion
from intelligence.analysis.kind import Kind, Result
from intelligence.engines.contract import Card
from intelligence.engines.head_files import CARD, SHIPPED, load_card
from intelligence.models import Prediction

# Rows are locked in the order of their keys, as every writer of many rows locks them, so
# that a batch and an import never wait for each other.
LOCK = sql.SQL("SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE")
COMPARE_AND_SET = sql.SQL(
    """
    UPDATE {table} AS row SET {assignments}
    FROM (VALUES {values}) AS result ({columns})
    WHERE row.id = result.id AND row.requested_at = result.token AND row.analysed_at IS NULL
    RETURNING row.id
    """
)


def store(kind: Kind, rows: Sequence[Analysable], results: Sequence[Result]) -> int:
    """Store the results whose rows still show the text that was read; returns how many."""
    pairs = list(zip(rows, results, strict=True))
    failpoint("read")
    with transaction.atomic():
        landed = compare_and_set(kind, pairs)
        stored = [(row, result) for row, result in pairs if row.pk in landed]
        kind.keep(stored)
        write_ledger(kind, stored)
        failpoint("storing")
    return len(stored)


def compare_and_set(kind: Kind, pairs: Sequence[tuple[Analysable, Result]]) -> set[int]:
    """Set the result columns where the token still stands; the pks where it did."""
    if not pairs:
        return set()
    fields: list[Any] = [kind.model._meta.get_field(name) for name in kind.columns]
    columns = [sql.Identifier(field.column) for field in fields]
    done = sql.SQL("analysed_at = {}, analysis_error = ''").format(timezone.now())
    sets = [sql.SQL("{0} = result.{0}").format(column) for column in columns]
    table = sql.Identifier(kind.model._meta.db_table)
    statement = COMPARE_AND_SET.format(
        table=table,
        assignments=sql.SQL(", ").join([*sets, done]),
        values=sql.SQL(", ").join([_typed_row(fields)] * len(pairs)),
        columns=sql.SQL(", ").join([sql.SQL("id"), sql.SQL("token"), *columns]),
    )
    with connection.cursor() as cursor:
        cursor.execute(LOCK.format(table=table), [[row.pk for row, _ in pairs]])
        cursor.execute(statement, list(_parameters(fields, pairs)))
        return {pk for (pk,) in cursor.fetchall()}


def _typed_row(fields: Sequence[Any]) -> sql.Composable:
    types = [
        "bigint",
        "timestamptz",
        *(
            field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
            for field in fields
        ),
    ]
    casts = sql.SQL(", ").join(sql.SQL("%s::" + name) for name in types)
    return sql.SQL("({})").format(casts)


def _parameters(fields: Sequence[Any], pairs: Sequence[tuple[Analysable, Result]]) -> Iterator[Any]:
    for row, result in pairs:
        yield row.pk
        yield row.requested_at
        for field in fields:
            yield field.get_db_prep_save(result.columns[field.name], connection)


def write_ledger(kind: Kind, stored: Sequence[tuple[Any, Result]]) -> None:
    """Append one line for each opinion that was stored."""
    cards = {
        opinion.card.sha256: opinion.card for _, result in stored for opinion in result.opinions
    }
    versions = {sha256: register(card) for sha256, card in cards.items()}
    Prediction.objects.bulk_create(
        Prediction(
            kind=kind.name,
            object_id=row.pk,
            task=opinion.task,
            model_version=versions[opinion.card.sha256],
            input_sha256=result.input_sha256,
            output=opinion.prediction.as_json(),
        )
        for row, result in stored
        for opinion in result.opinions
    )


def register(card: Card) -> ModelVersion:
    """The row of this card's model version, made when it is first used."""
    version, _ = ModelVersion.objects.get_or_create(
        task=card.task,
        sha256=card.sha256,
        defaults={"name": card.name, "card": card.as_json(), "source": _source(card)},
    )
    return version


def _source(card: Card) -> ModelVersion.Source:
    shipped = SHIPPED / card.task
    if (shipped / CARD).exists() and load_card(shipped).sha256 == card.sha256:
        return ModelVersion.Source.SHIPPED
    return ModelVersion.Source.TRAINED
