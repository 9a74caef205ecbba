"""The audit: who saw, changed, exported or asked for which records, and what models were told.

Rows are only ever added. A clock seals them in order: each sealed row holds a keyed hash over
itself and the hash before it (see `customers.audit.chain`), and a trigger refuses to change or
delete what is sealed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet

if TYPE_CHECKING:
    from customers.models.customer import Customer

MOST_SHOWN = 5
MOST_RELATED = 500  # tickets and orders of a customer that are looked for


class AuditEntryQuerySet(RecordQuerySet):
    """Many entries at once."""

    def visible_to(self, user: Any) -> Self:
        """All for managers and admins, nothing for everybody else."""
        rows = super().visible_to(user)
        return rows if rows.query.is_empty() or user.is_manager else self.none()

    def of_source(self, source: str) -> Self:
        """None: a key that is bound to a source has no business here."""
        return self.none()

    def unsealed(self) -> Self:
        """Those that wait for the clock, the oldest first."""
        return self.filter(sequence=None).order_by("id")

    def sealed(self) -> Self:
        """Those of the chain, in its order."""
        return self.filter(sequence__isnull=False).order_by("sequence")

    def about(self, customer: Customer) -> Self:
        """What concerned this customer: their own row, their tickets and their orders."""
        own = _naming([customer.pk], kind="customer")
        for kind, rows in (("ticket", customer.tickets), ("order", customer.orders)):
            keys = rows.order_by("-pk").values_list("pk", flat=True)[:MOST_RELATED]
            if related := list(keys):
                own |= _naming(related, kind=kind)
        return self.filter(own).order_by("-happened_at", "-id")

    def naming(self, pk: int, **columns: str) -> Self:
        """Those that name this record."""
        return self.filter(_naming([pk], **columns))


def _naming(pks: list[int], **columns: str) -> Q:
    """Entries that name one of these records. Sealed ones are found by their keys; the few that
    wait for the clock have no such index, so that a page that is looked at does not pay for it.
    """
    named = Q(pks__overlap=pks, **columns)
    return Q(named, sequence__isnull=False) | Q(named, sequence__isnull=True)


class AuditEntry(models.Model):
    """Somebody did something with rows of one kind.

    `actor` is null for what rules, models and commands did; `actor_name` keeps the name when
    the login is gone. `kind` and `pks` name the records (`row_count` of them: of what is too
    large to name, no keys), `fields` the class of their fields. `ledger` and `ledger_pk` name
    the row that holds the rest: the journal entry of a change, the egress record of what a
    model was told, the export. A negative number among `pks` stands for an erased subject.
    """

    class Via(models.TextChoices):
        SCREEN = "screen", _("screen")
        API = "api", _("API")
        MCP = "mcp", _("MCP")
        ADMIN = "admin", _("admin")
        EXPORT = "export", _("export")
        MODEL = "model", _("model")
        WORKER = "worker", _("background work")

    class Action(models.TextChoices):
        SEEN = "seen", _("seen")
        CHANGED = "changed", _("changed")
        EXPORTED = "exported", _("exported")
        ASKED = "asked", _("asked")
        TOLD = "told", _("told a model")
        ACCEPTED = "accepted", _("suggestion taken up")
        LOGGED_IN = "logged_in", _("logged in")
        ERASED = "erased", _("subject erased")
        AGED_OUT = "aged_out", _("old entries removed")

    actor = models.ForeignKey(
        "customers.User",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("who"),
    )
    actor_name = models.CharField(_("name of who"), max_length=150, blank=True)
    key = models.ForeignKey(
        "customers.ApiKey",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("API key"),
    )
    via = models.CharField(_("via"), max_length=6, choices=Via.choices)
    action = models.CharField(_("what"), max_length=9, choices=Action.choices)
    kind = models.CharField(_("kind of record"), max_length=40, blank=True)
    pks = ArrayField(models.BigIntegerField(), verbose_name=_("keys"), default=list)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    fields = models.CharField(_("fields"), max_length=100, blank=True)
    route = models.CharField(_("route"), max_length=80, blank=True)
    ledger = models.CharField(_("kept in"), max_length=20, blank=True)
    ledger_pk = models.BigIntegerField(_("key there"), null=True)
    happened_at = models.DateTimeField(_("at"), default=timezone.now)

    sequence = models.BigIntegerField(_("place in the chain"), null=True, unique=True)
    previous_hash = models.CharField(_("hash before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit")
        ordering: ClassVar = ["-happened_at", "-id"]
        indexes: ClassVar = [
            # the page of the audit, whole and narrowed
            models.Index(fields=["-happened_at", "-id"], name="audit_by_at"),
            models.Index(fields=["actor", "-happened_at"], name="audit_by_actor"),
            models.Index(fields=["action", "-happened_at"], name="audit_by_action"),
            # who looked at a record, once that is sealed: of a list these are fifty keys
            GinIndex(fields=["pks"], name="audit_pks", condition=Q(sequence__isnull=False)),
            # what the clock has to seal
            models.Index(fields=["id"], name="audit_unsealed", condition=Q(sequence=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.kind} {self.happened_at:%Y-%m-%d %H:%M}"

    @property
    def who(self) -> str:
        """The name to show; "" for rules, models and commands."""
        return self.actor_name

    @property
    def kind_name(self) -> str:
        """The kind as people call it."""
        try:
            return str(apps.get_model("customers", self.kind)._meta.verbose_name)
        except (LookupError, ValueError):
            return self.kind

    @property
    def is_of_retention(self) -> bool:
        """Whether `fields` and `route` hold the proof of a removal."""
        return self.action == self.Action.AGED_OUT

    @property
    def fields_shown(self) -> str:
        """The class of the fields in words; a proof is nothing to read."""
        return "" if self.is_of_retention or not self.fields else gettext(self.fields)

    @property
    def route_shown(self) -> str:
        """The route; a proof is nothing to read."""
        return "" if self.is_of_retention else self.route

    @property
    def first_pks(self) -> list[int]:
        """The keys that a list shows."""
        return self.pks[:MOST_SHOWN]


class AuditHead(models.Model):
    """How far the chain reaches; one row. A chain that is shorter lost its end."""

    sequence = models.BigIntegerField(_("place in the chain"), default=0)
    hash = models.CharField(_("hash"), max_length=64, blank=True)
    sealed_at = models.DateTimeField(_("sealed at"), null=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("head of the audit")
        verbose_name_plural = _("heads of the audit")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pk=1), name="audithead_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"
