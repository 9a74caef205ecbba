"""The pages of insight and their plots, in shops of every kind."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from customers.insight.aggregates import refresh
from customers.models import Order, Ticket
from customers.plots.over_time import CATEGORY
from customers.plots.registry import PLOTS
from customers.plots.specs import ACCENT, BAD, GOOD, NEUTRAL
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

PAGES = ("/insight/", "/insight/customers/", "/insight/voice/", "/insight/digests/")
NAMES = [name for name in PLOTS if name.split("-")[0] in ("sales", "voice", "customers")]
NONSENSE = (
    "?from=x&to=2026-99-99&period=7y&currency=%00&source=%27",
    "?from=0001-01-01&to=9999-12-31",
    "?from=2026-05-01&to=2026-04-01",
    "?to=1900-01-01",
    "?from=2999-01-01&to=2999-02-01",
)


def nothing():
    """A shop without any records."""


def one_order():
    sell()


def only_returns():
    sell(quantity=-2)


def a_future_order():
    sell(placed_at=timezone.now() + timedelta(days=400))


def two_currencies():
    sell(currency="GBP")
    sell(currency="GBP")
    sell(currency="EUR", price="70")


def silence():
    """Sold long ago and again now, and nothing in between."""
    sell(days=-900)
    sell()


def busy():
    """Two years of everything."""
    mug, customer = ProductFactory(name="Mug 3 TIER"), CustomerFactory()
    for week in range(0, 104, 13):
        bought = sell(mug, 1 + week % 4, days=-7 * week, customer=customer, country="France")
        sell(mug, -1, days=-7 * week, customer=customer)
        Order.objects.filter(pk=bought.pk).update(country="Spain" if week % 3 else "France")
        ticket = TicketFactory(body="", opened_at=NOON - timedelta(weeks=week))
        said = MessageFactory(ticket=ticket, sent_at=ticket.opened_at, sentiment_score=-0.5)
        AspectMentionFactory(message=said)
        review = ReviewFactory(
            product=mug, written_at=ticket.opened_at, sentiment_score=0.5, customer=customer
        )
        AspectMentionFactory(review=review, aspect_id="price", score=0.4)
    Ticket.objects.update(suggested_intent="get_refund")


SHOPS = (nothing, one_order, only_returns, a_future_order, two_currencies, silence, busy)


@pytest.mark.parametrize("shop", SHOPS)
def test_every_page_and_plot_answers_in_every_shop(agent, shop):
    shop()
    refresh()
    for query in ("", "?from=2025-06-01&to=2025-06-30"):
        for address in (*PAGES, *(f"/plots/{name}.csv" for name in NAMES)):
            assert agent.get(address + query).status_code == 200, address + query


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_in_the_address_is_no_error(agent, query):
    one_order()
    refresh()
    for address in (*PAGES, "/plots/sales-revenue.csv", "/plots/voice-sentiment.csv", "/orders/"):
        assert agent.get(address + query).status_code == 200, address


def test_strangers_are_sent_to_the_login(client, db):
    for address in (*PAGES, "/plots/sales-revenue.svg"):
        assert client.get(address).status_code == 302


def rows_of(agent, name, query=""):
    return list(
        csv.DictReader(io.StringIO(agent.get(f"/plots/{name}.csv{query}").content.decode()))
    )


def test_revenue_is_told_by_part_beside_the_period_before(agent):
    sell(price="100", days=-40)
    sell(price="10", days=-2)
    sell(price="30")
    refresh()
    rows = rows_of(agent, "sales-revenue", f"?from={DAY - timedelta(days=29)}&to={DAY}")
    assert len(rows) == 30
    assert [row["revenue"] for row in rows[-3:]] == ["10.0", "0.0", "30.0"]
    assert [row["before"] for row in rows if float(row["before"])] == ["100.0"]
    assert rows[-1]["at"] == "2026-03-02"
    assert not any(name.startswith("_") for name in rows[0])


def test_a_mark_leads_to_just_the_orders_that_it_counts(agent):
    sell()
    sell(days=1)
    sell(quantity=-1)
    Order.objects.filter(pk=sell().pk).update(status=Order.Status.CANCELLED)
    sell(currency="EUR")
    refresh()
    row = rows_of(agent, "sales-buyers", f"?from={DAY}&to={DAY}&currency=GBP")[0]
    page = agent.get(row["url"])
    assert row["orders"] == "1"
    assert page.context["page"].paginator.count == 1
    assert "narrowed to" in page.content.decode()


def test_the_orders_behind_each_mark_sum_up_to_it(agent):
    busy()
    refresh()
    for name in ("sales-revenue", "sales-countries"):
        for row in rows_of(agent, name):
            orders = agent.get(row["url"]).context["filter"].qs
            assert float(sum(order.total for order in orders)) == float(row["revenue"])


def test_currencies_are_never_added(agent):
    two_currencies()
    refresh()
    assert sum(float(row["revenue"]) for row in rows_of(agent, "sales-revenue")) == 20
    euros = rows_of(agent, "sales-revenue", "?currency=EUR")
    assert sum(float(row["revenue"]) for row in euros) == 70
    page = agent.get("/insight/?currency=EUR").content.decode()
    assert "<option selected>EUR</option>" in page
    assert (
        'href="/plots/sales-revenue.png?from=2025-03-03&amp;to=2026-03-02&amp;currency=EUR"' in page
    )


def test_an_order_dated_ahead_counts_for_nothing(agent):
    one_order()
    a_future_order()
    refresh()
    rows = rows_of(agent, "sales-revenue", "?from=2026-01-01&to=2999-12-31")
    assert sum(float(row["revenue"]) for row in rows) == 10


def test_a_period_without_anything_says_so_and_draws_no_axes(agent):
    one_order()
    refresh()
    query = "?from=2020-01-01&to=2020-03-01"
    figure = agent.get(f"/plots/sales-revenue.html{query}", headers={"HX-Request": "true"})
    assert "There is nothing to show for this period." in figure.content.decode()
    assert "<svg" in agent.get(f"/plots/sales-revenue.svg{query}").content.decode()


def test_what_a_plot_shows_stands_beside_it_in_words_and_as_a_table(agent):
    sell(price="100", days=-55)
    sell(price="30")
    refresh()
    query = f"?from={DAY - timedelta(days=29)}&to={DAY}"
    part = agent.get(f"/plots/sales-revenue.html{query}", headers={"HX-Request": "true"})
    page = unescape(part.content.decode())
    assert "Revenue was £30, 70% less than in the 30 days before (£100)." in page
    assert "The most was sold in: March 2, 2026 (£30)." in page
    assert '<th scope="col">revenue (GBP)</th>' in page
    assert page.count("<tr>") == 31
    assert "<html" not in page
    assert 'role="group" aria-label="Revenue over time"' in page


def test_a_figure_without_scripts_is_a_page_of_its_own(agent):
    one_order()
    refresh()
    page = agent.get("/plots/sales-revenue.html").content.decode()
    assert "<html" in page
    assert "<figcaption>" in page
    assert '<a href="/plots/sales-revenue.html?' in agent.get("/insight/").content.decode()


def test_marks_of_a_picture_are_links_with_names(agent):
    one_order()
    refresh()
    picture = agent.get(f"/plots/sales-revenue.svg?from={DAY}&to={DAY}").content.decode()
    assert 'href="/orders/?placed_since=2026-03-02&amp;placed_until=2026-03-02' in picture
    assert "vega-datasets" not in picture
    assert 'aria-label="March 2, 2026: £10' in picture


def test_a_narrow_picture_is_narrow_and_its_letters_as_large(agent):
    one_order()
    refresh()
    wide = agent.get("/plots/sales-revenue.svg").content.decode()
    narrow = agent.get("/plots/sales-revenue.svg?narrow=1").content.decode()
    assert 'width="1080"' in wide
    assert 'width="340"' in narrow
    assert 'font-size="12px"' in narrow


def test_a_picture_to_keep_has_a_ground_of_its_own(agent):
    one_order()
    refresh()
    assert agent.get("/plots/sales-revenue.png").content.startswith(b"\x89PNG")


def test_every_plot_is_drawn_and_in_chinese_too(agent):
    busy()
    refresh()
    agent.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    with override("zh-hans"):
        for name in NAMES:
            assert agent.get(f"/plots/{name}.svg").status_code == 200, name


def test_a_page_costs_no_query_more_for_more_rows(agent):
    busy()
    refresh()
    few = {address: queries_of(agent, address) for address in PAGES[:3]}
    for week in range(0, 104, 13):
        sell(days=-7 * week, customer=None, country="Spain")
        ReviewFactory(written_at=NOON - timedelta(weeks=week), sentiment_score=0.5)
    refresh()
    # other sentences may be said then, and each has a stored query or two
    for address, count in few.items():
        assert queries_of(agent, address) <= count + 4, address


def queries_of(agent, address):
    agent.get(address)
    with CaptureQueriesContext(connection) as captured:
        agent.get(address)
    return len(captured)


def test_a_plot_costs_the_same_queries_for_few_rows_and_for_many(agent):
    silence()
    for days in (0, -500):  # a plot asks once more whether both periods can be compared
        sell(days=days)
        sell(quantity=-1, days=days)
    refresh()
    few = {name: queries_of(agent, f"/plots/{name}.csv") for name in NAMES}
    busy()
    refresh()
    assert {name: queries_of(agent, f"/plots/{name}.csv") for name in NAMES} == few


def test_the_picker_keeps_the_currency_and_marks_what_is_chosen(agent):
    two_currencies()
    refresh()
    page = agent.get("/insight/?currency=EUR&period=90d").content.decode()
    assert re.search(r'href="\?currency=EUR&amp;period=30d">30 days', page)
    assert re.search(r'href="\?currency=EUR&amp;period=90d" aria-current="true">90 days', page)
    assert '<input type="hidden" name="currency" value="EUR">' in page
    assert '<input type="date" name="from" value="2025-12-03"' in page


def test_the_picker_writes_no_parameter_into_the_page_as_html(agent):
    page = agent.get("/insight/", {"x": '"><script>'}).content.decode()
    assert "<script>" not in page.replace('<script src="', "")


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [*CATEGORY, ACCENT, GOOD, BAD, NEUTRAL])
@pytest.mark.parametrize("ground", ["#ffffff", "#1b1f26"])
def test_marks_stand_out_from_a_light_and_from_a_dark_ground(colour, ground):
    assert contrast(colour, ground) >= 3
