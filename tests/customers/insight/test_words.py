"""Insight in words: what is said, and that no number is shown that a query did not give."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils.translation import override

from customers.insight import forms, paragraphs
from customers.insight.aggregates import refresh
from customers.insight.figures import Figure, asked
from customers.insight.paragraphs import paragraph, statements_about
from customers.insight.queries import Runner
from customers.insight.scope import Scope
from customers.insight.sentences import (
    Statement,
    UncheckedNumber,
    check_text,
    sentence_of,
    sentence_of_text,
    told,
)
from customers.insight.stored import QUERIES
from customers.insight.units import Unit, shown
from customers.models import DailySales, DailyVoice, Order
from customers.periods import Period
from tests.customers.insight.shop import DAY, sell
from tests.factories import CustomerFactory, ProductFactory

pytestmark = pytest.mark.django_db
MONTH = Period(DAY - timedelta(days=29), DAY)
SCOPE = Scope(MONTH, "GBP")


def day_of_sales(day, orders, revenue, **columns):
    """A day's sums without its orders, each order as large as the others."""
    return DailySales.objects.create(
        day_on=day,
        currency="GBP",
        orders=orders,
        revenue=revenue,
        squares=orders * (revenue / max(1, orders)) ** 2,
        **columns,
    )


@pytest.fixture
def risen():
    """Thirty days of 400 orders after thirty of 200."""
    day_of_sales(MONTH.before().first, 200, 2000, country="France")
    day_of_sales(MONTH.first, 400, 6000, country="France")


def texts(page="sales", scope=SCOPE):
    return [sentence.text for sentence in paragraph(page, scope)]


def figures_of(*columns, query="sales", **more):
    return asked(Runner(QUERIES), query, {**SCOPE.parameters, **more}, *columns)


def test_a_clear_rise_is_said_first_and_with_its_numbers(risen):
    said = texts()
    assert said[0] == "Revenue rose by 200% to £6,000; in the 30 days before it was £2,000."
    assert "There were 400 orders, 100% more than before." in said


def test_each_number_leads_to_the_rows_behind_it(risen):
    pieces = paragraph("sales", SCOPE)[0].pieces
    links = {piece.text: piece.address for piece in pieces if piece.address}
    assert links["£6,000"] == (
        "/orders/?placed_since=2026-02-01&placed_until=2026-03-02&currency=GBP&counts=true"
        "&kind=sale"
    )
    assert "placed_since=2026-01-02&placed_until=2026-01-31" in links["£2,000"]


def test_noise_is_not_called_a_rise():
    day_of_sales(MONTH.before().first, 2, 20)
    day_of_sales(MONTH.first, 3, 30)
    assert texts()[0] == (
        "Revenue was £30, which is not clearly more or less than in the 30 days before (£20)."
    )
    assert not any("more than before" in text for text in texts())


def test_one_huge_order_is_noise_where_all_others_are_small():
    day_of_sales(MONTH.before().first, 100, 1000)
    row = day_of_sales(MONTH.first, 100, 1000)
    DailySales.objects.filter(pk=row.pk).update(revenue=9000, squares=row.squares + 8000**2)
    assert texts()[0].startswith("Revenue was £9,000, which is not clearly")


def test_a_fall_is_called_a_fall():
    day_of_sales(MONTH.before().first, 400, 6000)
    day_of_sales(MONTH.first, 200, 2000)
    assert texts()[0].startswith("Revenue fell by 67% to £2,000;")


def test_an_empty_period_has_no_words():
    for page in paragraphs.PAGES:
        assert paragraph(page, SCOPE) == []


def test_only_returns_are_told():
    sell(quantity=-2)
    refresh()
    assert texts() == ["Nothing was sold, and 1 order came back, worth £20."]


def test_a_first_order_is_not_compared_with_nothing():
    sell()
    refresh()
    assert texts()[0] == "Revenue was £10, from 1 order."


def test_a_shop_that_began_within_the_period_before_is_not_compared_with_it():
    day_of_sales(MONTH.first - timedelta(days=3), 2, 20)
    day_of_sales(MONTH.first, 400, 6000)
    said = texts()
    assert said[0] == "Revenue was £6,000, from 400 orders."
    assert not any("before" in text for text in said)


def test_another_currency_is_told_apart():
    sell()
    sell()
    sell(currency="EUR", price="70")
    refresh()
    assert "Besides, 1 order brought €70." in texts()


def test_the_largest_return_is_told_where_it_is_much_of_all():
    for day in range(5):
        sell(days=-day)
        sell(quantity=-1, days=-day)
    sell(quantity=-1, price="7777", days=-3)
    refresh()
    assert "One return of Feb. 27, 2026 was worth £7,777: 99% of all that came back." in texts()


def test_a_product_whose_name_has_digits_is_told_and_linked():
    mug = ProductFactory(name="CAKESTAND 3 TIER")
    other = ProductFactory()
    for number in range(40):
        sell(mug, days=-(number % 28))
        sell(other, days=-30 - (number % 28))
        if number < 4:
            sell(mug, days=-30 - number)
    refresh()
    said = [text for text in texts() if "CAKESTAND" in text]
    assert said == ["“CAKESTAND 3 TIER” rose most, from £40 to £400."]
    sentence = next(one for one in paragraph("sales", SCOPE) if "CAKESTAND" in one.text)
    assert (sentence.pieces[1].text, sentence.pieces[1].address) == (
        "CAKESTAND 3 TIER",
        f"/products/{mug.pk}/",
    )


def test_how_customers_sound_is_told_with_the_direction():
    for period, total, squares in ((MONTH.before(), 20, 10), (MONTH, -30, 18)):
        DailyVoice.objects.create(
            day_on=period.first,
            kind="messages",
            texts=100,
            negative=60,
            score_total=total,
            squares=squares,
        )
    assert texts("voice") == [
        "Messages sound worse: the mean sentiment of 100 messages was −0.30, before it was +0.20."
    ]


def test_spending_that_few_customers_bring_is_told():
    for spent in [1000] + [10] * 19:
        customer = CustomerFactory(name="Ada Stone")
        type(customer).objects.filter(pk=customer.pk).update(
            spent_total=spent, order_count=1, currency="GBP"
        )
    said = texts("customers")
    assert "Ada Stone has spent most of all: £1,000." in said


def test_at_most_six_sentences_are_shown(risen):
    assert len(texts("home")) <= 6


def test_the_largest_change_comes_before_smaller_ones(risen):
    weights = [statement.weight for statement in statements_about("sales", SCOPE)]
    assert weights == sorted(weights, reverse=True)


# The check ------------------------------------------------------------------------------


def test_a_wrong_number_is_dropped_and_logged(risen, caplog):
    right = Statement("revenue_alone", figures_of("revenue", "orders"))
    wrong = replace(
        right, figures={**right.figures, "orders": replace(right.figures["orders"], value=401)}
    )
    with caplog.at_level(logging.ERROR):
        shown_sentences = told([right, wrong])
    assert [sentence.text for sentence in shown_sentences] == [
        "Revenue was £6,000, from 400 orders."
    ]
    assert "orders is 401, and its query gives 400" in caplog.text


def test_a_number_that_a_generator_makes_up_is_never_on_the_page(risen, agent, monkeypatch):
    made_up = Figure("sales", "orders", SCOPE.parameters, 987)
    about = [lambda scope, runner: iter([Statement("revenue_alone", {
        **figures_of("revenue"), "orders": made_up,
    })])]  # fmt: skip
    monkeypatch.setitem(paragraphs.PAGES, "sales", tuple(about))
    page = agent.get(f"/insight/?from={MONTH.first}&to={MONTH.last}").content.decode()
    assert "987" not in page
    assert "6,000" not in page.split('class="plots"')[0]


@pytest.mark.parametrize(
    "form",
    [
        "Revenue was %(revenue)s, from %(orders)s orders in 14 shops.",
        "Revenue was %(revenue)s, from 400 orders; %(orders)s.",
        "收入为 %(revenue)s，来自 %(orders)s 个订单，增长 １２％。",
        "Revenue was %(revenue)s, from %(orders)s orders. ½ of it is ours.",
        "Revenue was %(revenue)s, of %(nothing)s.",
        "Revenue was %(revenue)d%%, from %(orders)s orders.",
    ],
)
def test_a_number_typed_into_a_form_or_its_translation_is_not_shown(risen, monkeypatch, form):
    monkeypatch.setitem(forms.FORMS, "revenue_alone", form)
    assert told([Statement("revenue_alone", figures_of("revenue", "orders"))]) == []


def test_a_figure_without_a_stored_query_is_not_shown(risen):
    for query, column in (("nothing", "orders"), ("sales", "nothing")):
        figure = Figure(query, column, SCOPE.parameters, 400)
        assert told([Statement("revenue_alone", {"revenue": figure, "orders": figure})]) == []


def test_text_of_a_language_model_is_shown_only_with_numbers_that_it_was_given(risen):
    figures = figures_of("revenue", "orders")
    runner = Runner(QUERIES)
    sentence = sentence_of_text("A good month: £6,000 from 400 orders.", figures, runner)
    assert [piece.text for piece in sentence.pieces if piece.address] == ["£6,000", "400"]
    for text in (
        "A good month: £16,000 from 400 orders.",
        "£6,000 from 4000 orders.",
        "£6,000 from 400 orders, 12% more.",
        "£6,000.50 from 400 orders.",
        "£6,0 from 400 orders.",
    ):
        with pytest.raises(UncheckedNumber):
            sentence_of_text(text, figures, runner)


def test_a_changed_record_between_choice_and_show_drops_the_sentence(risen):
    statement = Statement("revenue_alone", figures_of("revenue", "orders"))
    DailySales.objects.update(orders=1)
    assert told([statement]) == []


def test_every_form_is_told_in_chinese_with_the_same_places():
    for key, form in forms.FORMS.items():
        with override("en"):
            english = places(form)
        with override("zh-hans"):
            assert places(form) == english, key


class Places(dict):
    """Notes which placeholders a form asks for."""

    def __missing__(self, name):
        self[name] = 2
        return 2


def places(form):
    asked_for = Places()
    assert str(form % asked_for)
    return set(asked_for)


def test_no_form_holds_a_number():
    for form in forms.FORMS.values():
        check_text(str(form % Places()).replace("2", ""), ())


def test_one_and_many_are_told_apart(risen):
    sentence = sentence_of(Statement("orders_rose", figures_of("orders", "orders_change")))
    assert sentence.text.startswith("There were 400 orders")
    one = {**figures_of("orders_change"), "orders": Figure("sales", "orders", SCOPE.parameters, 1)}
    assert sentence_of(Statement("orders_rose", one)).text.startswith("There was 1 order,")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("1234.5600", Unit.MONEY, "£1,235"),
        ("-12.5", Unit.MONEY, "−£12.50"),
        ("12.0000", Unit.MONEY, "£12"),
        (0.126, Unit.CHANGE, "13%"),
        (-0.0312, Unit.CHANGE, "3.1%"),
        (0, Unit.SHARE, "0%"),
        (12345, Unit.COUNT, "12,345"),
        (-0.3, Unit.SCORE, "−0.30"),
        ("2026-03-02", Unit.DAY, "March 2, 2026"),
        ("2026-03-02", Unit.MONTH, "March 2026"),
        (None, Unit.MONEY, "–"),
    ],
)
def test_values_are_written_for_people(value, unit, text):
    assert shown(value, unit, "GBP") == text


# The queries ----------------------------------------------------------------------------


def test_the_sums_of_a_scope_are_those_of_its_orders():
    customer = CustomerFactory()
    mug = ProductFactory()
    for days in (-40, -35, -3, -2):
        sell(mug, 2, days=days, customer=customer, country="France")
    sell(mug, -1, days=-1, customer=customer)
    Order.objects.filter(pk=sell(mug).pk).update(status=Order.Status.CANCELLED)
    refresh()
    row = Runner(QUERIES).row("sales", SCOPE.parameters)
    assert (row["orders"], row["orders_before"], row["returns"]) == (2, 2, 1)
    assert (float(row["revenue"]), float(row["returned"])) == (40, 10)
    assert row["return_rate"] == pytest.approx(1 / 3)
    product = Runner(QUERIES).row("product", {**SCOPE.parameters, "product": mug.pk})
    assert (float(product["revenue"]), product["orders_before"]) == (40, 2)
    country = Runner(QUERIES).row("country", {**SCOPE.parameters, "country": "France"})
    assert (float(country["revenue"]), country["share"]) == (40, 1)


def test_a_query_is_asked_once_for_the_same_parameters(django_assert_num_queries, risen):
    runner = Runner(QUERIES)
    with django_assert_num_queries(1):
        runner.row("sales", SCOPE.parameters)
        runner.row("sales", dict(SCOPE.parameters))
