"""Every stored query by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customers.insight import rows
from customers.insight.desk import DESK
from customers.insight.queries import Parameters, Query, Wanted
from customers.insight.scope import Scope
from customers.insight.sums import product_parts
from customers.insight.units import Unit
from customers.models import DailyVoice

OF_SCOPE = "currency = %(currency)s AND (%(source)s::text IS NULL OR source = %(source)s)"
COUNTS_Z = "({now} - {before}) / nullif(sqrt(({now} + {before})::float8), 0)"

_SUMMED = """
    SELECT coalesce(sum(orders), 0) AS orders, coalesce(sum(returns), 0) AS returns,
        coalesce(sum(new_customers), 0) AS new_customers, coalesce(sum(revenue), 0) AS revenue,
        coalesce(sum(returned), 0) AS returned, coalesce(sum(squares), 0) AS squares,
        coalesce(sum(orders) + sum(returns), 0) AS placed
    FROM customers_dailysales
    WHERE day_on BETWEEN %({first})s AND %({last})s AND {of_scope} {more}
"""


def _now_and_before(more: str = "") -> str:
    now = _SUMMED.format(first="first", last="last", of_scope=OF_SCOPE, more=more)
    before = _SUMMED.format(first="before_first", last="before_last", of_scope=OF_SCOPE, more=more)
    return f"WITH now AS ({now}), before AS ({before})"


# z: how many standard errors lie between now and before. Numbers of orders vary like those of
# a Poisson process (variance = number), and their sum like a compound one (variance = sum of
# squares); means and shares by the usual two-sample formulas.
SALES_SQL = f"""
{_now_and_before()}, means AS (
    SELECT now.*, before.orders AS orders_before, before.revenue AS revenue_before,
        before.returned AS returned_before, before.new_customers AS new_customers_before,
        before.squares AS squares_before, before.placed AS placed_before,
        before.returns AS returns_before,
        now.revenue / nullif(now.orders, 0) AS order_value,
        before.revenue / nullif(before.orders, 0) AS order_value_before,
        now.returns::float8 / nullif(now.placed, 0) AS return_rate,
        before.returns::float8 / nullif(before.placed, 0) AS return_rate_before,
        (now.returns + before.returns)::float8
            / nullif(now.placed + before.placed, 0) AS pooled_rate
    FROM now, before
)
SELECT %(last)s::date - %(first)s::date + 1 AS days,
    orders::bigint, orders_before::bigint, returns::bigint, revenue, revenue_before, returned,
    new_customers::bigint, new_customers_before::bigint, order_value, order_value_before,
    return_rate, return_rate_before,
    new_customers::float8 / nullif(orders, 0) AS new_share,
    orders::float8 / nullif(orders_before, 0) - 1 AS orders_change,
    (revenue / nullif(revenue_before, 0))::float8 - 1 AS revenue_change,
    (order_value / nullif(order_value_before, 0))::float8 - 1 AS order_value_change,
    new_customers::float8 / nullif(new_customers_before, 0) - 1 AS new_customers_change,
    return_rate - return_rate_before AS return_rate_change,
    (revenue - revenue_before)::float8 / nullif(sqrt(squares + squares_before), 0) AS revenue_z,
    {COUNTS_Z.format(now="orders", before="orders_before")} AS orders_z,
    {COUNTS_Z.format(now="new_customers", before="new_customers_before")} AS new_customers_z,
    (order_value - order_value_before)::float8 / nullif(sqrt(greatest(0,
        (squares / nullif(orders, 0) - order_value::float8 ^ 2) / nullif(orders, 0)
        + (squares_before / nullif(orders_before, 0) - order_value_before::float8 ^ 2)
          / nullif(orders_before, 0)
    )), 0) AS order_value_z,
    (return_rate - return_rate_before) / nullif(sqrt(
        pooled_rate * (1 - pooled_rate)
        * (1.0 / nullif(placed, 0) + 1.0 / nullif(placed_before, 0))
    ), 0) AS return_rate_z
FROM means
"""  # noqa: S608  # made of the constants above

# One part of a period, such as its best month.
PART_SQL = f"""
SELECT %(first)s::date AS day, %(first)s::date AS month,
    coalesce(sum(revenue), 0) AS revenue, coalesce(sum(orders), 0)::bigint AS orders
FROM customers_dailysales WHERE day_on BETWEEN %(first)s AND %(last)s AND {OF_SCOPE}
"""  # noqa: S608

LARGEST_RETURN_SQL = f"""
SELECT %(first)s::date AS day, max(largest_return) AS amount,
    max(largest_return)::float8 / nullif((
        SELECT sum(returned) FROM customers_dailysales
        WHERE day_on BETWEEN %(of_first)s AND %(of_last)s AND {OF_SCOPE}
    ), 0)::float8 AS share
FROM customers_dailysales WHERE day_on BETWEEN %(first)s AND %(last)s AND {OF_SCOPE}
"""  # noqa: S608

COUNTRY_SQL = f"""
{_now_and_before("AND country = %(country)s")}
SELECT %(country)s::text AS name, now.revenue, before.revenue AS revenue_before,
    (now.revenue / nullif(before.revenue, 0))::float8 - 1 AS change,
    (now.revenue / nullif((
        SELECT sum(revenue) FROM customers_dailysales
        WHERE day_on BETWEEN %(first)s AND %(last)s AND {OF_SCOPE}
    ), 0))::float8 AS share,
    (now.revenue - before.revenue)::float8
        / nullif(sqrt(now.squares + before.squares), 0) AS z
FROM now, before
"""  # noqa: S608

PRODUCT_SQL = f"""
WITH sold AS ({{parts}}), summed AS (
    SELECT coalesce(sum(orders) FILTER (WHERE now), 0) AS orders,
        coalesce(sum(orders) FILTER (WHERE NOT now), 0) AS orders_before,
        coalesce(sum(revenue) FILTER (WHERE now), 0) AS revenue,
        coalesce(sum(revenue) FILTER (WHERE NOT now), 0) AS revenue_before
    FROM sold WHERE product_id = %(product)s
)
SELECT (SELECT name FROM customers_product WHERE id = %(product)s) AS name,
    revenue, revenue_before, orders::bigint, orders_before::bigint,
    (revenue / nullif(revenue_before, 0))::float8 - 1 AS change,
    {COUNTS_Z.format(now="orders", before="orders_before")} AS z
FROM summed
"""  # noqa: S608

# Of all time: which share of the customers spent at least so much in the currency, and which
# share of all spending that is. Summed by whole amounts first: sorting every customer takes
# several times as long.
RUNNING_SQL = """
WITH by_amount AS (
    SELECT floor(spent_total)::bigint AS least, count(*) AS n, sum(spent_total::float8) AS spent
    FROM customers_customer
    WHERE currency = %(currency)s AND spent_total > 0 AND order_count > 0 GROUP BY 1
), running AS (
    SELECT least, (sum(n) OVER best)::float8 / sum(n) OVER () AS customers,
        sum(spent) OVER best / sum(spent) OVER () AS spent
    FROM by_amount WINDOW best AS (ORDER BY least DESC)
)
"""
SPENDING_SQL = f"""
{RUNNING_SQL}
SELECT least, customers, spent FROM running WHERE customers >= 0.1 ORDER BY least DESC LIMIT 1
"""  # noqa: S608

CUSTOMER_SQL = """
SELECT coalesce(nullif(name, ''), nullif(email, ''), '#' || external_id) AS name,
    spent_total AS spent, order_count AS orders
FROM customers_customer WHERE id = %(customer)s
"""

# One customer as their columns and tickets tell; whatever the scope, all of their time.
PROFILE_SQL = """
SELECT c.order_count AS orders, c.spent_total AS spent, c.return_count AS returns,
    c.return_count::float8 / nullif(c.order_count, 0) AS return_rate,
    c.first_order_at::date AS first_order, c.last_order_at::date AS last_order,
    nullif(c.rfm_class, '') AS rfm, c.expected_value AS expected, c.sentiment_score AS score,
    (SELECT count(*) FROM customers_ticket t
     WHERE t.customer_id = c.id AND t.status IN ('open', 'pending')) AS open_tickets,
    (SELECT coalesce(nullif(o.name, ''), o.suggested_name)
     FROM customers_ticket t JOIN customers_topic o ON o.id = t.topic_id
     WHERE t.customer_id = c.id GROUP BY o.id HAVING count(*) > 1
     ORDER BY count(*) DESC, o.id LIMIT 1) AS topic
FROM customers_customer c WHERE c.id = %(customer)s
"""
TICKET_SQL = """
SELECT subject, opened_at::date AS day FROM customers_ticket WHERE id = %(ticket)s
"""

VOICE_SQL = f"""
WITH now AS (
    SELECT coalesce(sum(texts), 0) AS texts, coalesce(sum(negative), 0) AS negative,
        sum(score_total) AS total, sum(squares) AS squares
    FROM customers_dailyvoice WHERE kind = %(kind)s AND day_on BETWEEN %(first)s AND %(last)s
      AND (%(topic)s::text IS NULL OR topic = %(topic)s)
), before AS (
    SELECT coalesce(sum(texts), 0) AS texts, sum(score_total) AS total, sum(squares) AS squares
    FROM customers_dailyvoice
    WHERE kind = %(kind)s AND day_on BETWEEN %(before_first)s AND %(before_last)s
      AND (%(topic)s::text IS NULL OR topic = %(topic)s)
), means AS (
    SELECT now.texts, before.texts AS texts_before, now.negative,
        now.total / nullif(now.texts, 0) AS score,
        before.total / nullif(before.texts, 0) AS score_before,
        now.squares / nullif(now.texts, 0) AS square,
        before.squares / nullif(before.texts, 0) AS square_before
    FROM now, before
)
SELECT %(topic)s::text AS topic, %(last)s::date - %(first)s::date + 1 AS days,
    texts::bigint, texts_before::bigint, score, score_before,
    negative::float8 / nullif(texts, 0) AS negative,
    texts::float8 / nullif(texts_before, 0) - 1 AS change,
    {COUNTS_Z.format(now="texts", before="texts_before")} AS z,
    (score - score_before) / nullif(sqrt(greatest(0,
        (square - score ^ 2) / nullif(texts, 0)
        + (square_before - score_before ^ 2) / nullif(texts_before, 0)
    )), 0) AS score_z
FROM means
"""  # noqa: S608


def _of_sales(wanted: Wanted) -> str:
    if wanted.column.startswith(("return_", "returned", "returns")):
        return rows.returns(wanted.scope)
    if wanted.column.startswith("new_"):
        return rows.new_customers(wanted.scope)
    return rows.sales(wanted.scope)


def _of_country(wanted: Wanted) -> str:
    return rows.sales(wanted.scope, country=wanted.parameters["country"])


def _of_product(wanted: Wanted) -> str:
    if wanted.column == "name":
        return rows.record("product", wanted.parameters["product"])
    return rows.sales(wanted.scope, product=wanted.parameters["product"])


def _of_spending(wanted: Wanted) -> str:
    return rows.address("customers", currency=wanted.scope.currency, sort="-spent")


def _of_voice(wanted: Wanted) -> str:
    period, topic, kind = wanted.scope.period, wanted.parameters["topic"], wanted.parameters["kind"]
    if kind == DailyVoice.Kind.TICKETS:
        return rows.tickets(period, intent=topic)
    listed = rows.messages if kind.startswith("message") else rows.reviews
    return listed(period, aspect=topic)


def _product(scope: Scope, parameters: Parameters) -> tuple[dict[str, Any], dict[str, str]]:
    parts, more = product_parts(scope, product=parameters["product"])
    return more, {"parts": parts}


_SUMS = {
    **dict.fromkeys(
        ("days", "orders", "orders_before", "returns", "new_customers", "new_customers_before"),
        Unit.COUNT,
    ),
    **dict.fromkeys(
        ("revenue", "revenue_before", "returned", "order_value", "order_value_before"), Unit.MONEY
    ),
    **dict.fromkeys(("return_rate", "return_rate_before", "new_share"), Unit.SHARE),
    **dict.fromkeys(
        ("orders_change", "revenue_change", "order_value_change", "new_customers_change"),
        Unit.CHANGE,
    ),
}
_COMPARED = {
    "revenue": Unit.MONEY,
    "revenue_before": Unit.MONEY,
    "change": Unit.CHANGE,
    "share": Unit.SHARE,
    "orders": Unit.COUNT,
    "orders_before": Unit.COUNT,
}


def _of_profile(wanted: Wanted) -> str:
    pk = wanted.parameters["customer"]
    if wanted.column in ("returns", "return_rate"):
        return rows.address("orders", customer=pk, kind="return")
    if wanted.column in ("orders", "spent", "first_order", "last_order"):
        return rows.address("orders", customer=pk)
    return rows.record("customer", pk)


QUERIES: Mapping[str, Query] = {
    "desk": DESK,
    "sales": Query(SALES_SQL, _SUMS, _of_sales),
    "part": Query(
        PART_SQL,
        {"day": Unit.DAY, "month": Unit.MONTH, "revenue": Unit.MONEY, "orders": Unit.COUNT},
        lambda wanted: rows.sales(wanted.scope),
    ),
    "largest_return": Query(
        LARGEST_RETURN_SQL,
        {"day": Unit.DAY, "amount": Unit.MONEY, "share": Unit.SHARE},
        lambda wanted: rows.returns(wanted.scope),
    ),
    "country": Query(COUNTRY_SQL, {"name": Unit.NAME, **_COMPARED}, _of_country),
    "product": Query(PRODUCT_SQL, {"name": Unit.NAME, **_COMPARED}, _of_product, _product),
    "spending": Query(
        SPENDING_SQL,
        {"least": Unit.MONEY, "customers": Unit.SHARE, "spent": Unit.SHARE},
        _of_spending,
    ),
    "customer": Query(
        CUSTOMER_SQL,
        {"name": Unit.NAME, "spent": Unit.MONEY, "orders": Unit.COUNT},
        lambda wanted: rows.record("customer", wanted.parameters["customer"]),
    ),
    "profile": Query(
        PROFILE_SQL,
        {
            "orders": Unit.COUNT,
            "spent": Unit.MONEY,
            "returns": Unit.COUNT,
            "return_rate": Unit.SHARE,
            "first_order": Unit.DAY,
            "last_order": Unit.DAY,
            "rfm": Unit.RFM,
            "expected": Unit.MONEY,
            "score": Unit.SCORE,
            "open_tickets": Unit.COUNT,
            "topic": Unit.NAME,
        },
        _of_profile,
    ),
    "ticket": Query(
        TICKET_SQL,
        {"subject": Unit.NAME, "day": Unit.DAY},
        lambda wanted: rows.record("ticket", wanted.parameters["ticket"]),
    ),
    "voice": Query(
        VOICE_SQL,
        {
            "topic": Unit.TOPIC,
            "days": Unit.COUNT,
            "texts": Unit.COUNT,
            "texts_before": Unit.COUNT,
            "score": Unit.SCORE,
            "score_before": Unit.SCORE,
            "negative": Unit.SHARE,
            "change": Unit.CHANGE,
        },
        _of_voice,
    ),
}
