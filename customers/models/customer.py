"""Customers: who they are, what they bought in sum, and what was read about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Right, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.analysable import Analysable, AnalysableQuerySet, pending_index
from customers.models.base import ExternalRecord, Reached, unique_in_source
from customers.models.contact_point import ContactPoint, normalised_email, normalised_phone
from customers.models.correction import Correction
from customers.models.custom_field import CustomValues
from customers.models.erasure import ErasedPerson
from customers.models.hidden import HidesFields, hidden_now
from customers.models.measures import MEASURE_INDEXES, CustomerMeasures
from customers.models.order_statistics import ORDER_STATISTICS_SQL, order_parameters
from customers.models.role_rule import HIDEABLE
from customers.models.search import SearchedText, matching_prefixes, prefix_query
from customers.models.taxonomy import Segment

if TYPE_CHECKING:
    from customers.models.user import User

# Numbers are written in many ways: the last nine digits tell them, whatever stands before.
TOLD_BY_DIGITS = 9
PHONE_TAIL = Right(
    Func(F("phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace"),
    TOLD_BY_DIGITS,
)

# A customer's sentiment is the mean score of their ten latest texts, messages and reviews
# alike. Rows are locked in the order of their keys, so that two workers never deadlock.
SENTIMENT_SQL = """
WITH locked AS (
    SELECT id FROM customers_customer WHERE id = ANY(%(pks)s) ORDER BY id FOR NO KEY UPDATE
)
UPDATE customers_customer c SET sentiment_score = felt.score
FROM locked LEFT JOIN LATERAL (
    SELECT avg(latest.score) AS score FROM (
        (SELECT m.effective_score AS score, m.sent_at AS at FROM customers_message m
         JOIN customers_ticket t ON t.id = m.ticket_id
         WHERE t.customer_id = locked.id AND m.author_kind = 'customer'
           AND m.effective_score IS NOT NULL
         ORDER BY m.sent_at DESC LIMIT 10)
        UNION ALL
        (SELECT r.effective_score, r.written_at FROM customers_review r
         WHERE r.customer_id = locked.id AND r.effective_score IS NOT NULL
         ORDER BY r.written_at DESC LIMIT 10)
        ORDER BY at DESC LIMIT 10
    ) latest
) felt ON true
WHERE c.id = locked.id AND c.sentiment_score IS DISTINCT FROM felt.score
  AND NOT c.objects_to_profiling
"""


# What a customer is found by, for whoever is shown neither addresses nor numbers.
SHOWN_WORDS = SearchVector(
    SearchedText("name"), SearchedText("company"), "external_id", config="simple"
)


class CustomerQuerySet(AnalysableQuerySet):
    """Many customers at once."""

    def from_source(self, source: str, external_id: str) -> Self:
        """The customer that `source` knows so, also where it was merged into another."""
        keys: Any = self.model.merged_keys.rel.related_model.objects
        merged = keys.filter(source=source, external_id=external_id).values_list("customer_id")
        stays = [pk for (pk,) in merged]
        return self.filter(pk__in=stays) if stays else super().from_source(source, external_id)

    def matching(self, words: str) -> CustomerQuerySet:
        """Customers whose name, e-mail, phone or external id has words beginning so."""
        rows = matching_prefixes(self, words)
        if hidden_now().isdisjoint({"email", "phone"}):
            return rows
        # what is not shown is not found by either; the index has narrowed the rows before
        query = prefix_query(words)
        return rows if query is None else rows.alias(told=SHOWN_WORDS).filter(told=query)

    def with_email(self, address: str) -> CustomerQuerySet:
        """Customers whom this address reaches, in small letters or capitals; it is looked up
        in the indexes of first and of further addresses.
        """
        wanted = normalised_email(address)
        if not wanted:
            return self.none()
        first = Customer._base_manager.filter(email__iexact=wanted)
        return self._reached(first, ContactPoint.Kind.EMAIL, wanted)

    def with_phone(self, number: str, region: str = "") -> CustomerQuerySet:
        """Customers whom this number reaches, however it is written (`region`, such as GB, for
        one without a country's prefix).
        """
        wanted = normalised_phone(number, region)
        digits = "".join(sign for sign in wanted if sign.isdecimal())
        if len(digits) < TOLD_BY_DIGITS:
            return self.none()
        first = Customer._base_manager.alias(tail=PHONE_TAIL).filter(
            ~Q(phone=""), tail=digits[-TOLD_BY_DIGITS:]
        )
        return self._reached(first, ContactPoint.Kind.PHONE, wanted)

    def _reached(
        self, first: models.QuerySet[Customer], kind: str, normalised: str
    ) -> CustomerQuerySet:
        further = ContactPoint.objects.filter(kind=kind, normalised=normalised)
        # a union, because a condition joined by OR would read all customers
        reached = first.order_by().values("pk").union(further.order_by().values("customer"))
        return self.filter(pk__in=reached)

    def refresh_order_statistics(self) -> int:
        """Recompute the order columns of these customers in one statement; how many rows
        that changed.
        """
        pks = list(self.order_by().values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(ORDER_STATISTICS_SQL, {"pks": pks, **order_parameters()})
            return cursor.rowcount

    def refresh_sentiment(self, pks: Iterable[int | None]) -> None:
        """Recompute the sentiment of these customers from their latest texts."""
        known = sorted({pk for pk in pks if pk is not None})
        if known:
            with connection.cursor() as cursor:
                cursor.execute(SENTIMENT_SQL, {"pks": known})

    def recounted(self) -> None:
        """After a change of orders that may have left the sums as they were: recompute them,
        and ask for new analyses of those that changed.
        """
        names = ("order_count", "return_count", "spent_total", "first_order_at", "last_order_at")
        before = {pk: sums for pk, *sums in self.values_list("pk", *names)}
        self.refresh_order_statistics()
        after = self.model.objects.filter(pk__in=before).values_list("pk", *names)
        changed = [pk for pk, *sums in after if sums != before[pk]]
        self.model.objects.filter(pk__in=changed).request_analysis()

    def bought_something(self) -> None:
        """After a change of orders: recompute the sums and ask for new analyses."""
        self.refresh_order_statistics()
        self.request_analysis()


@contextmanager
def sentiment_followed(rows: models.QuerySet[Any]) -> Iterator[None]:
    """For a change of these rows (with a customer): how their customers sound, those before it
    and those after it, follows.
    """
    owned = rows.order_by().filter(customer__isnull=False)
    before = set(owned.values_list("customer_id", flat=True))
    yield
    Customer.objects.refresh_sentiment(before | set(owned.values_list("customer_id", flat=True)))


class Customer(HidesFields, CustomValues, ExternalRecord, CustomerMeasures, Analysable):
    """A person or company that buys.

    `segment` is what staff decided, or a rule inside its error budget
    (`segment_set_automatically`, then by nobody); `suggested_segment` and its neighbours
    are the model's opinion and change at each analysis.
    """

    # who objects to profiling is not read, and so has no opinion of a model on their row
    ANALYSED_WHEN: ClassVar[Q] = Q(objects_to_profiling=False)
    REACHED: ClassVar = Reached(customers=("",))
    HIDES: ClassVar = HIDEABLE["customer"]

    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    tags = ArrayField(
        models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True
    )
    notes = models.TextField(_("notes"), blank=True)
    marketing_consent = models.BooleanField(
        _("consent to marketing"),
        null=True,
        blank=True,
        help_text=_("Unknown counts as not given: who never agreed is told nothing."),
    )
    # what stands in force of the customer's consents, see `customers.models.consent`
    objects_to_profiling = models.BooleanField(
        _("objects to profiling"), default=False, db_default=False, editable=False
    )
    refuses_training = models.BooleanField(
        _("refuses training of models"), default=False, db_default=False, editable=False
    )
    refuses_external = models.BooleanField(
        _("refuses models outside of this machine"),
        default=False,
        db_default=False,
        editable=False,
    )

    order_count = models.PositiveIntegerField(_("orders"), default=0, editable=False)
    return_count = models.PositiveIntegerField(_("returns"), default=0, editable=False)
    spent_total = models.DecimalField(
        _("spent"), max_digits=16, decimal_places=4, default=0, editable=False
    )
    average_order_value = models.DecimalField(
        _("average order value"), max_digits=16, decimal_places=4, null=True, editable=False
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, editable=False)
    first_order_at = models.DateTimeField(_("first order"), null=True, editable=False)
    last_order_at = models.DateTimeField(_("last order"), null=True, editable=False)

    segment = models.ForeignKey(
        Segment, models.PROTECT, null=True, blank=True, verbose_name=_("segment"), related_name="+"
    )
    segment_set_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("segment decided by"),
    )
    segment_set_at = models.DateTimeField(
        null=True, editable=False, verbose_name=_("segment decided at")
    )
    segment_set_automatically = models.BooleanField(
        _("segment set automatically"), default=False, editable=False
    )
    suggested_segment = models.ForeignKey(
        Segment,
        models.SET_NULL,
        null=True,
        editable=False,
        verbose_name=_("suggested segment"),
        related_name="+",
    )
    segment_probability = models.FloatField(_("probability"), null=True, editable=False)
    segment_detail = models.JSONField(_("segment detail"), default=dict, editable=False)
    sentiment_score = models.FloatField(_("sentiment"), null=True, editable=False)

    search = models.GeneratedField(
        expression=SearchVector(
            SearchedText("name"),
            "email",
            "phone",
            SearchedText("company"),
            "external_id",
            config="simple",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [unique_in_source("customer_unique_in_source")]
        indexes = [
            pending_index("customer_pending"),
            GinIndex(fields=["search"], name="customer_search"),
            GinIndex(fields=["tags"], name="customer_tags"),
            # filters by custom fields
            GinIndex(fields=["custom"], name="customer_custom", opclasses=["jsonb_path_ops"]),
            # the customer list: newest first, and each of its sort columns
            models.Index(fields=["-created_at", "-id"], name="customer_by_created"),
            models.Index(
                F("last_order_at").desc(nulls_last=True),
                F("id").desc(),
                name="customer_by_last_order",
            ),
            models.Index(fields=["last_order_at", "id"], name="customer_by_silence"),
            models.Index(fields=["-spent_total", "-id"], name="customer_by_spent"),
            models.Index(fields=["name", "id"], name="customer_by_name"),
            models.Index(fields=["segment", "-last_order_at"], name="customer_by_decision"),
            models.Index(
                fields=["suggested_segment", "-last_order_at"], name="customer_by_segment"
            ),
            models.Index(fields=["sentiment_score"], name="customer_by_sentiment"),
            models.Index(fields=["country"], name="customer_by_country"),
            *MEASURE_INDEXES,
            models.Index(
                fields=["marketing_consent", "-created_at", "-id"], name="customer_by_consent"
            ),
            # the values that filters and rules of audiences offer
            models.Index(fields=["language"], name="customer_by_language"),
            models.Index(fields=["source"], name="customer_by_source"),
            models.Index(fields=["currency"], name="customer_by_currency"),
            # rules of audiences: texts whatever their case, and the API by e-mail
            models.Index(OpClass(Upper("city"), "text_pattern_ops"), name="customer_by_city"),
            models.Index(OpClass(Upper("company"), "text_pattern_ops"), name="customer_by_company"),
            models.Index(fields=["email"], name="customer_by_email"),
            # whose address or number this is: incoming mail, duplicates
            models.Index(OpClass(Upper("email"), "text_pattern_ops"), name="customer_by_any_email"),
            models.Index(PHONE_TAIL, name="customer_by_phone", condition=~Q(phone="")),
            # how spending is spread: read from the index alone
            models.Index(
                fields=["currency", "spent_total"],
                name="customer_by_spending",
                condition=Q(order_count__gt=0),
            ),
            # customers who came in a period
            models.Index(fields=["first_order_at"], name="customer_by_first_order"),
            models.Index(fields=["average_order_value"], name="customer_by_order_value"),
            # Rules combine these at will, and no index can foresee in which order: a narrow
            # copy of them is read in place of the wide rows.
            models.Index(
                fields=["order_count", "id"],
                include=[
                    *("return_count", "spent_total", "average_order_value"),
                    *("first_order_at", "last_order_at", "created_at", "currency"),
                    *("segment", "suggested_segment", "sentiment_score"),
                    *("country", "language", "source"),
                ],
                name="customer_measures",
            ),
        ]

    def clean(self) -> None:
        """Refuse to make somebody anew who was erased."""
        super().clean()
        if self._state.adding and self._was_erased():
            raise ValidationError(str(ErasedPerson.TOLD), code="erased")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's. Raises ErasedPerson for somebody new who was erased."""
        if self._state.adding and self._was_erased():
            raise ErasedPerson
        super().save(*args, **kwargs)

    def _was_erased(self) -> bool:
        from customers.privacy.tombstones import is_erased  # it reads customers itself

        keys = [(self.source, self.external_id)]
        return is_erased(keys, email=self.email, phone=self.phone)

    def __str__(self) -> str:
        return self.name or self.email or self.external_id or f"#{self.pk}"

    @property
    def is_read(self) -> bool:
        """Not when they object to profiling."""
        return not self.objects_to_profiling

    @property
    def effective_segment_id(self) -> str | None:
        """The segment that counts: the person's decision, else the model's opinion."""
        return self.segment_id or self.suggested_segment_id

    def set_segment(self, segment: Segment | None, *, by: User) -> None:
        """Record what staff decided; the model's opinion stays beside it."""
        self.segment, self.segment_set_by, self.segment_set_at = segment, by, timezone.now()
        self.segment_set_automatically = False
        names = ("segment", "segment_set_by", "segment_set_at", "segment_set_automatically")
        label = segment.pk if segment else ""
        with transaction.atomic():
            self.save(update_fields=[*names, "updated_at"])
            self.automatic_labels.settle("segment", label, by=by)
            Correction.objects.record("segment", self, label, by=by)

    def bought_something(self) -> None:
        """As `CustomerQuerySet.bought_something`, for this one."""
        customers: Any = type(self).objects.filter(pk=self.pk)
        customers.bought_something()
