"""Who meets which rule: one field after another, on a small cast with known answers."""

from datetime import timedelta

import pytest

from customers.audiences.compiling import condition
from customers.audiences.moment import Moment
from customers.audiences.reading import checked, read
from customers.audiences.registry import GROUPS, fields
from customers.audiences.tree import rules_of
from customers.models import Customer, Order, Review, Ticket
from tests.factories import (
    NOON,
    AspectMentionFactory,
    AudienceFactory,
    CustomerFactory,
    MessageFactory,
    OrderFactory,
    ProductFactory,
    RecommendationFactory,
    ReviewFactory,
    TicketFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db


def names_of(*rules, **group):
    """The names of the customers who meet the rules, in one word."""
    raw = checked({**rules_of(*rules), **group})
    rows = Customer.objects.filter(condition(read(raw).root, Moment()))
    assert rows.count() == len(set(rows.values_list("pk", flat=True)))  # nobody twice
    return "".join(sorted(rows.values_list("name", flat=True)))


def asks(field, operator, value=None, **modifiers):
    said = {} if value is None else {"value": value}
    return {"field": field, "operator": operator, **said, **modifiers}


def ago(days):
    return NOON - timedelta(days=days)


def person(name, **columns):
    row = CustomerFactory(name=name, email=columns.pop("email", ""))
    Customer.objects.filter(pk=row.pk).update(**columns)
    return row


@pytest.fixture
def cast():
    """The last sale, at noon, is the shop's present."""
    OrderFactory(customer=None, placed_at=NOON)
    person("A", order_count=0, country="", tags=[], created_at=ago(400))
    person(
        "B",
        order_count=3,
        spent_total=100,
        average_order_value=30,
        last_order_at=ago(10),
        first_order_at=ago(90),
        country="FR",
        city="Paris",
        tags=["vip", "trade"],
        segment="loyal",
        suggested_segment="at_risk",
        sentiment_score=-0.5,
        email="b@example.com",
        created_at=ago(100),
    )
    person(
        "C",
        order_count=7,
        return_count=2,
        spent_total="250.50",
        average_order_value="35.79",
        last_order_at=ago(200),
        first_order_at=ago(300),
        country="DE",
        city="paris",
        tags=["vip"],
        suggested_segment="loyal",
        segment_probability=0.8,
        sentiment_score=0.1,
        company="Acme 100%",
        created_at=ago(300),
    )


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (asks("order_count", "at_least", 3), "BC"),
        (asks("order_count", "more_than", "3"), "C"),
        (asks("order_count", "less_than", "3"), "A"),
        (asks("order_count", "at_most", "3"), "AB"),
        (asks("order_count", "equal_to", "3"), "B"),
        (asks("order_count", "between", ["7", "1"]), "BC"),
        (asks("spent_total", "at_least", "250.5"), "C"),
        (asks("spent_total", "more_than", "250.5"), ""),
        (asks("average_order_value", "is_unknown"), "A"),
        (asks("average_order_value", "is_known"), "BC"),
        (asks("last_order_at", "in_last_days", 10), ""),
        (asks("last_order_at", "in_last_days", 11), "B"),
        (asks("last_order_at", "longer_ago", 200), "C"),
        (asks("last_order_at", "longer_ago", 201), ""),
        (asks("last_order_at", "never"), "A"),
        (asks("last_order_at", "ever"), "BC"),
        (asks("last_order_at", "before", "2026-02-20"), "C"),
        (asks("last_order_at", "after", "2026-02-20"), ""),
        (asks("last_order_at", "after", "2026-02-19"), "B"),
        (asks("last_order_at", "between", ["2026-02-20", "2026-02-20"]), "B"),
        (asks("country", "any_of", ["FR", "DE"]), "BC"),
        (asks("country", "none_of", ["FR"]), "AC"),
        (asks("country", "is_unknown"), "A"),
        (asks("country", "any_of", ["Atlantis"]), ""),
        (asks("city", "is", "PARIS"), "BC"),
        (asks("city", "begins_with", "pa"), "BC"),
        (asks("city", "begins_with", "p%s"), ""),
        (asks("company", "begins_with", "acme 100%"), "C"),
        (asks("company", "is", "'; DROP TABLE customers_customer; --"), ""),
        (asks("company", "is_unknown"), "AB"),
        (asks("tags", "any_of", ["vip"]), "BC"),
        (asks("tags", "all_of", ["vip", "trade"]), "B"),
        (asks("tags", "none_of", ["trade"]), "AC"),
        (asks("tags", "is_unknown"), "A"),
        (asks("segment", "any_of", ["loyal"]), "BC"),
        (asks("segment", "any_of", ["at_risk"]), ""),
        (asks("segment", "none_of", ["loyal"]), "A"),
        (asks("segment", "is_unknown"), "A"),
        (asks("segment_probability", "at_least", "80"), "C"),
        (asks("feeling", "any_of", ["negative", "positive"]), "B"),
        (asks("feeling", "any_of", ["neutral"]), "C"),
        (asks("sentiment_score", "less_than", "0"), "B"),
        (asks("has_email", "yes"), "B"),
        (asks("has_email", "no"), "AC"),
        (asks("words", "has_words", "acm"), "C"),
        (asks("words", "has_words", "!!!"), ""),
        (asks("created_at", "longer_ago", 250), "AC"),
    ],
)
def test_a_rule_about_a_column(cast, rule, names):
    assert names_of(rule) == names


def test_groups_combine_and_reverse(cast):
    many, french = asks("order_count", "at_least", 5), asks("country", "any_of", ["FR"])
    assert names_of(many, french) == ""
    assert names_of(many, french, match="any") == "BC"
    assert names_of(many, french, match="any", **{"not": True}) == "A"
    both = {"match": "any", "rules": [many, french]}
    assert names_of(both, asks("tags", "all_of", ["trade"])) == "B"


def test_reversed_rules_also_hold_where_nothing_is_known(cast):
    assert names_of(asks("average_order_value", "at_least", 1), **{"not": True}) == "A"


def test_an_audience_of_audiences(cast):
    buyers = AudienceFactory(rules=rules_of(asks("order_count", "at_least", 1)))
    assert names_of(asks("audience", "any_of", [buyers.pk])) == "BC"
    assert names_of(asks("audience", "none_of", [buyers.pk])) == "A"
    french = AudienceFactory(rules=rules_of(asks("country", "any_of", ["FR"])))
    outer = AudienceFactory(rules=rules_of(asks("audience", "any_of", [french.pk])))
    assert names_of(asks("audience", "any_of", [outer.pk])) == "B"


@pytest.fixture
def buyers():
    """A bought tea twice and a lamp once; B one kettle, returned; C cancelled; D nothing."""
    a, b, c, _d = (CustomerFactory(name=name) for name in "ABCD")
    tea, lamp = ProductFactory(category="Tea", brand="Fern"), ProductFactory(category="Light")
    for days in (5, 100):
        bought(a, [tea, tea], days)
    bought(a, [lamp], 300)
    bought(b, [lamp], 20)
    bought(b, [lamp], 15, kind=Order.Kind.RETURN)
    bought(c, [tea], 1, status=Order.Status.CANCELLED)
    OrderFactory(customer=None, placed_at=NOON)
    return {"tea": tea, "lamp": lamp}


def bought(customer, products, days, **columns):
    order = OrderFactory(customer=customer, placed_at=ago(days), lines=0, **columns)
    for place, product in enumerate(products, start=1):
        order.lines.create(position=place, product=product, quantity=1, unit_price=1)


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (asks("bought_category", "did", ["Tea"]), "A"),
        (asks("bought_category", "did", ["Tea", "Light"]), "AB"),
        (asks("bought_category", "did", ["Light"], within_days=30), "B"),
        (asks("bought_category", "did", ["Tea"], times=2), "A"),
        (asks("bought_category", "did", ["Tea"], times=3), ""),
        (asks("bought_category", "did", ["Tea"], times=2, within_days=30), ""),
        (asks("bought_category", "did_not", ["Tea"]), "BCD"),
        (asks("bought_category", "did_not", ["Tea"], times=2), "BCD"),
        (asks("bought_brand", "did", ["Fern"]), "A"),
        (asks("placed_order", "did", times=3), "A"),
        (asks("placed_order", "did", within_days=30), "AB"),
        (asks("placed_order", "did_not"), "CD"),
        (asks("returned_order", "did"), "B"),
    ],
)
def test_a_rule_about_purchases(buyers, rule, names):
    assert names_of(rule) == names


def test_a_rule_about_products(buyers):
    assert names_of(asks("bought_product", "did", [buyers["lamp"].pk])) == "AB"
    assert names_of(asks("bought_product", "did_not", [buyers["lamp"].pk])) == "CD"


def test_an_order_of_the_future_counts_from_its_day_on():
    customer = CustomerFactory(name="A")
    OrderFactory(customer=customer, placed_at=NOON + timedelta(days=36_500))
    assert names_of(asks("placed_order", "did")) == ""


def test_rules_about_tickets():
    a, b, c = (CustomerFactory(name=name) for name in "ABC")
    OrderFactory(customer=None, placed_at=NOON)
    for customer, days, status in ((a, 5, "open"), (a, 200, "solved"), (b, 50, "solved")):
        ticket = TicketFactory(customer=customer, opened_at=ago(days), status=status)
        Ticket.objects.filter(pk=ticket.pk).update(
            suggested_intent="complaint", sentiment="negative", status=status
        )
    Ticket.objects.filter(customer=b).update(intent="get_refund")
    assert names_of(asks("open_ticket", "did")) == "A"
    assert names_of(asks("open_ticket", "did_not")) == "BC"
    assert names_of(asks("wrote_ticket", "did", times=2)) == "A"
    assert names_of(asks("ticket_intent", "did", ["complaint"])) == "A"
    assert names_of(asks("ticket_intent", "did", ["get_refund"], within_days=30)) == ""
    assert names_of(asks("ticket_intent", "did_not", ["complaint", "get_refund"])) == "C"
    assert names_of(asks("ticket_sentiment", "did", ["negative"], within_days=60)) == "AB"
    assert c.tickets.count() == 0


def test_rules_about_reviews_aspects_and_recommendations():
    a, b, _c = (CustomerFactory(name=name) for name in "ABC")
    review = ReviewFactory(customer=a, rating=1)
    Review.objects.filter(pk=review.pk).update(sentiment="very_negative")
    ReviewFactory(customer=None, rating=1)
    AspectMentionFactory(review=review, aspect_id="delivery")
    AspectMentionFactory(message=MessageFactory(ticket=TicketFactory(customer=b)))
    AspectMentionFactory(review=review, aspect_id="price", polarity="positive")
    product = RecommendationFactory(customer=b).product
    assert names_of(asks("review_stars", "did", ["1", "2"])) == "A"
    assert names_of(asks("review_stars", "did_not", ["1"])) == "BC"
    assert names_of(asks("review_stars", "did_not", ["1"], times=2)) == "ABC"
    assert names_of(asks("review_sentiment", "did", ["very_negative"])) == "A"
    assert names_of(asks("spoke_badly_of", "did", ["delivery"])) == "AB"
    assert names_of(asks("spoke_badly_of", "did_not", ["delivery"])) == "C"
    assert names_of(asks("spoke_well_of", "did", ["price", "delivery"])) == "A"
    assert names_of(asks("recommended", "did", [product.pk])) == "B"


def test_every_field_has_a_label_operators_and_a_group_of_its_own():
    for field in fields().values():
        assert str(field.label)
        assert field.operators
        assert field.group in GROUPS


EXAMPLES = {
    "number": "1",
    "days": "30",
    "date": "2026-01-01",
    "text": "x",
}


@pytest.mark.parametrize("name", fields())
def test_every_operator_of_every_field_makes_a_query_that_runs(name):
    field = fields()[name]
    product, audience = ProductFactory(category="Tea", brand="Fern"), AudienceFactory()
    CustomerFactory(country="FR", language="fr", source="shop")
    TopicFactory()
    keys = {"product": product.pk, "audience": audience.pk}
    offered = [value for value, _ in (field.choices or list)()] or ["x"]
    for operator in field.operators.values():
        value = {**EXAMPLES, **keys, "choice": offered[0]}.get(field.operand(operator))
        many = {0: None, 1: value}.get(operator.takes, [value] * abs(operator.takes))
        for modifiers in ({}, dict.fromkeys(field.modifiers, 2)):
            names_of(asks(name, operator.name, many, **modifiers))
