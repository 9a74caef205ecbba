"""The rules as a whole: silence in a quiet shop, and one alarm for each change in it."""

from datetime import timedelta

import pytest
from django.db.models import Max

from customers import models
from customers.alarms.run import raise_alarms
from customers.alarms.wording import explanation, title
from customers.models import Alarm, Customer, Order, Review, Ticket
from tests.customers.alarms.shop import NOW, QuietShop
from tests.factories import OrderFactory, ProductFactory, ReviewFactory, TicketFactory

pytestmark = pytest.mark.django_db


def raised():
    return [(alarm.kind, alarm.subject_name) for alarm in Alarm.objects.order_by("pk")]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_quiet_shop_raises_nothing_in_thirty_days(seed):
    QuietShop(seed)
    for day in range(30):
        assert raise_alarms(NOW + timedelta(days=day)) == 0
    assert raised() == []


@pytest.fixture
def shop(db):
    return QuietShop(7)


def days_ago(number):
    return NOW - timedelta(days=number)


def bad_reviews(shop):
    product = shop.products[0]
    said = [
        models.Review(
            product=product, body="Bad.", written_at=days_ago(2 + 4 * n),
            sentiment="very_negative", sentiment_score=-0.9,
        )
        for n in range(12)
    ]  # fmt: skip
    Review.objects.bulk_create(said)
    return str(product)


def bad_aspect(shop):
    product = shop.products[1]
    said = [
        models.Review(
            product=product, body="Poor quality.", written_at=days_ago(2 + 4 * n),
            sentiment="neutral", sentiment_score=0.4,
        )
        for n in range(14)
    ]  # fmt: skip
    Review.objects.bulk_create(said)
    models.AspectMention.objects.bulk_create([shop.mention(review, True) for review in said])
    return str(product)


def many_returns(shop):
    product = shop.products[2]
    lines, orders = [], []
    for n in range(9):
        at = days_ago(3 + 5 * n)
        orders.append(shop._order("return", shop.buyers[n], at, product, -1, lines))
    Order.objects.bulk_create(orders)
    models.OrderLine.objects.bulk_create(lines)
    return str(product)


def angry_customer(shop):
    best = Customer.objects.order_by("-spent_total").first()
    Customer.objects.filter(pk=best.pk).update(spent_total=99_999)
    ticket = TicketFactory(customer=best, subject="Enough!", last_message_at=days_ago(1))
    Ticket.objects.filter(pk=ticket.pk).update(sentiment="very_negative", sentiment_score=-0.95)
    return str(best)


def silent_kind(shop):
    gone = shop.buyers[::4]  # they buy what is for the garden
    Order.objects.filter(customer__in=gone, placed_at__gt=days_ago(130)).delete()
    return "Garden"


def new_topic(shop):
    topic = models.Topic.objects.create(
        kind="ticket", suggested_name="Lid hinge", words=[["lid", 1]]
    )
    for n in range(1, 9):
        at = days_ago(n)
        Ticket.objects.create(subject="Lid", opened_at=at, last_message_at=at, topic=topic)
    return "Lid hinge"


CHANGES = {
    "product_sentiment": bad_reviews,
    "aspect": bad_aspect,
    "returns": many_returns,
    "angry_customer": angry_customer,
    "churn": silent_kind,
    "new_topic": new_topic,
}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_change_raises_one_alarm_and_that_one_alone(shop, kind):
    name = CHANGES[kind](shop)
    assert raise_alarms(NOW) == 1
    assert raised() == [(kind, name)]
    assert raise_alarms(NOW + timedelta(hours=1)) == 0
    (alarm,) = Alarm.objects.all()
    assert name in title(alarm)
    assert "–" not in explanation(alarm)
    assert "%" not in title(alarm)
    assert alarm.row_pks
    assert alarm.last_seen_at == NOW + timedelta(hours=1)
    assert alarm.raised_at == NOW


def test_the_rows_behind_an_alarm_are_those_that_it_counts(shop, client, django_user_model):
    bad_reviews(shop)
    raise_alarms(NOW)
    (alarm,) = Alarm.objects.all()
    rows = Review.objects.filter(pk__in=alarm.row_pks)
    assert {row.product_id for row in rows} == {alarm.product_id}
    assert all(row.effective_score < 0 for row in rows)
    assert len(rows) == alarm.evidence["negative"]
    assert rows.aggregate(last=Max("written_at"))["last"] <= NOW


@pytest.mark.parametrize("make", [lambda: None, OrderFactory, ReviewFactory, TicketFactory])
def test_an_empty_shop_and_one_row_raise_nothing(make):
    make()
    assert raise_alarms() == 0


def test_reviews_without_a_reading_raise_nothing():
    product = ProductFactory()
    for n in range(20):
        ReviewFactory(product=product, title="", body="", written_at=days_ago(n))
    assert raise_alarms(NOW) == 0


def test_what_is_dated_ahead_counts_for_nothing(shop):
    product = shop.products[0]
    Review.objects.bulk_create(
        [
            models.Review(
                product=product, body="Bad.", written_at=NOW + timedelta(days=40 + n),
                sentiment="very_negative", sentiment_score=-0.9,
            )
            for n in range(12)
        ]
    )  # fmt: skip
    assert raise_alarms(NOW) == 0


def test_a_solved_ticket_of_an_angry_customer_raises_nothing(shop):
    angry_customer(shop)
    Ticket.objects.filter(subject="Enough!").update(status="solved")
    assert raise_alarms(NOW) == 0


def test_customers_of_two_currencies_are_not_compared(shop):
    """The richest of those who pay in yen is among the top of them alone."""
    angry_customer(shop)
    for _ in range(40):
        OrderFactory(currency="JPY")
    Customer.objects.filter(currency="JPY").update(spent_total=10**7, order_count=9)
    assert raise_alarms(NOW) == 1
