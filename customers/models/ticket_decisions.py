"""What a ticket is about and how urgent it is: what people decided beside what models say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import ExternalRecord
from customers.models.correction import Correction
from customers.models.taxonomy import Intent
from customers.models.ticket_choices import Priority

if TYPE_CHECKING:
    from customers.models.user import User


class TicketDecisions(ExternalRecord):
    """Intent and priority of a ticket.

    `intent` and `priority` are what staff decided, or a rule inside its error budget
    (`intent_set_automatically`, then by nobody); `suggested_intent` and `suggested_priority`
    what models read in the opening message.
    """

    automatic_labels: Any  # the labels that a rule set, from the other side

    intent = models.ForeignKey(
        Intent, models.PROTECT, null=True, blank=True, verbose_name=_("intent"), related_name="+"
    )
    intent_set_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("intent decided by"),
    )
    intent_set_at = models.DateTimeField(
        null=True, editable=False, verbose_name=_("intent decided at")
    )
    intent_set_automatically = models.BooleanField(
        _("intent set automatically"), default=False, editable=False
    )
    suggested_intent = models.ForeignKey(
        Intent,
        models.SET_NULL,
        null=True,
        editable=False,
        verbose_name=_("suggested intent"),
        related_name="+",
    )
    intent_probability = models.FloatField(_("probability"), null=True, editable=False)
    intent_detail = models.JSONField(_("intent detail"), default=dict, editable=False)
    priority = models.CharField(
        _("priority"), max_length=8, choices=Priority.choices, default=Priority.NORMAL
    )
    priority_set_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("priority decided by"),
    )
    priority_set_at = models.DateTimeField(
        null=True, editable=False, verbose_name=_("priority decided at")
    )
    priority_set_automatically = models.BooleanField(
        _("priority set automatically"), default=False, editable=False
    )
    suggested_priority = models.CharField(
        _("suggested priority"),
        max_length=8,
        choices=Priority.choices,
        blank=True,
        editable=False,
    )
    priority_probability = models.FloatField(_("probability"), null=True, editable=False)
    priority_detail = models.JSONField(_("priority detail"), default=dict, editable=False)

    class Meta:
        abstract = True

    @property
    def effective_intent_id(self) -> str | None:
        """The intent that counts: the person's decision, else the model's opinion."""
        return self.intent_id or self.suggested_intent_id

    def set_intent(self, intent: Intent | None, *, by: User) -> None:
        """Record what staff decided; the model's opinion stays beside it."""
        self.intent, self.intent_set_by, self.intent_set_at = intent, by, timezone.now()
        self.intent_set_automatically = False
        names = ("intent", "intent_set_by", "intent_set_at", "intent_set_automatically")
        label = intent.pk if intent else ""
        with transaction.atomic():
            self.save(update_fields=[*names, "updated_at"])
            self.automatic_labels.settle("intent", label, by=by)
            Correction.objects.record("intent", self, label, by=by)

    @property
    def is_priority_decided(self) -> bool:
        """Whether the priority was chosen: by staff, by a rule inside its error budget, or
        where the ticket comes from.
        """
        return self.priority_set_at is not None or self.priority != Priority.NORMAL

    @property
    def likely_priority(self) -> str:
        """The priority that counts: what was chosen, else the model's opinion."""
        is_opinion = self.suggested_priority and not self.is_priority_decided
        return self.suggested_priority if is_opinion else self.priority

    def set_priority(self, priority: str, *, by: User) -> None:
        """Record what staff decided; the model's opinion stays beside it."""
        self.priority, self.priority_set_by, self.priority_set_at = priority, by, timezone.now()
        self.priority_set_automatically = False
        names = ("priority", "priority_set_by", "priority_set_at", "priority_set_automatically")
        with transaction.atomic():
            self.save(update_fields=[*names, "updated_at"])
            self.automatic_labels.settle("priority", priority, by=by)
            Correction.objects.record("priority", self, priority, by=by)
