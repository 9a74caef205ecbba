"""The numbers that watchers of the shop's machinery read.

All come from the database, so they are the same whichever process is asked, however many
there are. Ages are in seconds; None where there is nothing to be old.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Min
from django.utils import timezone

from customers.models import Analysable, AuditEntry, Backup, OutboundMail, QueueBeat
from customers.models.job import Job


@dataclass(frozen=True)
class Figure:
    """One number, by a name and what tells it from others of that name."""

    name: str
    help: str
    value: float | None
    label: str = ""
    of: str = ""


def figures() -> list[Figure]:
    """All of them, in one order."""
    now = timezone.now()
    return [*_analysis(now), *_jobs(now), *_mail(now), *_machinery(now)]


def _analysis(now: datetime) -> list[Figure]:
    found = []
    for model in _subclasses(Analysable):
        kind = str(model._meta.model_name)
        oldest = model.objects.pending().aggregate(at=Min("requested_at"))["at"]
        told = "Age of the oldest row that waits to be read"
        found.append(Figure("pending_age_seconds", told, _age(oldest, now), "kind", kind))
        failed = model.objects.failed().count()
        found.append(Figure("set_aside_rows", "Rows that were set aside", failed, "kind", kind))
    return found


def _jobs(now: datetime) -> list[Figure]:
    told = "Age of the oldest job that waits or runs"
    found = []
    for model in _subclasses(Job):
        oldest = model.objects.filter(finished_at=None).aggregate(at=Min("created_at"))["at"]
        name = str(model._meta.model_name)
        found.append(Figure("job_age_seconds", told, _age(oldest, now), "kind", name))
    return found


def _mail(now: datetime) -> list[Figure]:
    waiting = OutboundMail.objects.filter(status=OutboundMail.Status.QUEUED)
    oldest = waiting.aggregate(at=Min("queued_at"))["at"]
    return [Figure("mail_age_seconds", "Age of the oldest mail to send", _age(oldest, now))]


def _machinery(now: datetime) -> list[Figure]:
    unsealed = AuditEntry.objects.unsealed().aggregate(at=Min("happened_at"))["at"]
    verified = Backup.objects.last_verified_at()
    beats = [
        Figure(
            "queue_beat_age_seconds",
            "Since a worker of the queue was last alive",
            _age(beat.beaten_at, now),
            "queue",
            beat.queue,
        )
        for beat in QueueBeat.objects.all()
    ]
    return [
        *beats,
        Figure(
            "audit_unsealed_age_seconds", "Age of the oldest unsealed entry", _age(unsealed, now)
        ),
        Figure("backup_age_seconds", "Since the last verified backup", _age(verified, now)),
    ]


def _subclasses(base: type) -> list:
    return [
        model for model in apps.get_app_config("customers").get_models() if issubclass(model, base)
    ]


def _age(at: datetime | None, now: datetime) -> float | None:
    return round((now - at).total_seconds(), 3) if at else None


def as_prometheus(found: list[Figure]) -> str:
    """The text format of Prometheus (0.0.4). What has no age is 0 old."""
    lines: list[str] = []
    known: set[str] = set()
    for figure in found:
        name = f"rapport_{figure.name}"
        if name not in known:
            known.add(name)
            lines += [f"# HELP {name} {figure.help}", f"# TYPE {name} gauge"]
        label = f'{{{figure.label}="{figure.of}"}}' if figure.label else ""
        if figure.value is not None:
            lines.append(f"{name}{label} {figure.value:g}")
        elif figure.name != "backup_age_seconds":
            lines.append(f"{name}{label} 0")
    return "\n".join(lines) + "\n"
