"""Erasing a person, step by step.

Each step is committed with its work, or finds it done when it is called again; so a worker that
dies anywhere is followed by one that goes on. First the tombstone, so that nobody comes back
while it goes on; then what repeats the person's data, while their rows still tell what to look
for; then the rows; then the copies once more, by the rows' numbers alone, for what was written
meanwhile. Nothing of the person stays on the request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.locks import held
from customers.models import Customer, ErasureRequest, LegalHold, Order, PrivacySettings
from customers.privacy.copies import MORE_FORGETTING
from customers.privacy.data_map import COPIES, RECORDS, Record
from customers.privacy.files import Waiting, forget_own_files
from customers.privacy.learned import mark_learned
from customers.privacy.person import Person
from customers.privacy.seal import signed
from customers.privacy.tombstones import set_tombstones

logger = logging.getLogger(__name__)

LOCK_SPACE = 7_310_081
BATCH = 500
MOST_ATTEMPTS = 20
PRODUCT = "Rapport"

# Sent before and after each step and each batch of rows: faults are injected here.
step_reached = Signal()  # (sender, name)


def carry_out(pk: int) -> bool:
    """Erase as far as it is not done; False when it has ended or another process is at it.

    What stands in the way for now leaves the request as it is, to be taken up again; whatever
    else goes wrong stands on it, and is tried again up to `MOST_ATTEMPTS` times.
    """
    with held(LOCK_SPACE, pk) as is_mine:
        rows = ErasureRequest.objects.unfinished().filter(pk=pk)
        request = rows.first() if is_mine else None
        if request is None:
            return False
        rows.update(status=ErasureRequest.Status.RUNNING, attempts=F("attempts") + 1)
        request.refresh_from_db()
        try:
            _go(request)
        except Waiting as waiting:
            rows.update(error=str(waiting), attempts=F("attempts") - 1)
        except Exception as error:
            # whatever happened, the page must not show an erasure that runs for ever
            logger.exception("erasure %s stopped", request.number)
            given_up = request.attempts >= MOST_ATTEMPTS
            status = ErasureRequest.Status.FAILED if given_up else ErasureRequest.Status.RUNNING
            rows.update(status=status, error=type(error).__name__)
            return False
    return True


def carry_out_all() -> int:
    """Go on with every erasure that waits or was cut off; how many those were."""
    pks = list(ErasureRequest.objects.unfinished().order_by("pk").values_list("pk", flat=True))
    return sum(carry_out(pk) for pk in pks)


class Held(Exception):
    """The customer is under a legal hold: nothing of them may be erased."""


def ask(customer: Customer, reason: str, *, by: Any) -> ErasureRequest:
    """Have a customer erased. Raises Held."""
    if LegalHold.objects.filter(customer=customer).exists():
        raise Held(_("This customer is under a legal hold; nothing of them may be erased."))
    return ErasureRequest.objects.ask(customer, reason, by=by)


def preview(customer: Customer) -> list[tuple[str, int, str]]:
    """What would go: by kind of record the name, how many, and why they stay ("": they go)."""
    person, told = Person(customer.pk), []
    for record in RECORDS.values():
        count = record.of(person).count()
        if count:
            name = str(record.model._meta.verbose_name_plural)
            told.append((name, count, _(record.stays) if record.stays else ""))
    return told


def _go(request: ErasureRequest) -> None:
    if request.customer_id and LegalHold.objects.filter(customer=request.customer_id).exists():
        raise Waiting(_("under a legal hold"))
    person = Person(int(request.row_keys.get("person", request.customer_id or 0)))
    person.keys = {name: keys for name, keys in request.row_keys.items() if name != "person"}
    for name, step in STEPS.items():
        if name in request.done:
            continue
        step_reached.send(ErasureRequest, name=name)
        with transaction.atomic() if name in AT_ONCE else nullcontext():
            step(request, person)
            if name != LAST:
                request.done.append(name)
                request.save(update_fields=KEPT_OF_STEP)
        step_reached.send(ErasureRequest, name=f"{name}:done")


def _bury(request: ErasureRequest, person: Person) -> None:
    """The tombstone comes first, and whoever is being erased is read no more."""
    request.row_keys["person"] = person.pk
    set_tombstones(person, request.number)
    Customer.objects.filter(pk=person.pk).update(objects_to_profiling=True, refuses_training=True,
                                                 refuses_external=True)  # fmt: skip


def _collect(request: ErasureRequest, person: Person) -> None:
    """The numbers of the person's rows, by which copies know them when the rows are gone."""
    person.keys = _keys_of(person)
    request.row_keys = {"person": person.pk, **person.keys}
    request.rows_total = sum(len(found) for found in person.keys.values())


def _keys_of(person: Person) -> dict[str, list[Any]]:
    found = {
        label: list(record.of(person).order_by("pk").values_list("pk", flat=True))
        for label, record in RECORDS.items()
        if label != "customers.ErasureRequest"
    }
    return {label: keys for label, keys in found.items() if keys}


def _forget_copies(request: ErasureRequest, person: Person) -> None:
    for label, copy in COPIES.items():
        with transaction.atomic():
            changed = copy.forget(person)
            if changed:
                request.counts[label] = request.counts.get(label, 0) + changed
                ErasureRequest.objects.filter(pk=request.pk).update(counts=request.counts)
        step_reached.send(ErasureRequest, name=f"copy:{label}")
    for forget in MORE_FORGETTING:
        forget(person)


def _delete_files(request: ErasureRequest, person: Person) -> None:
    request.counts["files"] = request.counts.get("files", 0) + forget_own_files(person)


def _mark_models(request: ErasureRequest, person: Person) -> None:
    due_on = timezone.localdate() + timedelta(days=PrivacySettings.current().retrain_days)
    request.counts["models to be trained anew"] = mark_learned(person, due_on)


def _take_rows(request: ErasureRequest, person: Person) -> None:
    """Rows go, or stay without the person, in batches; the customer is the last of all."""
    for record in _in_order():
        for keys in _batches(person.rows_of(record.label)):
            with transaction.atomic():
                _take_counted(request, record, keys)
            step_reached.send(ErasureRequest, name=f"rows:{record.label}")
    _take_customer(request, person)


def _take_customer(request: ErasureRequest, person: Person) -> None:
    """The customer, with what came since the numbers were collected: nothing more can come while
    the row is locked, and when it is gone nothing leads to it.
    """
    with transaction.atomic():
        Customer._base_manager.select_for_update(of=("self",)).filter(pk=person.pk).first()
        late = _keys_of(person)
        late.pop("customers.Customer", None)
        forget_own_files(person)
        for record in _in_order():
            if found := late.get(record.label):
                person.keys[record.label] = [*person.rows_of(record.label), *found]
                _take_counted(request, record, found)
        _take_counted(request, RECORDS["customers.Customer"], [person.pk])
        request.customer_id = None
        request.row_keys = {"person": person.pk, **person.keys}
        request.save(update_fields=["row_keys"])


def _in_order() -> list[Record]:
    """What leads to others before what they lead to."""
    return [one for label, one in reversed(RECORDS.items()) if label != "customers.Customer"]


def _take_counted(request: ErasureRequest, record: Record, keys: list[Any]) -> None:
    changed = _take(record, keys)
    if changed:
        request.counts[record.label] = request.counts.get(record.label, 0) + changed
    request.row_count = min(request.rows_total, request.row_count + len(keys))
    ErasureRequest.objects.filter(pk=request.pk).update(
        counts=request.counts, row_count=request.row_count
    )


def _take(record: Record, keys: list[Any]) -> int:
    rows = record.model._base_manager.filter(pk__in=keys)
    if not record.stays:
        return rows.delete()[1].get(record.label, 0)
    gone = 0
    if record.model is Order:
        since = timezone.now() - timedelta(days=366 * PrivacySettings.current().accounting_years)
        gone = rows.filter(placed_at__lt=since).delete()[1].get(record.label, 0)
    if not record.clears:
        return gone
    return gone + _changed(rows, record)


def _changed(rows: models.QuerySet[Any], record: Record) -> int:
    """Columns of rows that stay, as the map wants them: as bulk, no rule and no signal knows."""
    return models.QuerySet(rows.model).filter(pk__in=rows.values("pk")).update(**record.clears)


def _again(request: ErasureRequest, person: Person) -> None:
    """What copies were told meanwhile, by the numbers of the rows."""
    person.__dict__.pop("customer", None)
    _forget_copies(request, person)


def _sign(request: ErasureRequest, _person: Person) -> None:
    """The receipt, and with it the end of all that the request knew of the person."""
    models_due = request.counts.pop("models to be trained anew", 0)
    now = timezone.now()
    content = {
        "product": PRODUCT,
        "shop": settings.SHOP_NAME,
        "erasure": str(request.number),
        "reason": request.reason,
        "requested_at": request.created_at.isoformat(),
        "erased_at": now.isoformat(),
        "rows": dict(sorted(request.counts.items())),
        "kept": sorted({one.stays for label, one in RECORDS.items()
                        if one.stays and label in request.counts}),
        "models_to_be_trained_anew": models_due,
    }  # fmt: skip
    request.receipt, request.counts = signed(content), content["rows"]
    request.row_keys, request.customer, request.error = {}, None, ""
    request.status, request.finished_at = ErasureRequest.Status.DONE, now
    request.done = list(STEPS)
    request.save()


def _batches(keys: list[Any]) -> Iterator[list[Any]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


LAST = "receipt"
AT_ONCE = {"models", LAST}  # in one transaction with the note that they are done
KEPT_OF_STEP = ("done", "row_keys", "counts", "row_count", "rows_total", "customer")
STEPS: dict[str, Callable[[ErasureRequest, Person], None]] = {
    "tombstone": _bury,
    "collect": _collect,
    "copies": _forget_copies,
    "files": _delete_files,
    "models": _mark_models,
    "rows": _take_rows,
    "again": _again,
    LAST: _sign,
}
