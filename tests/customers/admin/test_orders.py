"""Orders in the admin: the lines decide totals and the customer's sums."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Order, OrderLine, Product
from tests.customers.admin.rows import address, posted
from tests.factories import CustomerFactory, OrderFactory, ProductFactory


@pytest.fixture
def order(db):
    """One unit at 12.50."""
    return OrderFactory()


def sums(customer):
    customer = Customer.objects.get(pk=customer.pk)
    return customer.order_count, customer.spent_total


def new_line(**columns):
    names = {f"lines-2-0-{name}": value for name, value in columns.items()}
    return {"lines-2-TOTAL_FORMS": 1, **names}


def test_a_corrected_quantity_changes_the_totals_and_the_customers_sums(admin, order):
    sent = posted(admin, order, **{"lines-0-quantity": 3})
    assert admin.post(address(order), sent).status_code == 302
    order.refresh_from_db()
    assert (order.goods_total, order.total) == (Decimal("37.5"), Decimal("37.5"))
    assert sums(order.customer) == (1, Decimal("37.5"))


def test_a_new_line_stands_after_the_others(admin, order):
    product = ProductFactory(price="2.00")
    line = new_line(kind="product", product=product.pk, quantity=2, unit_price="2.00")
    assert admin.post(address(order), posted(admin, order, **line)).status_code == 302
    order.refresh_from_db()
    assert list(order.lines.values_list("position", "product")) == [
        (1, Product.objects.exclude(pk=product.pk).get().pk),
        (2, product.pk),
    ]
    assert order.total == Decimal("16.5")


def test_a_deleted_line_no_longer_counts(admin, order):
    sent = posted(admin, order, **{"lines-0-DELETE": "on"})
    admin.post(address(order), sent)
    order.refresh_from_db()
    assert (order.lines.count(), order.total) == (0, 0)
    assert sums(order.customer) == (1, 0)


@pytest.mark.parametrize(("column", "value"), [("quantity", 0), ("unit_price", "-1")])
def test_what_the_database_refuses_is_a_mistake_in_the_form(admin, order, column, value):
    answer = admin.post(address(order), posted(admin, order, **{f"lines-0-{column}": value}))
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert OrderLine.objects.get().amount == Decimal("12.5")


def test_a_line_is_a_product_or_a_charge(admin, order):
    line = new_line(kind="product", product="", quantity=1, unit_price="2.00")
    answer = admin.post(address(order), posted(admin, order, **line))
    assert answer.status_code == 200
    assert OrderLine.objects.count() == 1


def test_totals_cannot_be_written(admin, order):
    admin.post(address(order), posted(admin, order, total="999", goods_total="999"))
    order.refresh_from_db()
    assert order.total == Decimal("12.5")


def test_another_customer_takes_the_sums_along(admin, order):
    former, other = order.customer, CustomerFactory()
    admin.post(address(order), posted(admin, order, customer=other.pk))
    assert sums(former) == (0, 0)
    assert sums(other) == (1, Decimal("12.5"))


def test_a_cancelled_order_no_longer_counts(admin, order):
    admin.post(address(order), posted(admin, order, status="cancelled"))
    assert sums(order.customer) == (0, 0)


def test_a_saved_form_without_a_change_asks_for_no_analysis(admin, order):
    Customer.objects.update(analysed_at="2026-03-02T12:00Z")
    admin.post(address(order), posted(admin, order))
    assert not Customer.objects.pending().exists()


def test_a_deleted_order_no_longer_counts(admin, order):
    admin.post(address(order, "delete"), {"post": "yes"})
    assert not Order.objects.exists()
    assert sums(order.customer) == (0, 0)


def test_orders_deleted_together_no_longer_count(admin, order):
    data = {"action": "delete_selected", "_selected_action": [order.pk], "post": "yes"}
    admin.post(address(order, "changelist"), data)
    assert not Order.objects.exists()
    assert sums(order.customer) == (0, 0)


def test_an_order_of_a_hundred_and_ten_lines_shows_a_hundred_and_can_be_saved(admin):
    order = OrderFactory(lines=110)
    sent = posted(admin, order, country="France")
    assert sent["lines-TOTAL_FORMS"] == "100"
    assert admin.post(address(order), sent).status_code == 302
    order.refresh_from_db()
    assert (order.country, order.lines.count(), order.total) == ("France", 110, Decimal(1375))


def test_the_lines_of_an_order_cost_no_queries_each(admin):
    def queries(order):
        with CaptureQueriesContext(connection) as captured:
            assert admin.get(address(order)).status_code == 200
        return len(captured)

    short, long = OrderFactory(lines=1), OrderFactory(lines=30)
    admin.get(address(short))
    assert queries(short) == queries(long)
