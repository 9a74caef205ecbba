"""Products that are bought in the same orders, with how much more often than by chance."""

from __future__ import annotations

from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet
from customers.models.product import Product

SHOWN = 8
# Pairs that stand together in fewer orders say nothing.
FEWEST_ORDERS = 2
# An order of so many products is a restocking: it would make thousands of pairs, and none
# of them a hint. Bounds the work to 50 * 49 / 2 pairs an order.
MOST_PRODUCTS = 50
# Weight of "as by chance" in orders; see `BoughtTogether`.
PRIOR_ORDERS = 2.0
Z_95 = 1.6449  # one-sided

RECOUNT_SQL = """
WITH basket AS (
    SELECT l.order_id, l.product_id
    FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
    WHERE o.kind = 'sale' AND o.status <> 'cancelled' AND o.placed_at <= now()
      AND l.product_id IS NOT NULL
    GROUP BY 1, 2
),
size AS (SELECT order_id, count(*) AS products FROM basket GROUP BY 1),
shop AS (SELECT count(*)::float AS orders FROM size),
sold AS (SELECT product_id, count(*)::float AS orders FROM basket GROUP BY 1),
small AS (
    SELECT b.* FROM basket b JOIN size s USING (order_id)
    WHERE s.products BETWEEN 2 AND %(most)s
),
pair AS (
    SELECT a.product_id AS one, b.product_id AS other, count(*)::float AS orders
    FROM small a JOIN small b ON a.order_id = b.order_id AND a.product_id < b.product_id
    GROUP BY 1, 2 HAVING count(*) >= %(fewest)s
),
measured AS (
    SELECT p.one, p.other, p.orders, s1.orders AS one_orders, s2.orders AS other_orders,
        shop.orders AS all_orders, s1.orders * s2.orders / shop.orders AS expected,
        p.orders + %(prior)s AS shape
    FROM pair p JOIN sold s1 ON s1.product_id = p.one JOIN sold s2 ON s2.product_id = p.other
    CROSS JOIN shop
),
judged AS (
    SELECT one, other, orders, one_orders, other_orders, all_orders, orders / expected AS lift,
        shape * power(1 - 1 / (9 * shape) - %(z)s / (3 * sqrt(shape)), 3)
            / (expected + %(prior)s) AS lift_low
    FROM measured
),
both_ways AS (
    SELECT one, other, orders, orders / one_orders AS confidence, lift, lift_low, all_orders
    FROM judged WHERE lift_low > 1
    UNION ALL
    SELECT other, one, orders, orders / other_orders, lift, lift_low, all_orders
    FROM judged WHERE lift_low > 1
),
ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY one ORDER BY lift_low DESC, orders DESC, other
    ) AS rank FROM both_ways
)
INSERT INTO customers_boughttogether
    (product_id, other_id, rank, orders, support, confidence, lift, lift_low)
SELECT one, other, rank, orders, orders / all_orders, confidence, lift, lift_low
FROM ranked WHERE rank <= %(shown)s
"""


class BoughtTogetherQuerySet(RecordQuerySet):
    """Many pairs at once."""

    def recount(self) -> int:
        """Count all pairs of all sales anew, by one statement; returns how many are kept."""
        parameters: dict[str, Any] = {
            "most": MOST_PRODUCTS,
            "fewest": FEWEST_ORDERS,
            "prior": PRIOR_ORDERS,
            "z": Z_95,
            "shown": SHOWN,
        }
        with transaction.atomic(), connection.cursor() as cursor:
            # rows of one count never stand beside those of another, nor are they missing
            cursor.execute("LOCK TABLE customers_boughttogether IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute("DELETE FROM customers_boughttogether")
            cursor.execute(RECOUNT_SQL, parameters)
            return cursor.rowcount


class BoughtTogether(models.Model):
    """`other` is bought in the same orders as `product`, more often than by chance; rank 1
    is the surest.

    `orders` is in how many orders both stand, `support` their share of all orders,
    `confidence` their share of the orders with `product`. `lift` is how many times more
    often that is than by chance: orders / (orders with one * orders with the other / all).

    Pairs are ranked by `lift_low`, under which the true lift lies with a probability of 5 %:
    the quantile of a Gamma(orders + 2, expected + 2) posterior, whose prior says "as by
    chance" with the weight of two orders (the EB05 of DuMouchel 1999, "Bayesian data mining
    in large frequency tables", https://doi.org/10.1080/00031305.1999.10474456, with a fixed
    prior; the quantile by Wilson and Hilferty's cube root). Two coincidences of rare products
    have a lift in the hundreds and a `lift_low` under 1: such pairs are not kept.
    """

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="bought_together", verbose_name=_("product")
    )
    other = models.ForeignKey(
        Product, models.CASCADE, related_name="+", verbose_name=_("bought with it")
    )
    rank = models.PositiveSmallIntegerField(_("rank"))
    orders = models.PositiveIntegerField(_("orders with both"))
    support = models.FloatField(_("support"))
    confidence = models.FloatField(_("confidence"))
    lift = models.FloatField(_("lift"))
    lift_low = models.FloatField(_("lift, at least"))

    objects = BoughtTogetherQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair bought together")
        verbose_name_plural = _("pairs bought together")
        ordering = ["product", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["product", "rank"], name="boughttogether_rank")
        ]

    def __str__(self) -> str:
        return f"{self.product} + {self.other}"
