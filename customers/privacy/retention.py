"""What ages out: rows of each class of the data map, when they were of use last so long ago.

A trial and a real run take the same rows, for they ask the same question of the database. Who is
under a legal hold keeps everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from customers.locks import held_until_commit
from customers.models import (
    Customer,
    EgressRecord,
    ErasureRequest,
    Import,
    InboundMail,
    JournalChange,
    JournalEntry,
    LegalHold,
    Order,
    Question,
    RefusedRow,
    RetentionRule,
    RetentionRun,
    Review,
    Ticket,
)
from customers.privacy.data_map import COPIES
from customers.privacy.files import delete_file

LOCK = 7_310_083
BATCH = 500
Kept = RetentionRule.Kept
Rows = models.QuerySet[Any]


def apply(*, at: datetime | None = None, is_dry: bool = False) -> RetentionRun | None:
    """Take away what is past its time as of `at` (now), or only list it; None while another
    process does.
    """
    run = RetentionRun(is_dry=is_dry, until_at=at or timezone.now())
    with transaction.atomic():
        if not held_until_commit(LOCK):
            return None
        run.row_keys = {rule.kept: due(rule, run.until_at) for rule in _rules()}
        run.counts = {kept: len(keys) for kept, keys in run.row_keys.items()}
        if not is_dry:
            for kept, keys in run.row_keys.items():
                for start in range(0, len(keys), BATCH):
                    TAKE[kept](keys[start : start + BATCH])
        run.finished_at = timezone.now()
        run.save()
    return run


def due(rule: RetentionRule, at: datetime) -> list[Any]:
    """The keys of the rows of a class that are past their time."""
    assert rule.days is not None
    rows = PAST[rule.kept](at - timedelta(days=rule.days))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _rules() -> Rows:
    return RetentionRule.objects.filter(days__isnull=False).order_by("kept")


def _free(path: str) -> Q:
    """Rows whose customer (by `path`) is under no legal hold."""
    held = LegalHold.objects.values("customer")
    return Q(**{f"{path}__isnull": True}) | ~Q(**{f"{path}__in": held})


def _silent_customers(until: datetime) -> Rows:
    rows = Customer._base_manager.filter(created_at__lt=until)
    rows = rows.filter(Q(last_order_at__isnull=True) | Q(last_order_at__lt=until))
    talking = Ticket._base_manager.filter(customer=OuterRef("pk"), last_message_at__gte=until)
    ordering = Order._base_manager.filter(customer=OuterRef("pk"), placed_at__gte=until)
    held = LegalHold.objects.filter(customer=OuterRef("pk"))
    return rows.filter(~Exists(talking), ~Exists(ordering), ~Exists(held))


def _journal(until: datetime) -> Rows:
    """Acts that touched nobody under a legal hold."""
    held = list(LegalHold.objects.values_list("customer", flat=True))
    kept = JournalChange.objects.filter(model="customers.customer", pks__overlap=held)
    return JournalEntry.objects.filter(happened_at__lt=until).exclude(pk__in=kept.values("entry"))


def _predictions(until: datetime) -> Rows:
    copy = COPIES.get("intelligence.Prediction")
    return copy.model._base_manager.filter(created_at__lt=until) if copy else Order.objects.none()


PAST: Mapping[str, Callable[[datetime], Rows]] = {
    Kept.PROFILE: _silent_customers,
    Kept.CONVERSATIONS: lambda until: Ticket._base_manager.filter(
        _free("customer"), last_message_at__lt=until
    ),
    Kept.ORDERS: lambda until: Order._base_manager.filter(_free("customer"), placed_at__lt=until),
    Kept.REVIEWS: lambda until: Review._base_manager.filter(
        _free("customer"), written_at__lt=until
    ),
    Kept.QUESTIONS: lambda until: Question._base_manager.filter(
        _free("customer"), _free("ticket__customer"), created_at__lt=until
    ),
    Kept.MAIL: lambda until: InboundMail._base_manager.filter(
        message__isnull=True, received_at__lt=until
    ),
    Kept.RESULTS: _predictions,
    Kept.JOURNAL: _journal,
    Kept.FILES: lambda until: Import._base_manager.filter(
        Q(refused_rows__isnull=False) | ~Q(file=""),
        finished_at__lt=until,
    ).distinct(),
    Kept.EGRESS: lambda until: EgressRecord._base_manager.filter(
        _free("customer"), sent_at__lt=until
    ),
}


def _delete(model: type[models.Model]) -> Callable[[list[Any]], None]:
    def take(keys: list[Any]) -> None:
        model._base_manager.filter(pk__in=keys).delete()

    return take


def _erase(keys: list[Any]) -> None:
    """Customers age out by the one way in which persons are erased."""
    for customer in Customer._base_manager.defer("search").filter(pk__in=keys):
        ErasureRequest.objects.unfinished().get_or_create(
            customer=customer, defaults={"reason": ErasureRequest.Reason.NOT_NEEDED}
        )


def _with_files(keys: list[Any]) -> None:
    tickets = Ticket._base_manager.filter(pk__in=keys)
    for row in tickets.filter(messages__attachments__isnull=False).values_list(
        "messages__attachments__file", flat=True
    ):
        transaction.on_commit(partial(delete_file, row))
    mails = InboundMail._base_manager.filter(message__ticket__in=keys)
    _take_mail(list(mails.values_list("pk", flat=True)))
    tickets.delete()


def _take_mail(keys: list[Any]) -> None:
    rows = InboundMail._base_manager.filter(pk__in=keys)
    for path in rows.values_list("raw", flat=True):
        transaction.on_commit(partial(delete_file, path))
    rows.delete()


def _take_files(keys: list[Any]) -> None:
    rows = Import._base_manager.filter(pk__in=keys)
    for path in rows.exclude(file="").values_list("file", flat=True):
        transaction.on_commit(partial(delete_file, path))
    RefusedRow.objects.filter(shop_import__in=keys).delete()
    rows.update(file="", sample=[], check_result={})


def _take_egress(keys: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL rapport.erasing = 'on'")
        EgressRecord._base_manager.filter(pk__in=keys).delete()
        cursor.execute("SET LOCAL rapport.erasing = 'off'")


def _take_predictions(keys: list[Any]) -> None:
    COPIES["intelligence.Prediction"].model._base_manager.filter(pk__in=keys).delete()


TAKE: Mapping[str, Callable[[list[Any]], None]] = {
    Kept.PROFILE: _erase,
    Kept.CONVERSATIONS: _with_files,
    Kept.ORDERS: _delete(Order),
    Kept.REVIEWS: _delete(Review),
    Kept.QUESTIONS: _delete(Question),
    Kept.MAIL: _take_mail,
    Kept.RESULTS: _take_predictions,
    Kept.JOURNAL: _delete(JournalEntry),
    Kept.FILES: _take_files,
    Kept.EGRESS: _take_egress,
}
