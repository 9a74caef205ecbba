"""The statements that count the weeks of a run anew.

Each replaces the rows between %(first)s and %(last)s (days, both included) by what the
records say now; %(start)s and %(end)s are the moments that bound them, %(zone)s the time
zone of the days. A row that is right already is not written again: the present week is
counted every minute, and most of it stays.
"""

from __future__ import annotations

FRESH_SQL = """
WITH fresh AS ({rows}),
gone AS (
    DELETE FROM {table} AS kept
    WHERE {day} BETWEEN %(first)s AND %(last)s {only} AND NOT EXISTS (
        SELECT FROM fresh WHERE ({fresh_key}) = ({kept_key})
    )
)
INSERT INTO {table} AS kept ({columns}) SELECT {columns} FROM fresh
ON CONFLICT ({key}) DO UPDATE SET ({values}) = ROW ({new_values})
WHERE ({kept_values}) IS DISTINCT FROM ({new_values})
"""


def replacing(
    table: str, key: tuple[str, ...], values: tuple[str, ...], rows: str, *, day: str, only: str
) -> str:
    """The statement that replaces the rows of a table by those of a SELECT. `only` narrows
    what is replaced beyond the days.
    """

    def listed(names: tuple[str, ...], prefix: str = "") -> str:
        return ", ".join(f"{prefix}{name}" for name in names)

    return FRESH_SQL.format(
        rows=rows,
        table=table,
        day=day,
        only=f"AND {only}" if only else "",
        fresh_key=listed(key, "fresh."),
        kept_key=listed(key, "kept."),
        columns=listed(key + values),
        key=listed(key),
        values=listed(values),
        new_values=listed(values, "excluded."),
        kept_values=listed(values, "kept."),
    )


# Units are summed apart: joining the lines to the orders would count each order many times.
SALES_SQL = replacing(
    "customers_dailysales",
    ("day_on", "source", "currency", "country"),
    (
        *("orders", "returns", "new_customers", "guest_orders", "units", "revenue"),
        *("new_revenue", "returned", "squares", "largest_return"),
    ),
    """
    WITH counted AS MATERIALIZED (
        SELECT o.id, (o.placed_at AT TIME ZONE %(zone)s)::date AS day_on, o.source, o.currency,
            o.country, o.customer_id, o.total, o.kind = 'sale' AS sold,
            o.kind = 'sale' AND coalesce(o.placed_at = c.first_order_at, false) AS is_first
        FROM customers_order o LEFT JOIN customers_customer c ON c.id = o.customer_id
        WHERE o.placed_at >= %(start)s AND o.placed_at < %(end)s AND o.status <> 'cancelled'
    ),
    sold AS (
        SELECT o.day_on, o.source, o.currency, o.country, sum(l.quantity) AS units
        FROM counted o JOIN customers_orderline l ON l.order_id = o.id
        WHERE o.sold AND l.kind = 'product'
        GROUP BY o.day_on, o.source, o.currency, o.country
    ),
    summed AS (
        SELECT day_on, source, currency, country,
            count(*) FILTER (WHERE sold) AS orders,
            count(*) FILTER (WHERE NOT sold) AS returns,
            count(DISTINCT customer_id) FILTER (WHERE is_first) AS new_customers,
            count(*) FILTER (WHERE sold AND customer_id IS NULL) AS guest_orders,
            coalesce(sum(total) FILTER (WHERE sold), 0) AS revenue,
            coalesce(sum(total) FILTER (WHERE is_first), 0) AS new_revenue,
            coalesce(-sum(total) FILTER (WHERE NOT sold), 0) AS returned,
            coalesce(sum(total::float8 ^ 2) FILTER (WHERE sold), 0) AS squares,
            greatest(-min(total) FILTER (WHERE NOT sold), 0) AS largest_return
        FROM counted GROUP BY day_on, source, currency, country
    )
    SELECT summed.*, coalesce(sold.units, 0) AS units
    FROM summed LEFT JOIN sold USING (day_on, source, currency, country)
    """,
    day="day_on",
    only="",
)

PRODUCTS_SQL = replacing(
    "customers_productsales",
    ("weeks", "week_on", "source", "currency", "product_id"),
    ("orders", "units", "revenue", "returned"),
    """
    SELECT 1 AS weeks, date_trunc('week', o.placed_at AT TIME ZONE %(zone)s)::date AS week_on,
        o.source, o.currency, l.product_id,
        count(DISTINCT o.id) FILTER (WHERE o.kind = 'sale') AS orders,
        coalesce(sum(l.quantity) FILTER (WHERE o.kind = 'sale'), 0) AS units,
        coalesce(sum(l.amount) FILTER (WHERE o.kind = 'sale'), 0) AS revenue,
        coalesce(-sum(l.amount) FILTER (WHERE o.kind = 'return'), 0) AS returned
    FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
    WHERE o.placed_at >= %(start)s AND o.placed_at < %(end)s AND o.status <> 'cancelled'
      AND l.kind = 'product'
    GROUP BY 2, o.source, o.currency, l.product_id
    """,
    day="week_on",
    only="weeks = 1",
)

# %(first)s and %(last)s here bound whole blocks.
BLOCKS_SQL = replacing(
    "customers_productsales",
    ("weeks", "week_on", "source", "currency", "product_id"),
    ("orders", "units", "revenue", "returned"),
    """
    SELECT %(block_weeks)s AS weeks,
        week_on - mod(week_on - %(first_block)s, 7 * %(block_weeks)s) AS week_on,
        source, currency, product_id, sum(orders) AS orders, sum(units) AS units,
        sum(revenue) AS revenue, sum(returned) AS returned
    FROM customers_productsales WHERE weeks = 1 AND week_on BETWEEN %(first)s AND %(last)s
    GROUP BY 2, source, currency, product_id
    """,
    day="week_on",
    only="weeks > 1",
)

SCORES = """
    count(*) AS texts, count(*) FILTER (WHERE score <= -0.25) AS negative,
    coalesce(sum(score), 0) AS score_total, coalesce(sum(score ^ 2), 0) AS squares
"""

VOICE_ROWS = {
    "messages": """
        SELECT m.sent_at AS at, '' AS topic, m.effective_score AS score
        FROM customers_message m
        WHERE m.author_kind = 'customer' AND m.effective_score IS NOT NULL
          AND m.sent_at >= %(start)s AND m.sent_at < %(end)s
    """,
    "reviews": """
        SELECT written_at AS at, '' AS topic, effective_score AS score FROM customers_review
        WHERE effective_score IS NOT NULL AND written_at >= %(start)s AND written_at < %(end)s
    """,
    "tickets": """
        SELECT opened_at AS at, coalesce(intent_id, suggested_intent_id, '') AS topic,
            NULL::float8 AS score
        FROM customers_ticket WHERE opened_at >= %(start)s AND opened_at < %(end)s
    """,
    "review_aspects": """
        SELECT r.written_at AS at, a.aspect_id AS topic, a.score
        FROM customers_review r JOIN customers_aspectmention a ON a.review_id = r.id
        WHERE r.written_at >= %(start)s AND r.written_at < %(end)s
    """,
    "message_aspects": """
        SELECT m.sent_at AS at, a.aspect_id AS topic, a.score
        FROM customers_message m JOIN customers_aspectmention a ON a.message_id = m.id
        WHERE m.author_kind = 'customer' AND m.sent_at >= %(start)s AND m.sent_at < %(end)s
    """,
}


def _voice(kind: str, rows: str) -> str:
    return replacing(
        "customers_dailyvoice",
        ("kind", "day_on", "topic"),
        ("texts", "negative", "score_total", "squares"),
        f"""
        SELECT '{kind}' AS kind, (at AT TIME ZONE %(zone)s)::date AS day_on, topic, {SCORES}
        FROM ({rows}) AS said GROUP BY 2, 3
        """,  # noqa: S608  # nothing of it comes from outside
        day="day_on",
        only=f"kind = '{kind}'",
    )


VOICE_SQL = tuple(_voice(kind, rows) for kind, rows in VOICE_ROWS.items())
