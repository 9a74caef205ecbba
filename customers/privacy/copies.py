"""What repeats personal data without leading to a person, and how each of it forgets one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from customers import models as records
from customers.audit.keeping import erase_subject
from customers.privacy.data_map import Category, Copy, register, register_impersonal
from customers.privacy.egress import forget_egress, shown_egress
from customers.privacy.files import forget_import_files
from customers.privacy.journal import forget_in_journal, forget_notes, shown_changes
from customers.privacy.person import ERASED, Needles, Person
from customers.privacy.topics import forget_in_topics
from customers.privacy.words import forget_words

CHUNK = 500
IDENTITY, CONTENT = Category.IDENTITY, Category.CONTENT
BEHAVIOUR, FILE = Category.BEHAVIOUR, Category.FILE
GONE = {
    "type": "about:blank",
    "title": HTTPStatus.GONE.phrase,
    "status": HTTPStatus.GONE.value,
    "detail": "What was answered here was about a person who was erased.",
}


def cleaned_columns(
    model: type[models.Model], names: Sequence[str], queries: Sequence[str] = ()
) -> Callable[[Person], int]:
    """Forgets by replacing what is the person's in these columns; `queries` are those that hold
    the query of an address.
    """

    def forget(person: Person) -> int:
        if person.customer is None:
            return 0
        changed = 0
        for row in model._base_manager.only("pk", *names).iterator(CHUNK):
            fresh = {}
            for name in names:
                was, needles = getattr(row, name), person.needles
                now = needles.cleaned_query(was) if name in queries else needles.cleaned(was)
                if now != was:
                    fresh[name] = fitting(model, name, now)
            if fresh:
                changed += model._base_manager.filter(pk=row.pk).update(**fresh)
        return changed

    return forget


def fitting(model: type[models.Model], name: str, value: Any) -> Any:
    """The value, no longer than its column."""
    most = getattr(model._meta.get_field(name), "max_length", None)
    return value[:most] if isinstance(value, str) and most else value


def forget_answers(person: Person) -> int:
    """Kept answers of the API that were about the person say 410 from now on."""
    return forget_answers_with(person.needles) if person.customer is not None else 0


def forget_answers_with(needles: Needles) -> int:
    """Kept answers that say anything of this say 410 from now on."""
    changed = 0
    for reply in records.IdempotentReply.objects.only("pk", "body").iterator(CHUNK):
        if needles.hits(said_in(bytes(reply.body))):
            changed += records.IdempotentReply.objects.filter(pk=reply.pk).update(
                status=HTTPStatus.GONE.value,
                headers={"Content-Type": "application/problem+json"},
                body=json.dumps(GONE).encode(),
            )
    return changed


def said_in(body: bytes) -> Any:
    """What a stored body says: its JSON, else its text."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def forget_in_audit(person: Person) -> int:
    """Who looked at the person stays told, under a pseudonym; the chain holds."""
    seen = records.AuditEntry.objects.naming(person.pk, kind="customer")
    return erase_subject("customer", person.pk) if seen.exists() else 0


def forget_searches(_person: Person) -> int:
    """Searches by meaning are kept for a day: all of them go."""
    return records.MeaningSearch.objects.all().delete()[0]


def forget_refused(person: Person) -> int:
    """Refused rows of a file that are the person's lose their cells."""
    if person.customer is None:
        return 0
    changed = 0
    for row in records.RefusedRow.objects.only("pk", "cells", "reason").iterator(CHUNK):
        if person.needles.hits([row.cells, row.reason]):
            changed += records.RefusedRow.objects.filter(pk=row.pk).update(cells={}, reason=ERASED)
    return changed


def forget_admin_log(person: Person) -> int:
    """The admin's log says that something was done to a row, not to whom."""
    changed = 0
    for label, keys in person.keys.items():
        if label.startswith("customers."):
            kind = ContentType.objects.get_by_natural_key(*label.lower().split("."))
            rows = LogEntry.objects.filter(
                content_type=kind, object_id__in=[str(pk) for pk in keys]
            ).exclude(object_repr=ERASED)
            changed += rows.update(object_repr=ERASED, change_message="")
    return changed


ALARMED = {
    "orders": "customers.Order",
    "tickets": "customers.Ticket",
    "customers": "customers.Customer",
    "reviews": "customers.Review",
    "messages": "customers.Message",
}


def forget_in_alarms(person: Person) -> int:
    """Alarms about others that name rows of the person among those behind them."""
    changed = 0
    for of_kind, label in ALARMED.items():
        keys = person.rows_of(label)
        rows = records.Alarm.objects.filter(rows_of=of_kind, row_pks__overlap=keys)
        for alarm in rows if keys else ():
            pks: list[int] = list(alarm.row_pks)
            left = [pk for pk in pks if pk not in set(keys)]
            changed += records.Alarm.objects.filter(pk=alarm.pk).update(row_pks=left)
    return changed + cleaned_columns(records.Alarm, ["subject_name", "evidence"])(person)


def forget_findings(person: Person) -> int:
    """Findings of the radar that rest on the person's questions and tickets."""
    keys = [
        f"{label.rpartition('.')[2].lower()}:{pk}"
        for label in ("customers.Question", "customers.Ticket", "customers.Message")
        for pk in person.rows_of(label)
    ]
    by_key: Any = records.Finding.objects.filter(sources__overlap=keys) if keys else []
    changed = 0
    finding: Any
    for finding in by_key:
        sources: list[str] = list(finding.sources)
        left = [key for key in sources if key not in set(keys)]
        rows = records.Finding.objects.filter(pk=finding.pk)
        changed += rows.update(sources=left) if left else rows.delete()[0]
    changed += records.RadarText.objects.filter(key__in=keys).delete()[0]
    return changed + cleaned_columns(records.Finding, ["title", "sides", "dismiss_reason"])(person)


def forget_lists(person: Person) -> int:
    """Jobs over lists: the numbers of the person's row, and what their query names."""
    jobs = records.BulkEdit.objects.filter(pks__contains=[person.pk])
    with transaction.atomic():
        for job in jobs:
            left = [pk for pk in job.pks or () if pk != person.pk]
            records.BulkEdit.objects.filter(pk=job.pk).update(pks=left)
    clean = cleaned_columns(records.BulkEdit, ["query", "value"], ["query"])
    return len(jobs) + clean(person)


def forget_exports(person: Person) -> int:
    """The files of lists that were written before go: they can be written again."""
    written = records.Export.objects.exclude(file="")
    for export in written:
        export.file.delete(save=False)
        records.Export.objects.filter(pk=export.pk).update(file="")
    return len(written) + cleaned_columns(records.Export, ["query"], ["query"])(person)


def forget_companies(person: Person) -> int:
    """The notes of companies; and a company that is the person's alone."""
    changed = cleaned_columns(records.Company, ["notes"])(person)
    if person.customer is None or not person.customer.company:
        return changed
    name = person.customer.company
    others = records.Customer.objects.filter(company__iexact=name).exclude(pk=person.pk)
    if not others.exists():
        changed += records.Company.objects.named(name).delete()[0]
    return changed


register(
    Copy("customers.JournalEntry", {"note": CONTENT, "left": BEHAVIOUR, "undo_error": CONTENT},
         forget_notes, kept="journal"),
    Copy("customers.JournalChange", {"before": CONTENT, "after": CONTENT, "pks": BEHAVIOUR},
         forget_in_journal, ("model",), shown=shown_changes),
    Copy("customers.IdempotentReply", {"body": CONTENT}, forget_answers,
         ("caller", "key", "request_sha256", "headers")),
    Copy("customers.AuditEntry", {"pks": IDENTITY}, forget_in_audit,
         ("actor_name", "via", "action", "kind", "fields", "route", "ledger", "previous_hash",
          "hash")),
    Copy("customers.MeaningSearch", {"text": CONTENT, "found": BEHAVIOUR}, forget_searches),
    Copy("customers.SearchWord", {"word": CONTENT, "deletes": CONTENT}, forget_words),
    Copy("customers.Topic", {"words": CONTENT, "suggested_name": CONTENT,
                             "example_pks": BEHAVIOUR}, forget_in_topics, ("name",)),
    Copy("customers.RefusedRow", {"cells": CONTENT, "reason": CONTENT}, forget_refused,
         ("column",), kept="files"),
    Copy("customers.Import", {"file": FILE, "sample": CONTENT, "check_result": CONTENT,
                              "error": CONTENT, "file_name": CONTENT}, forget_import_files,
         ("format", "dialect", "columns", "mapping", "match_by"), kept="files"),
    Copy("customers.Export", {"file": FILE, "query": CONTENT}, forget_exports,
         ("columns", "error", "list_name")),
    Copy("customers.BulkEdit", {"pks": BEHAVIOUR, "query": CONTENT, "value": CONTENT},
         forget_lists, ("action", "error")),
    Copy("customers.SavedView", {"query": CONTENT},
         cleaned_columns(records.SavedView, ["query"], ["query"]),
         ("list_name", "name", "columns", "shared_with")),
    Copy("customers.Audience", {"rules": CONTENT},
         cleaned_columns(records.Audience, ["rules"]), ("name", "description")),
    Copy("customers.Finding", {"title": CONTENT, "sides": CONTENT, "sources": BEHAVIOUR,
                               "dismiss_reason": CONTENT}, forget_findings, ("fingerprint",)),
    Copy("customers.ArticleDraft", {"sentences": CONTENT},
         cleaned_columns(records.ArticleDraft, ["sentences"]), ("error",)),
    Copy("customers.WeeklyDigest", {"statements": CONTENT},
         cleaned_columns(records.WeeklyDigest, ["statements"])),
    Copy("customers.Company", {"name": IDENTITY, "notes": CONTENT}, forget_companies,
         ("external_id", "domain", "country")),
    Copy("customers.EgressRecord", {"body": CONTENT, "detail": CONTENT},
         forget_egress, ("generator_name", "purpose", "host", "method", "address", "fields",
                         "masked"), kept="egress", shown=shown_egress),
    Copy("admin.LogEntry", {"object_repr": IDENTITY, "change_message": CONTENT},
         forget_admin_log, ("object_id",)),
)  # fmt: skip
# The alarms of a customer go as a record; those of products and topics repeat persons too.
MORE_FORGETTING: tuple[Callable[[Person], int], ...] = (forget_in_alarms,)

register_impersonal("people of the shop, not its customers", "customers.User",
                    "customers.AgentProfile", "customers.DigestSubscription", "customers.Team",
                    "auth.Group", "auth.Permission", "customers.ApiKey",
                    "sessions.Session", "account.EmailAddress", "account.EmailConfirmation",
                    "mfa.Authenticator", "usersessions.UserSession",
                    "customers.RoleRule")  # fmt: skip
register_impersonal("settings of the shop", *(
    f"customers.{name}" for name in (
        "Intent", "Segment", "CustomField", "Aspect", "BusinessHours", "Holiday", "Rule",
        "SlaPolicy", "SatisfactionSettings", "Mailbox", "Generator", "GeneratorUse",
        "GeneratorTrial", "ImportMapping", "Macro", "ExchangeRate", "ErrorBudget",
        "RetentionRule", "PrivacySettings")))  # fmt: skip
register_impersonal("the shop's own texts and goods", "customers.Product", "customers.Article",
                    "customers.ArticleVersion", "customers.SimilarProduct",
                    "customers.BoughtTogether", "customers.ProspectSearch")  # fmt: skip
register_impersonal("sums over many", "customers.CohortCell", "customers.Refresh",
                    "customers.DailySales", "customers.ProductSales", "customers.DailyVoice",
                    "customers.TouchedDay", "customers.RecommendationLift",
                    "customers.DuplicateScan")  # fmt: skip
register_impersonal("machines: versions and their figures", "customers.ModelVersion",
                    "customers.Training", "customers.Promotion", "customers.GenerationLog",
                    "customers.RadarText", "contenttypes.ContentType")  # fmt: skip
register_impersonal("keyed hashes and counts", "customers.RateWindow", "customers.Tombstone",
                    "customers.AuditHead", "customers.Backup", "customers.QueueBeat",
                    "customers.RetentionRun")  # fmt: skip
