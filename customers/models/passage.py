"""Passages: what answers are read from, cut out of articles, products and solved tickets."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models.analysable import Analysable, AnalysableQuerySet, pending_index
from customers.models.article import Article, Visibility
from customers.models.base import Reached
from customers.models.product import Product
from customers.models.ticket import Ticket


class PassageQuerySet(AnalysableQuerySet):
    """Many passages at once."""

    def readable(self, *, by_staff: bool, on: date) -> Self:
        """Passages that the reader of an answer may open on that day."""
        rows = self.filter(Q(expires_on__isnull=True) | Q(expires_on__gt=on))
        return rows if by_staff else rows.filter(visibility=Visibility.PUBLIC)


class Passage(Analysable):
    """A stretch of one source, small enough to be read at once.

    `heading` is the source's title with the headings above the stretch, `body` its plain
    text: both are read. Language, visibility and expiry are copies of the source's, so that
    a search filters by them before any model sees a text. Passages are made by
    `customers.knowledge.passages` when their source is saved, and go with it.
    """

    REACHED: ClassVar = Reached(tickets=("ticket",), strays=True)

    ANALYSED_FIELDS = ("heading", "body")

    article = models.ForeignKey(
        Article, models.CASCADE, null=True, related_name="passages", verbose_name=_("article")
    )
    product = models.ForeignKey(
        Product, models.CASCADE, null=True, related_name="passages", verbose_name=_("product")
    )
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, related_name="passages", verbose_name=_("ticket")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    heading = models.CharField(_("heading"), max_length=400)
    body = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=8)
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Visibility.choices, default=Visibility.STAFF
    )
    expires_on = models.DateField(_("expires on"), null=True)

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering: ClassVar = ["article", "product", "ticket", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(article__isnull=False, product__isnull=True, ticket__isnull=True)
                | Q(article__isnull=True, product__isnull=False, ticket__isnull=True)
                | Q(article__isnull=True, product__isnull=True, ticket__isnull=False),
                name="passage_of_one_source",
            ),
            *(
                models.UniqueConstraint(
                    fields=[source, "position"],
                    name=f"passage_of_{source}",
                    condition=Q(**{f"{source}__isnull": False}),
                )
                for source in ("article", "product", "ticket")
            ),
        ]
        indexes = [pending_index("passage_pending")]

    def __str__(self) -> str:
        return self.heading

    @property
    def read_text(self) -> str:
        """What models read: the heading first, for it says what the body is about."""
        return f"{self.heading}\n{self.body}"

    @property
    def source(self) -> Article | Product | Ticket:
        """What the passage was cut out of."""
        found = self.article or self.product or self.ticket
        assert found is not None  # the constraint passage_of_one_source
        return found
