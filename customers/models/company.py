"""Companies that customers belong to, by name: see docs/decisions on contacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import RegexValidator
from django.db import connection, models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Upper
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers.models.base import ExternalRecord, RecordQuerySet, unique_in_source
from customers.models.customer import Customer, CustomerQuerySet
from customers.models.search import matching_prefixes

# Sorted, so that two who gather the same names wait for each other in one order.
GATHER_SQL = """
INSERT INTO customers_company (name, domain, country, notes, source, external_id,
                               created_at, updated_at)
SELECT DISTINCT ON (upper(c.company)) c.company, '', '', '', '', '', now(), now()
FROM customers_customer c
WHERE c.company <> '' AND (%(pks)s::bigint[] IS NULL OR c.id = ANY(%(pks)s))
  AND NOT EXISTS (SELECT FROM customers_company k WHERE upper(k.name) = upper(c.company))
ORDER BY upper(c.company), c.id
ON CONFLICT DO NOTHING
"""


class CompanyQuerySet(RecordQuerySet):
    """Many companies at once."""

    def matching(self, words: str) -> CompanyQuerySet:
        """Companies whose name or domain has words beginning so."""
        return matching_prefixes(self, words)

    def named(self, name: str) -> CompanyQuerySet:
        """The company (at most one) called so, in small letters or capitals."""
        return self.filter(name__iexact=name) if name else self.none()

    def gather(self, pks: Iterable[int] | None = None) -> int:
        """Make a company of each name that these customers (None: all) have and that has
        none yet; how many were made.
        """
        with connection.cursor() as cursor:
            cursor.execute(GATHER_SQL, {"pks": None if pks is None else sorted(pks)})
            return cursor.rowcount


class Company(ExternalRecord):
    """A company. Its people are the customers whose `company` is its name, so that a file or
    the API need say no more than the name.
    """

    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(
        _("domain"),
        max_length=120,
        blank=True,
        help_text=_("Such as example.com."),
        validators=[
            RegexValidator(r"^[\w-]+(\.[\w-]+)+\Z", _("Give a domain, such as example.com."))
        ],
    )
    country = models.CharField(_("country"), max_length=60, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    search = models.GeneratedField(
        expression=SearchVector("name", "domain", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints: ClassVar = [
            unique_in_source("company_unique_in_source"),
            models.UniqueConstraint(
                Upper("name"),
                name="company_unique_name",
                violation_error_message=_("There is a company of this name already."),
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search"], name="company_search"),
            # the list of companies
            models.Index(fields=["name", "id"], name="company_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("company", args=[self.pk])

    @classmethod
    def still_named(cls, keys: Iterable[int]) -> set[int]:
        """Those of these companies that somebody belongs to: an undo leaves them."""
        people = Customer.objects.filter(company__iexact=OuterRef("name"))
        named = cls.objects.filter(Exists(people), pk__in=keys)
        return set(named.values_list("pk", flat=True))

    @property
    def people(self) -> CustomerQuerySet:
        """The customers who belong to it."""
        rows: Any = Customer.objects.filter(company__iexact=self.name)
        return rows


@receiver(post_save, sender=Customer)
def make_company(
    instance: Customer, update_fields: Iterable[str] | None = None, raw: bool = False, **_: Any
) -> None:
    """A customer's company is there as soon as somebody names it."""
    if raw or (update_fields is not None and "company" not in update_fields):
        return
    if instance.__dict__.get("company"):
        Company.objects.gather([instance.pk])
