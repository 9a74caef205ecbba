"""Merging two customers into one: nothing of either is lost, and it can be undone exactly.

All records that refer to the customer that goes are moved to the one that stays, whichever models
there are: foreign keys are found by themselves. Where a record of its own kind stands in the way
(one summary of a customer, one rank of a recommendation), the moved one is taken out instead. It
is one act in the journal, so that undo brings back the customer with its key and all records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from customers.journal.recording import Journal, recorded
from customers.models import ContactPoint, Customer, DuplicatePair, JournalEntry, MergedKey, User

# What of a customer a person chooses between the two.
CHOSEN = ("name", "email", "phone", "company", "language", "country", "city", "segment")
ADDRESSES = {"email": ContactPoint.Kind.EMAIL, "phone": ContactPoint.Kind.PHONE}
# A no of either is a no of both.
REFUSED = ("objects_to_profiling", "refuses_training", "refuses_external")
JOINED = ("tags", "notes", "marketing_consent", *REFUSED)  # and what is made of both


class MergeError(Exception):
    """The two cannot be merged; the text says why."""


def merge(
    stays: Customer, goes: Customer, *, by: User, taken: Mapping[str, bool] | None = None
) -> JournalEntry:
    """Make one customer of two, under the key of the first. `taken` are the fields whose value
    is the other's; without it, those that the first has no value in. Raises MergeError.
    """
    with transaction.atomic():
        stays, goes = _locked(stays, goes)
        note = f"{goes} → {stays}"[:300]
        addresses = {name: {getattr(stays, name), getattr(goes, name)} for name in ADDRESSES}
        with recorded(JournalEntry.Kind.MERGED, by=by, note=note) as journal:
            with journal.watching(Customer.objects.filter(pk=stays.pk), *CHOSEN, *JOINED):
                _take_fields(stays, goes, taken)
            _decide_pairs(journal, stays, goes, by)
            for field in references():
                _move(journal, field, stays, goes)
            _keep_addresses(journal, stays, addresses)
            _keep_key(journal, stays, goes)
            journal.delete(Customer.objects.filter(pk=goes.pk))
        Customer.objects.refresh_sentiment([stays.pk])
        stays.bought_something()
    return journal.entry


def _keep_addresses(journal: Journal, stays: Customer, had: Mapping[str, set[str]]) -> None:
    """The addresses that were not chosen stay as further ones, so that their mail finds them."""
    made = []
    for name, kind in ADDRESSES.items():
        for value in had[name] - {getattr(stays, name), ""}:
            if not stays.contact_points.reaching(kind, value).exists():
                made.append(ContactPoint.objects.create(customer=stays, kind=kind, value=value).pk)
    journal.made(ContactPoint.objects.filter(pk__in=made))


def references() -> Iterator[models.ForeignKey[Any, Any]]:
    """The foreign keys that lead to a customer, in all models, hidden ones too."""
    relations: Any = Customer._meta.get_fields(include_hidden=True)
    for relation in relations:
        is_key = relation.auto_created and (relation.one_to_many or relation.one_to_one)
        if is_key and relation.related_model is not DuplicatePair:
            yield relation.field


def _locked(stays: Customer, goes: Customer) -> tuple[Customer, Customer]:
    if stays.pk == goes.pk:
        raise MergeError("A customer cannot be merged with itself.")
    rows = Customer.objects.select_for_update(of=("self",)).defer("search").order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=(stays.pk, goes.pk))}
    if len(found) < 2:
        raise MergeError("One of the customers is gone; they may have been merged already.")
    return found[stays.pk], found[goes.pk]


def _take_fields(stays: Customer, goes: Customer, taken: Mapping[str, bool] | None) -> None:
    for name in CHOSEN:
        field: Any = Customer._meta.get_field(name)
        column = field.attname
        ours, theirs = getattr(stays, column), getattr(goes, column)
        is_taken = taken.get(name, False) if taken is not None else ours in ("", None)
        if is_taken and theirs not in ("", None):
            setattr(stays, column, theirs)
    stays.tags = list(dict.fromkeys([*stays.tags, *goes.tags]))
    stays.notes = "\n\n".join(dict.fromkeys(note for note in (stays.notes, goes.notes) if note))
    consents = {stays.marketing_consent, goes.marketing_consent}
    # whoever said no once is not written to; unknown beside a yes is a yes that was given
    stays.marketing_consent = False if False in consents else (True if True in consents else None)
    for name in REFUSED:
        setattr(stays, name, getattr(stays, name) or getattr(goes, name))
    stays.save(update_fields=[*CHOSEN, *JOINED, "updated_at"])


def _move(
    journal: Journal, field: models.ForeignKey[Any, Any], stays: Customer, goes: Customer
) -> None:
    """Records of one model; those that would stand twice are taken out and kept."""
    rows = field.model._base_manager.filter(**{field.name: goes})
    in_the_way = _standing_twice(field, rows, stays)
    if in_the_way:
        journal.delete(field.model._base_manager.filter(pk__in=in_the_way))
    with journal.watching(rows.all(), field.attname):
        rows.update(**{field.name: stays})


def _standing_twice(
    field: models.ForeignKey[Any, Any], rows: models.QuerySet[Any], stays: Customer
) -> set[int]:
    """Those of which the customer that stays has one already, by any unique constraint."""
    manager = field.model._base_manager
    own = manager.filter(**{field.name: stays})
    if field.unique:
        return set(rows.values_list("pk", flat=True)) if own.exists() else set()
    found: set[int] = set()
    for constraint in field.model._meta.constraints:
        names = getattr(constraint, "fields", ())
        if not isinstance(constraint, models.UniqueConstraint) or field.name not in names:
            continue
        others = [name for name in names if name != field.name]
        condition = constraint.condition or Q()
        taken = set(own.filter(condition).values_list(*others))
        mine = rows.filter(condition).values_list("pk", *others)
        found.update(pk for pk, *key in mine if tuple(key) in taken and None not in key)
    return found


def _decide_pairs(journal: Journal, stays: Customer, goes: Customer, by: User) -> None:
    """The pair of the two is merged; others of the one that goes are about the one that stays,
    or go where there is such a pair.
    """
    own = DuplicatePair.objects.of(stays.pk, goes.pk)
    others = DuplicatePair.objects.filter(Q(first=goes) | Q(second=goes)).exclude(
        pk__in=own.values("pk")
    )
    for pair in list(others):
        other = pair.second_id if pair.first_id == goes.pk else pair.first_id
        alone = DuplicatePair.objects.filter(pk=pair.pk)
        if other is None or DuplicatePair.objects.of(stays.pk, other).exists():
            journal.delete(alone)
            continue
        first, second = sorted((stays.pk, other))
        with journal.watching(alone, "first", "second"):
            alone.update(first=first, second=second)
    with journal.watching(own, "first", "second", "state", "decided_by", "decided_at", "entry"):
        gone = "first" if goes.pk < stays.pk else "second"
        own.update(
            state=DuplicatePair.State.MERGED,
            decided_by=by,
            decided_at=timezone.now(),
            entry=journal.entry,
            **{gone: None},
        )


def _keep_key(journal: Journal, stays: Customer, goes: Customer) -> None:
    """What other systems send under the key of the one that goes belongs to the other now."""
    if goes.external_id:
        made, is_new = MergedKey.objects.update_or_create(
            source=goes.source, external_id=goes.external_id, defaults={"customer": stays}
        )
        if is_new:
            journal.made(MergedKey.objects.filter(pk=made.pk))
