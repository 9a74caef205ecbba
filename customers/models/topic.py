"""Topics: what many tickets, or many reviews, are about, found without anybody naming it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet

if TYPE_CHECKING:
    from customers.models.user import User


class TopicQuerySet(RecordQuerySet):
    """Many topics at once."""

    def shown(self) -> Self:
        """Topics that stand: found in the last fit, and not part of another."""
        return self.filter(is_active=True, merged_into__isnull=True)


class Topic(models.Model):
    """What a cluster of tickets or of reviews is about.

    `suggested_name` and `words` (pairs of a term and its class TF-IDF) are the machine's,
    `name` is what staff call it. A fit that finds the topic again keeps the row; one that
    does not retires it (`is_active` false), and its tickets or reviews find other topics.
    `coherence` is the mean cosine of its texts to their centre, `example_pks` name the
    tickets or reviews nearest to it. A topic that staff merged into another lives on in
    that one: `merged_into`.
    """

    class Kind(models.TextChoices):
        TICKET = "ticket", _("tickets")
        REVIEW = "review", _("reviews")

    kind = models.CharField(_("of"), max_length=8, choices=Kind.choices)
    language = models.CharField(_("language"), max_length=8, blank=True, editable=False)
    suggested_name = models.CharField(_("suggested name"), max_length=200, editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True)
    name_set_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("named by"),
    )
    name_set_at = models.DateTimeField(_("named at"), null=True, editable=False)
    words = models.JSONField(_("words"), default=list, editable=False)
    size = models.PositiveIntegerField(_("texts"), default=0, editable=False)
    coherence = models.FloatField(_("coherence"), default=0.0, editable=False)
    example_pks = models.JSONField(_("examples"), default=list, editable=False)
    first_seen_at = models.DateTimeField(_("first seen"), null=True, editable=False)
    found_at = models.DateTimeField(_("found at"), default=timezone.now, editable=False)
    is_active = models.BooleanField(_("active"), default=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects = TopicQuerySet.as_manager()

    if TYPE_CHECKING:
        merged_into_id: int | None

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering: ClassVar = ["kind", "-size", "id"]
        indexes: ClassVar = [
            # the topics that are shown, and those that a fit may find again
            models.Index(fields=["kind", "is_active", "-size"], name="topic_by_kind"),
        ]

    def __str__(self) -> str:
        return self.name or self.suggested_name or _g("Topic %(n)s") % {"n": self.pk}

    @property
    def rows_address(self) -> str:
        """The list of its tickets or reviews."""
        return f"{reverse(f'{self.kind}s')}?topic={self.pk}"

    @property
    def terms(self) -> list[str]:
        """The words that tell it from other topics, the most telling first."""
        return [term for term, _weight in self.words]

    def rename(self, name: str, *, by: User) -> None:
        """Call it so; "" gives it the machine's name again."""
        self.name, self.name_set_at = name.strip(), timezone.now() if name.strip() else None
        self.name_set_by = by if self.name else None
        self.save(update_fields=["name", "name_set_by", "name_set_at"])

    @transaction.atomic
    def merge_into(self, other: Topic) -> None:
        """Let its texts, and those like them from now on, belong to `other` of the same kind.
        What was merged into it goes along.
        """
        if other.pk == self.pk or other.kind != self.kind or other.merged_into_id:
            raise ValueError("a topic is merged into another standing one of its kind")
        Topic.objects.filter(Q(pk=self.pk) | Q(merged_into=self)).update(merged_into=other)
        self._rows().filter(topic=self).update(topic=other)
        self.merged_into = other
        for topic in (self, other):
            topic.count_texts()

    def split_again(self) -> None:
        """Stand for itself again; its texts come back with the next refresh."""
        self.merged_into = None
        self.save(update_fields=["merged_into"])

    def count_texts(self) -> None:
        """Bring `size` up to date."""
        self.size = self._rows().filter(topic=self).count()
        self.save(update_fields=["size"])

    def _rows(self) -> Any:
        return rows_of_kind(self.kind)._base_manager.all()


def rows_of_kind(kind: str) -> Any:
    """The model whose rows have topics of this kind: Ticket or Review."""
    return Topic._meta.apps.get_model("customers", kind)
