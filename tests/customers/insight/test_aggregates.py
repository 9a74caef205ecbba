"""The sums of days and weeks say what the orders and texts say, whatever changed them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F
from django.test import override_settings

from customers.insight.aggregates import rebuild, refresh, runs_of, weeks_of
from customers.models import (
    Customer,
    DailySales,
    DailyVoice,
    Message,
    Order,
    OrderLine,
    ProductSales,
    Review,
    Ticket,
    TouchedDay,
)
from customers.periods import Period
from tests.customers.insight.shop import DAY, sell
from tests.factories import (
    NOON,
    AspectMentionFactory,
    CustomerFactory,
    MessageFactory,
    ProductFactory,
    ReviewFactory,
    TicketFactory,
)

pytestmark = pytest.mark.django_db


def day_row(day=DAY, **columns):
    return DailySales.objects.get(day_on=day, **columns)


def test_an_empty_shop_has_no_sums():
    assert refresh().weeks == 0
    assert not DailySales.objects.exists()


def test_a_day_is_the_sum_of_its_orders():
    customer = CustomerFactory()
    sell(customer=customer, quantity=3, country="France")
    sell(customer=customer, placed_at=NOON + timedelta(hours=1), country="France")
    sell(customer=None, country="France", price="2.50")
    sell(customer=customer, quantity=-1, placed_at=NOON + timedelta(hours=2), country="France")
    refresh()
    row = day_row()
    assert (row.orders, row.returns, row.new_customers, row.guest_orders) == (3, 1, 1, 1)
    assert (row.revenue, row.returned, row.new_revenue) == (Decimal("42.5"), 10, 30)
    assert (row.units, row.largest_return) == (5, 10)
    assert row.squares == 30**2 + 10**2 + 2.5**2
    assert (row.country, row.currency) == ("France", "GBP")


def test_currencies_sources_and_countries_are_kept_apart():
    for currency, source, country in (("GBP", "", "a"), ("EUR", "", "a"), ("EUR", "x", "b")):
        sell(currency=currency, source=source, country=country)
    refresh()
    assert DailySales.objects.count() == 3
    assert day_row(currency="EUR", source="x", country="b").revenue == 10


def test_a_cancelled_order_counts_for_nothing():
    order = sell()
    refresh()
    Order.objects.filter(pk=order.pk).update(status=Order.Status.CANCELLED)
    refresh()
    assert not DailySales.objects.exists()
    assert not ProductSales.objects.exists()


def test_only_returns_make_a_day_without_revenue():
    sell(quantity=-2)
    refresh()
    row = day_row()
    assert (row.orders, row.returns, row.revenue, row.returned) == (0, 1, 0, 20)


def test_a_week_of_a_product_is_the_sum_of_its_lines():
    mug, plate = ProductFactory(), ProductFactory()
    order = sell(mug, 3)
    order.replace_lines([
        OrderLine(product=mug, quantity=1, unit_price="10"),
        OrderLine(product=mug, quantity=2, unit_price="9"),
        OrderLine(product=plate, quantity=1, unit_price="5"),
        OrderLine(kind="charge", quantity=1, unit_price="4"),
    ])  # fmt: skip
    sell(mug, -1, placed_at=NOON + timedelta(days=6))
    sell(mug, 7, placed_at=NOON + timedelta(days=7))
    refresh()
    row = ProductSales.objects.get(product=mug, week_on=DAY, weeks=1)
    assert (row.orders, row.units, row.revenue, row.returned) == (1, 3, 28, 10)
    assert ProductSales.objects.get(product=plate, weeks=1).revenue == 5
    assert ProductSales.objects.get(week_on=DAY + timedelta(days=7), weeks=1).units == 7


def test_nothing_is_counted_where_nothing_was_touched():
    sell()
    assert refresh().sales_weeks == 2  # a Monday here is a Sunday elsewhere
    DailySales.objects.update(orders=99)
    assert refresh().weeks == 0
    assert day_row().orders == 99


def test_only_the_weeks_that_were_touched_are_counted_anew():
    sell()
    later = sell(placed_at=NOON + timedelta(days=70))
    refresh()
    DailySales.objects.update(orders=99)
    later.delete()
    refresh()
    assert day_row().orders == 99
    assert not DailySales.objects.filter(day_on=DAY + timedelta(days=70)).exists()


def test_an_order_that_moved_leaves_its_old_day():
    order = sell()
    refresh()
    Order.objects.filter(pk=order.pk).update(placed_at=NOON + timedelta(days=40))
    refresh()
    assert [row.day_on for row in DailySales.objects.all()] == [DAY + timedelta(days=40)]


def test_an_earlier_first_order_makes_the_later_one_a_returning_customers():
    customer = CustomerFactory()
    sell(customer=customer)
    refresh()
    assert day_row().new_customers == 1
    sell(customer=customer, placed_at=NOON - timedelta(days=50))
    refresh()
    assert day_row().new_customers == 0
    assert day_row(DAY - timedelta(days=50)).new_customers == 1


def test_two_first_orders_of_one_moment_are_one_new_customer():
    customer = CustomerFactory()
    sell(customer=customer)
    sell(customer=customer)
    refresh()
    assert (day_row().orders, day_row().new_customers) == (2, 1)


@override_settings(TIME_ZONE="Pacific/Auckland")
def test_days_are_those_of_the_shops_time_zone():
    sunday_evening = datetime(2026, 3, 1, 20, tzinfo=UTC)  # Monday morning in Auckland
    sell(placed_at=sunday_evening)
    refresh()
    assert day_row().day_on == date(2026, 3, 2)
    assert ProductSales.objects.get(weeks=1).week_on == date(2026, 3, 2)


def test_everything_is_counted_anew_after_a_change_of_the_time_zone():
    sell(placed_at=datetime(2026, 3, 1, 20, tzinfo=UTC))
    refresh()
    with override_settings(TIME_ZONE="Pacific/Auckland"):
        assert rebuild().sales_weeks >= 1
        assert [row.day_on for row in DailySales.objects.all()] == [date(2026, 3, 2)]


def test_a_day_beyond_the_calendar_does_not_stop_the_others():
    TouchedDay.objects.create(kind="sales", day_on=date(9999, 12, 31))
    sell()
    refresh()
    assert day_row().orders == 1


def test_equal_rows_are_not_written_again():
    sell()
    refresh()
    before = version_of(DailySales)
    TouchedDay.objects.create(kind="sales", day_on=DAY)
    refresh()
    assert version_of(DailySales) == before


def version_of(model):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ctid, xmin FROM {model._meta.db_table}")
        return cursor.fetchall()


def test_what_customers_wrote_is_counted_by_day_and_topic():
    ticket = TicketFactory(body="")
    for score in (-0.5, 1.0, None):
        MessageFactory(ticket=ticket, sent_at=NOON, sentiment_score=score)
    MessageFactory(ticket=ticket, sent_at=NOON, author_kind="agent", sentiment_score=-1)
    review = ReviewFactory(sentiment_score=0.5)
    AspectMentionFactory(review=review, aspect_id="price", score=-0.75)
    Ticket.objects.update(suggested_intent="get_refund")
    TicketFactory(body="", intent_id="complaint")
    refresh()
    rows = {(row.kind, row.topic): row for row in DailyVoice.objects.filter(day_on=DAY)}
    assert set(rows) == {
        ("messages", ""),
        ("reviews", ""),
        ("tickets", "get_refund"),
        ("tickets", "complaint"),
        ("review_aspects", "price"),
    }
    said = rows["messages", ""]
    assert (said.texts, said.negative, said.score_total, said.squares) == (2, 1, 0.5, 1.25)
    assert rows["review_aspects", "price"].score_total == -0.75


def test_a_reading_of_a_text_touches_its_day_and_a_claim_does_not():
    review = ReviewFactory()
    refresh()
    Review.objects.filter(pk=review.pk).update(attempts=1)
    assert not TouchedDay.objects.exists()
    Review.objects.filter(pk=review.pk).update(sentiment_score=0.5)
    assert TouchedDay.objects.get().day_on == DAY
    refresh()
    assert DailyVoice.objects.get(kind="reviews").score_total == 0.5


def test_mentions_that_come_and_go_touch_the_day_of_their_text():
    message = MessageFactory(sent_at=NOON)
    refresh()
    mention = AspectMentionFactory(message=message)
    refresh()
    assert DailyVoice.objects.get(kind="message_aspects").texts == 1
    mention.delete()
    refresh()
    assert not DailyVoice.objects.filter(kind="message_aspects").exists()


def test_a_bulk_statement_touches_each_of_its_days():
    for days in (0, 30, 60):
        sell(placed_at=NOON + timedelta(days=days))
    refresh()
    Order.objects.update(placed_at=F("placed_at") + timedelta(days=7))
    assert TouchedDay.objects.values("day_on").distinct().count() == 6


def test_a_deleted_customer_leaves_orders_of_a_guest():
    customer = CustomerFactory()
    sell(customer=customer)
    refresh()
    Customer.objects.all().delete()
    refresh()
    assert (day_row().guest_orders, day_row().new_customers) == (1, 0)


def test_weeks_are_those_of_the_days_and_their_neighbours():
    assert weeks_of([date(2026, 3, 4)]) == [date(2026, 3, 2)]
    assert weeks_of([date(2026, 3, 1)]) == [date(2026, 2, 23), date(2026, 3, 2)]


def test_weeks_in_a_row_are_counted_by_one_statement():
    weeks = [date(2026, 3, 2), date(2026, 3, 9), date(2026, 4, 6)]
    assert runs_of(weeks) == [
        Period(date(2026, 3, 2), date(2026, 3, 15)),
        Period(date(2026, 4, 6), date(2026, 4, 12)),
    ]


def test_a_deleted_text_leaves_its_day():
    MessageFactory(sent_at=NOON, sentiment_score=1)
    refresh()
    Message.objects.all().delete()
    refresh()
    assert not DailyVoice.objects.filter(kind="messages").exists()
