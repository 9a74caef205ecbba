"""Whether anything was done: what the database holds, before and after.

All rows of all records count, but for what the machine makes (its opinions, its indexes, its
answers that wait for a person) and the columns that its reading fills. A model that comes new
counts until it stands here, so that nothing acts unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.db.models import Q
from psycopg import sql

# Models that hold what the machine reads, suggests, indexes or counts.
MADE_BY_THE_MACHINE = {
    *("passage", "question", "aspectmention", "topic", "alarm", "refresh", "rfmchange"),
    *("cohortcell", "dailysales", "dailyvoice", "productsales", "touchedday", "weeklydigest"),
    *("recommendation", "boughttogether", "similarproduct", "recommendationshown"),
    *("recommendationlift", "prospect", "prospectsearch", "modelversion"),
    *("draft", "summary", "assistevent", "finding", "radartext", "articledraft"),
    *("generatortrial", "generationlog", "egressrecord", "ratewindow"),
    *("meaningsearch", "searchword", "recordchange", "auditentry", "audithead", "queuebeat"),
    *("idempotentreply", "domainevent", "webhookdelivery"),
    "presence",  # that somebody looked: written by looking, whatever the text says
}
# What stands in this app is made by the machine alone: predictions, vectors, fits.
APP_OF_THE_MACHINE = "intelligence"
# Columns that reading fills, of any model.
READ_COLUMNS = {
    *("suggested_intent", "intent_probability", "intent_detail", "suggested_priority"),
    *("priority_probability", "priority_detail", "sentiment", "sentiment_score"),
    *("sentiment_probability", "sentiment_detail", "sentiment_trend", "topic", "language"),
    *("requested_at", "analysed_at", "attempts", "analysis_error", "updated_at", "last_login"),
}
# Of these the columns that a person sets are counted alone.
CHOSEN = {
    "customer": (
        *("name", "email", "phone", "company", "country", "city", "tags", "notes"),
        *("marketing_consent", "segment", "segment_set_by", "segment_set_at"),
    ),
    "product": (
        *("sku", "name", "description", "category", "brand", "price", "currency", "stock"),
        "is_active",
    ),
}
# What a person alone does with what the machine made, by the column that tells it.
DONE: dict[str, dict[str, tuple[str, ...]]] = {
    "draft": {"status": ("sent", "inserted", "dismissed")},
    "assistevent": {"kind": ("inserted", "dismissed", "sent", "applied", "undone")},
    "finding": {"status": ("dismissed",)},
    "question": {"status": ("handed",), "feedback": ("up", "down"), "verdict": ("right", "wrong")},
}
# An article that was drafted from tickets is the machine's until a person publishes it.
FOR_STAFF = Q(status="draft", visibility="staff")
DRAFTED = {
    "article": FOR_STAFF & Q(drafted_by__isnull=False),
    "articleversion": FOR_STAFF & Q(article__drafted_by__isnull=False),
}

Digest = tuple[int, str]


def snapshot() -> dict[str, Digest]:
    """For each model that counts the number of its rows and a digest of what they hold."""
    return dict(_digests())


def changed(before: dict[str, Digest], after: dict[str, Digest]) -> list[str]:
    """The models that are no longer as they were, with their numbers of rows."""
    return [
        f"{name}: {before.get(name, (0, ''))[0]} rows, then {after[name][0]}"
        for name in after
        if after[name] != before.get(name)
    ]


def _digests() -> Iterator[tuple[str, Digest]]:
    for model in apps.get_models(include_auto_created=True):
        name = model._meta.model_name or ""
        is_kept = model._meta.managed and model._meta.app_label != APP_OF_THE_MACHINE
        if model is Session or not is_kept:
            continue
        if name not in MADE_BY_THE_MACHINE:
            yield name, _digest(model, _columns(model))
        for column, values in DONE.get(name, {}).items():
            rows = model._default_manager.filter(**{f"{column}__in": values})
            yield f"{name} {column}", (rows.count(), "")


def _columns(model: type[models.Model]) -> list[str]:
    chosen = CHOSEN.get(model._meta.model_name or "")
    return [
        field.column
        for field in model._meta.concrete_fields
        if field.column
        and (field.primary_key or (field.name in chosen if chosen else _counts(field)))
    ]


def _counts(field: Any) -> bool:
    is_made = isinstance(field, models.GeneratedField)
    return not is_made and field.name not in READ_COLUMNS


def _digest(model: type[models.Model], columns: list[str]) -> Digest:
    row = sql.SQL("ROW({})").format(sql.SQL(", ").join(map(sql.Identifier, columns)))
    statement = sql.SQL(
        "SELECT count(*), coalesce(md5(string_agg(md5({row}::text), '' ORDER BY {key})), '') "
        "FROM {table} WHERE {key} <> ALL(%s)"
    ).format(
        row=row,
        key=sql.Identifier(str(model._meta.pk.column)),
        table=sql.Identifier(model._meta.db_table),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_left_out(model)])
        count, digest = cursor.fetchone()
    return count, digest


def _left_out(model: type[models.Model]) -> list[Any]:
    drafted = DRAFTED.get(model._meta.model_name or "")
    rows = model._default_manager.filter(drafted) if drafted else model._default_manager.none()
    return list(rows.values_list("pk", flat=True).distinct())
