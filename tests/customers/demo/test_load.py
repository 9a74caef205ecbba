"""Loading writes the shop once, whole, and asks for its analysis."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import F, Sum

from customers.demo.loader import load_demo
from customers.models import Article, Customer, Message, Order, Product, Review, Ticket
from customers.signals import analysis_requested
from tests.customers.demo.conftest import ANCHOR

COUNTS = {
    "customers": 500,
    "products": 200,
    "reviews": 600,
    "tickets": 400,
    "articles": 45,
}


@pytest.fixture
def rung():
    """The models whose analysis was asked for."""
    heard = []

    def listen(sender, pks, **kwargs):
        heard.append(sender)

    analysis_requested.connect(listen)
    yield heard
    analysis_requested.disconnect(listen)


@pytest.mark.django_db
def test_a_load_writes_all_and_a_second_changes_nothing(
    shop, rung, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        loaded = load_demo(ANCHOR)

    assert loaded.created
    assert loaded.counts.items() >= COUNTS.items()
    assert loaded.counts["orders"] == len(shop.orders)
    assert loaded.counts["messages"] == sum(len(ticket.messages) for ticket in shop.tickets)
    assert {Product, Customer, Review, Message} <= set(rung)
    assert Review.objects.pending().count() == 600
    assert Message.objects.pending().count() == Message.objects.from_customers().count()
    _totals_are_sums()
    _statistics_count_orders(shop)
    _tickets_are_as_written(shop)
    _articles_are_shown_to_whom_they_are_for()

    before = _snapshot()
    rung.clear()
    with django_capture_on_commit_callbacks(execute=True):
        again = load_demo(ANCHOR)
    assert (again.created, again.counts) == (False, loaded.counts)
    assert rung == []
    assert _snapshot() == before


@pytest.mark.django_db
def test_the_command_leaves_a_loaded_shop_alone_and_says_so(capsys):
    Product.objects.create(source="demo", external_id="TEA-001", name="Kettle", sku="TEA-001")
    call_command("load_demo", json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["created"] is False
    assert said["counts"]["products"] == 1
    assert Customer.objects.count() == 0


def _articles_are_shown_to_whom_they_are_for():
    rows = {article.external_id: article for article in Article.objects.all()}
    assert rows["staff-goodwill"].visibility == "staff"
    assert rows["sharpening-service"].status == "draft"
    assert rows["summer-terracotta-offer"].expires_on == ANCHOR - timedelta(days=60)
    assert rows["christmas-posting-days"].updated_at.date() == ANCHOR - timedelta(days=640)
    assert rows["refunds"].visibility == "public"
    assert rows["refunds"].status == "published"
    assert rows["refunds"].expires_on is None


def _totals_are_sums():
    lines = Sum(F("lines__quantity") * F("lines__unit_price"))
    for order in Order.objects.annotate(sum_of_lines=lines):
        assert order.total == order.sum_of_lines
        assert order.total == order.goods_total + order.charges_total


def _statistics_count_orders(shop):
    customer = Customer.objects.get(external_id="C0002")
    own = [o for o in shop.orders if o.person.key == "C0002" and o.status != "cancelled"]
    assert customer.order_count == sum(order.kind == "sale" for order in own)
    assert customer.spent_total == sum((o.goods_total + o.charges_total for o in own), Decimal(0))
    assert customer.created_at == customer.first_order_at


def _tickets_are_as_written(shop):
    rows = Ticket.objects.select_related("customer", "order").in_bulk(field_name="pk").values()
    written = {ticket.key: ticket for ticket in shop.tickets}
    for row in rows:
        ticket = written[row.external_id]
        assert row.customer.external_id == ticket.person.key
        assert (row.order.number if row.order else None) == (ticket.order and ticket.order.number)
        assert row.opened_at == ticket.messages[0].sent_at
        assert row.last_message_at == ticket.messages[-1].sent_at
        assert (row.intent_id or "") == ticket.intent
    assert Ticket.objects.filter(intent__isnull=False, intent_set_at__isnull=True).count() == 0


def _snapshot():
    models = (Customer, Product, Order, Review, Ticket, Message, Article)
    return [list(model.objects.order_by("pk").values_list("pk", "updated_at")) for model in models]
