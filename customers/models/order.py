"""Orders and their lines; returns are orders of their own kind with negative sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.models.base import ExternalRecord, Reached, RecordQuerySet, unique_in_source
from customers.models.custom_field import CustomValues
from customers.models.customer import Customer
from customers.models.hidden import HidesFields
from customers.models.product import Product
from customers.models.role_rule import HIDEABLE

TOTALS_SQL = """
UPDATE customers_order o SET
    goods_total = coalesce(s.goods, 0), charges_total = coalesce(s.charges, 0),
    total = coalesce(s.goods, 0) + coalesce(s.charges, 0)
FROM unnest(%(pks)s::bigint[]) AS chosen(id)
LEFT JOIN LATERAL (
    SELECT sum(amount) FILTER (WHERE kind = 'product') AS goods,
           sum(amount) FILTER (WHERE kind = 'charge') AS charges
    FROM customers_orderline WHERE order_id = chosen.id
) s ON true
WHERE o.id = chosen.id
"""


class OrderQuerySet(RecordQuerySet):
    """Many orders at once."""

    def refresh_totals(self) -> int:
        """Recompute the totals of these orders from their lines, in one statement."""
        pks = list(self.order_by().values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(TOTALS_SQL, {"pks": pks})
            return cursor.rowcount


class Order(HidesFields, CustomValues, ExternalRecord):
    """One purchase, or one return of earlier purchases (`kind` "return", totals < 0).

    Totals are in `currency` and equal the sums of the lines. `customer` is null for
    guests.
    """

    REACHED: ClassVar = Reached(customers=("customer",))
    HIDES: ClassVar = HIDEABLE["order"]

    class Kind(models.TextChoices):
        SALE = "sale", _("sale")
        RETURN = "return", _("return")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        COMPLETED = "completed", _("completed")
        CANCELLED = "cancelled", _("cancelled")

    class Payment(models.TextChoices):
        PENDING = "pending", pgettext_lazy("payment", "pending")
        PAID = "paid", _("paid")
        REFUNDED = "refunded", _("refunded")

    class Fulfilment(models.TextChoices):
        UNFULFILLED = "unfulfilled", _("unfulfilled")
        SHIPPED = "shipped", _("shipped")
        DELIVERED = "delivered", _("delivered")
        RETURNED = "returned", _("returned")

    number = models.CharField(_("number"), max_length=60, db_index=True)
    customer = models.ForeignKey(
        Customer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("customer"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.SALE)
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.OPEN
    )
    payment = models.CharField(
        _("payment"), max_length=12, choices=Payment.choices, default=Payment.PENDING
    )
    fulfilment = models.CharField(
        _("fulfilment"), max_length=12, choices=Fulfilment.choices, default=Fulfilment.UNFULFILLED
    )
    returned_order = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="returns",
        verbose_name=_("returned order"),
    )
    placed_at = models.DateTimeField(_("placed at"))
    country = models.CharField(_("country"), max_length=60, blank=True)
    shipping_address = models.TextField(_("shipping address"), max_length=1000, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    goods_total = models.DecimalField(_("goods"), max_digits=16, decimal_places=4, default=0)
    charges_total = models.DecimalField(_("charges"), max_digits=16, decimal_places=4, default=0)
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=4, default=0)
    refunded_total = models.DecimalField(
        _("paid back by staff"), max_digits=16, decimal_places=4, default=0, editable=False
    )

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            unique_in_source("order_unique_in_source"),
            models.CheckConstraint(
                condition=Q(total=F("goods_total") + F("charges_total")), name="order_total_is_sum"
            ),
        ]
        indexes = [
            GinIndex(fields=["custom"], name="order_custom", opclasses=["jsonb_path_ops"]),
            # the order list, a customer's orders, and the order list by status
            models.Index(fields=["-placed_at", "-id"], name="order_by_placed"),
            models.Index(fields=["customer", "-placed_at"], name="order_by_customer"),
            models.Index(fields=["status", "-placed_at"], name="order_by_status"),
            models.Index(fields=["payment", "-placed_at"], name="order_by_payment"),
            models.Index(fields=["fulfilment", "-placed_at"], name="order_by_fulfilment"),
            models.Index(fields=["-created_at", "-id"], name="order_by_created"),
            # the rows behind a plot: returns, or the orders of a currency or a country
            models.Index(fields=["kind", "-placed_at"], name="order_by_kind"),
            models.Index(fields=["currency", "-placed_at"], name="order_by_currency"),
            models.Index(fields=["country", "-placed_at"], name="order_by_country"),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    @contextmanager
    def undoing(cls, pks: Sequence[int]) -> Iterator[None]:
        """For a change of these orders: the sums of the customers that they were of, or will
        be, follow it.
        """
        with customers_followed(cls.objects.filter(pk__in=pks)):
            yield

    def replace_lines(self, lines: Iterable[OrderLine]) -> None:
        """Set the lines anew, numbered from 1, and with them totals and statistics."""
        self.lines.all().delete()
        for position, line in enumerate(lines, start=1):
            line.order, line.position = self, position
        OrderLine.objects.bulk_create(lines)
        Order.objects.filter(pk=self.pk).refresh_totals()
        self.refresh_from_db(fields=["goods_total", "charges_total", "total"])
        self.recount_customers()

    @classmethod
    def put_back(cls, pks: Iterable[int]) -> None:
        """The sums of customers follow orders that an undo put back."""
        concerned = cls.objects.filter(pk__in=list(pks)).exclude(customer=None)
        Customer.objects.filter(pk__in=concerned.values("customer")).bought_something()

    def recount_customers(self, former: Customer | None = None) -> None:
        """Bring the sums of the customer up to date, and of a `former` one if it changed."""
        for customer in {self.customer, former}:
            if customer is not None:
                customer.bought_something()


class OrderLine(models.Model):
    """One line of an order: a product, or a charge such as postage.

    `amount` is quantity times unit price, computed by the database. Returned units have
    a negative quantity.
    """

    class Kind(models.TextChoices):
        PRODUCT = "product", _("product")
        CHARGE = "charge", _("charge")

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.PRODUCT)
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="order_lines",
        verbose_name=_("product"),
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = models.IntegerField(_("quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    amount = models.GeneratedField(
        expression=F("quantity") * F("unit_price"),
        output_field=models.DecimalField(max_digits=20, decimal_places=4),
        db_persist=True,
        verbose_name=_("amount"),
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orderline_position"),
            models.CheckConstraint(condition=~Q(quantity=0), name="orderline_has_quantity"),
            models.CheckConstraint(
                condition=Q(kind="charge", product__isnull=True)
                | Q(kind="product", product__isnull=False),
                name="orderline_product_or_charge",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=Decimal(0)) | Q(kind="charge"),
                name="orderline_price_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.description or self.product}"

    @classmethod
    @contextmanager
    def undoing(cls, pks: Sequence[int]) -> Iterator[None]:
        """For a change of these lines: the sums of their orders and customers follow it."""
        lines = cls._default_manager.filter(pk__in=pks).order_by()
        before = set(lines.values_list("order_id", flat=True))
        yield
        concerned = before | set(lines.values_list("order_id", flat=True))
        orders: Any = Order.objects.filter(pk__in=concerned)
        with customers_followed(orders):
            orders.refresh_totals()


@contextmanager
def customers_followed(orders: models.QuerySet[Order]) -> Iterator[None]:
    """For a change of these orders: the sums of their customers before and after it."""
    owned = orders.order_by().filter(customer__isnull=False)
    before = set(owned.values_list("customer_id", flat=True))
    yield
    concerned = before | set(owned.values_list("customer_id", flat=True))
    Customer.objects.filter(pk__in=concerned).recounted()
