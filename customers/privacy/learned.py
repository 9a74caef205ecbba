"""Models that learnt from a person: marked to be trained anew, with the day by which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db.models import F, Min

from customers.models import Correction, ModelVersion, Training
from customers.privacy.person import Person

# By task: since when the person is among what it is trained on; None where they are not.
LEARNS_FROM: dict[str, Callable[[Person], datetime | None]] = {}


def learns_from(task: str, since: Callable[[Person], datetime | None]) -> None:
    """Say what the models of a task are trained on beside corrections; apps above do."""
    LEARNS_FROM[task] = since


def mark_learned(person: Person, due_on: date) -> int:
    """Mark the versions trained here since the person was among what they learn from; how many
    those are. Asked while the person's rows stand, and marking again changes nothing.
    """
    marked = 0
    for task, since in _since(person).items():
        versions = ModelVersion.objects.filter(
            task=task, source=ModelVersion.Source.TRAINED, created_at__gte=since
        )
        learnt = Training.objects.filter(task=task, model__isnull=False, finished_at__gte=since)
        both = ModelVersion.objects.filter(pk__in=versions.values("pk")) | (
            ModelVersion.objects.filter(pk__in=learnt.values("model"))
        )
        for version in both:
            earliest = min(version.retrain_due_on or due_on, due_on)
            marked += ModelVersion.objects.filter(pk=version.pk).update(
                retrain_due_on=earliest, retrain_count=F("retrain_count") + 1
            )
    return marked


def _since(person: Person) -> dict[str, datetime]:
    corrections = Correction.objects.filter(pk__in=person.rows_of("customers.Correction"))
    said = corrections.order_by().values_list("task").annotate(first=Min("said_at"))
    found: dict[str, datetime] = dict(said)
    for task, since in LEARNS_FROM.items():
        first = since(person)
        if first is not None:
            found[task] = min(first, found.get(task, first))
    return found
