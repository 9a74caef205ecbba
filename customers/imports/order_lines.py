"""Files with a row for each order line: how they become orders, customers and products."""

from __future__ import annotations

from typing import ClassVar

from django.db.backends.utils import CursorWrapper

from customers.imports.customer_codes import KNOWN_CUSTOMERS, resolve_customers
from customers.imports.format import STAGE, Format, mark_states
from customers.imports.journal import journal_edited, journal_made
from customers.imports.merge import Merging, drop
from customers.models import Customer, Order, OrderLine, Product

PRODUCTS = f"""
    SELECT stock_code AS external_id,
        coalesce(
            mode() WITHIN GROUP (ORDER BY description) FILTER (
                WHERE unit_price > 0 AND description <> ''
            ),
            mode() WITHIN GROUP (ORDER BY description) FILTER (WHERE description <> ''),
            stock_code
        ) AS name,
        (array_agg(unit_price ORDER BY placed_at DESC, row_number DESC)
            FILTER (WHERE quantity > 0 AND unit_price > 0))[1] AS price,
        min(currency) AS currency
    FROM {STAGE} WHERE NOT is_charge GROUP BY stock_code
"""  # noqa: S608
CUSTOMERS = f"""
    SELECT customer_code AS external_id, mode() WITHIN GROUP (ORDER BY country) AS country,
        max(customer_name) AS name, max(customer_email) AS email
    FROM {STAGE} WHERE customer_code <> '' GROUP BY customer_code
"""  # noqa: S608
ORDERS = f"""
    SELECT i.invoice_no AS external_id, c.id AS customer_id, i.placed_at, i.country,
        i.is_return, i.currency, i.status, i.payment, i.fulfilment
    FROM (
        SELECT invoice_no, max(customer_code) AS customer_code, min(placed_at) AS placed_at,
            min(country) AS country, bool_or(is_return) AS is_return, min(currency) AS currency,
            max(status) AS status, max(payment) AS payment, max(fulfilment) AS fulfilment
        FROM {STAGE} GROUP BY invoice_no
    ) i LEFT JOIN {KNOWN_CUSTOMERS} c
        ON c.source = %(source)s AND c.external_id = i.customer_code AND i.customer_code <> ''
"""  # noqa: S608
LINES = f"""
    CREATE TEMP TABLE staged_line ON COMMIT DROP AS
    SELECT s.row_number, o.id AS order_id, s.is_charge, p.id AS product_id,
        row_number() OVER (PARTITION BY o.id ORDER BY s.row_number) AS position,
        left(s.description, 300) AS description, s.quantity, s.unit_price
    FROM {STAGE} s
    JOIN customers_order o ON o.source = %(source)s AND o.external_id = s.invoice_no
    LEFT JOIN customers_product p
        ON p.source = %(source)s AND p.external_id = s.stock_code AND NOT s.is_charge
"""  # noqa: S608
MERGE_LINES = """
    CREATE TEMP TABLE merged_line ON COMMIT DROP AS
    WITH merged AS (
        INSERT INTO customers_orderline AS row
            (order_id, position, kind, product_id, description, quantity, unit_price)
        SELECT order_id, position, CASE WHEN is_charge THEN 'charge' ELSE 'product' END,
            product_id, description, quantity, unit_price
        FROM staged_line
        ON CONFLICT (order_id, position) DO UPDATE SET
            kind = EXCLUDED.kind, product_id = EXCLUDED.product_id,
            description = EXCLUDED.description, quantity = EXCLUDED.quantity,
            unit_price = EXCLUDED.unit_price
        WHERE ROW(row.kind, row.product_id, row.description, row.quantity, row.unit_price)
            IS DISTINCT FROM ROW(EXCLUDED.kind, EXCLUDED.product_id, EXCLUDED.description,
                                 EXCLUDED.quantity, EXCLUDED.unit_price)
        RETURNING id, order_id, position, (xmax = 0) AS is_new
    )
    SELECT m.*, s.row_number FROM merged m JOIN staged_line s USING (order_id, position)
"""
# Mended rows come without the lines that were taken before, so they go behind those. A
# line that is there already stays alone: the same mended file again changes nothing.
PLACE_BEHIND = """
    UPDATE staged_line s SET position = s.position + last.position FROM (
        SELECT order_id, max(position) AS position FROM customers_orderline
        WHERE order_id IN (SELECT order_id FROM staged_line) GROUP BY order_id
    ) last WHERE last.order_id = s.order_id
"""
LEAVE_OUT_KNOWN = """
    DELETE FROM staged_line s USING customers_orderline l
    WHERE l.order_id = s.order_id AND l.quantity = s.quantity AND l.unit_price = s.unit_price
        AND l.description = s.description AND l.product_id IS NOT DISTINCT FROM s.product_id
"""
SURPLUS_LINES = """
    CREATE TEMP TABLE surplus_line ON COMMIT DROP AS
    SELECT l.id, l.order_id FROM customers_orderline l JOIN (
        SELECT order_id, max(position) AS last FROM staged_line GROUP BY order_id
    ) s ON l.order_id = s.order_id AND l.position > s.last AND NOT %(mended)s
"""
FOUND_LINES = """
    CREATE TEMP TABLE found_line ON COMMIT DROP AS
    SELECT row.id, row.kind, row.product_id, row.description, row.quantity, row.unit_price
    FROM customers_orderline row JOIN staged_line s USING (order_id, position)
    ORDER BY row.id FOR NO KEY UPDATE OF row
"""
LINE_FIELDS = ("kind", "product", "description", "quantity", "unit_price")
TOUCHED_ORDERS = (
    "SELECT order_id FROM merged_line UNION SELECT id FROM merged_order "
    "UNION SELECT order_id FROM surplus_line"
)
TOUCHED_CUSTOMERS = f"""
    SELECT DISTINCT customer_id FROM customers_order
    WHERE customer_id IS NOT NULL AND id IN ({TOUCHED_ORDERS})
"""  # noqa: S608


class OrderLines(Format):
    """A format whose rows are order lines; subclasses say how a row is read.

    A product's name is its most frequent description (of those the first in the
    alphabet) and its price the latest one it was sold at, whatever the order of rows. An
    order's lines are those of the file; mended rows add to them instead.
    """

    staged: dict[str, str] = {
        "invoice_no": "text",
        "stock_code": "text",
        "description": "text",
        "quantity": "integer",
        "placed_at": "timestamptz",
        "unit_price": "numeric(14, 4)",
        "customer_code": "text",
        "country": "text",
        "currency": "text",
        "is_charge": "boolean",
        "is_return": "boolean",
        "customer_name": "text",
        "customer_email": "text",
        "status": "text",
        "payment": "text",
        "fulfilment": "text",
    }
    # what a row says when its file has none of the last five columns
    UNSAID: ClassVar[tuple[str, str, None, None, None]] = ("", "", None, None, None)

    is_whole = True
    # whether a product's name and price are those of its orders, for want of a file of products
    tells_products: ClassVar[bool] = False

    def merge(self, into: Merging) -> None:
        """Products and customers, then orders, then lines; then the sums over them."""
        new_too = not into.is_mended
        own_name = {"name": "name", "sku": "external_id", "price": "price", "currency": "currency"}
        into.merge(Product, PRODUCTS, own_name, update=new_too and self.tells_products)
        resolve_customers(into.cursor, into.source, "customer_email")
        columns = {"country": "country", "name": "name", "email": "email"}
        into.merge(Customer, CUSTOMERS, columns, update=new_too, keep=("name", "email"))
        orders = into.cursor.mogrify(ORDERS, {"source": into.source})
        into.merge(
            Order,
            orders,
            {
                "number": "external_id",
                "customer": "customer_id",
                "placed_at": "placed_at",
                "country": "country",
                "currency": "currency",
                "kind": "CASE WHEN is_return THEN 'return' ELSE 'sale' END",
                "status": "coalesce(status, 'completed')",
                "payment": "coalesce(payment, CASE WHEN is_return THEN 'refunded' ELSE 'paid' END)",
                "fulfilment": "coalesce(fulfilment, "
                "CASE WHEN is_return THEN 'returned' ELSE 'delivered' END)",
            },
            update=new_too,
        )
        self._merge_lines(into)

    def _merge_lines(self, into: Merging) -> None:
        cursor = into.cursor
        for table in ("staged_line", "merged_line", "found_line", "surplus_line"):
            drop(cursor, table)
        cursor.execute(LINES, {"source": into.source})
        if into.is_mended:
            cursor.execute(LEAVE_OUT_KNOWN)
            cursor.execute(PLACE_BEHIND)
        into.analyse("staged_line", is_temporary=True)
        cursor.execute(FOUND_LINES)
        cursor.execute(MERGE_LINES)
        into.analyse("merged_line", is_temporary=True)
        self._write_down(into)
        cursor.execute(SURPLUS_LINES, {"mended": into.is_mended})
        into.deleted(OrderLine, "SELECT id FROM surplus_line")
        cursor.execute("DELETE FROM customers_orderline WHERE id IN (SELECT id FROM surplus_line)")
        mark_states(cursor, "merged_line", "s.row_number = m.row_number")
        refresh_sums(cursor)

    def _write_down(self, into: Merging) -> None:
        if into.entry is None:
            return
        fields = [OrderLine._meta.get_field(name) for name in LINE_FIELDS]
        tables = ("merged_line", "found_line")
        into.entry.row_count += journal_made(
            into.cursor, into.entry, OrderLine, "merged_line", None
        )
        into.entry.row_count += journal_edited(into.cursor, into.entry, OrderLine, tables, fields)


def refresh_sums(cursor: CursorWrapper) -> None:
    """Totals of the touched orders, statistics of their customers, who become pending."""
    cursor.execute(TOUCHED_ORDERS)
    Order.objects.filter(pk__in=[pk for (pk,) in cursor.fetchall()]).refresh_totals()
    cursor.execute(TOUCHED_CUSTOMERS)
    customers = Customer.objects.filter(pk__in=[pk for (pk,) in cursor.fetchall()])
    customers.bought_something()
