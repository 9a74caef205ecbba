"""Aspects that fall and rise: shrunk shares, exact chances, the sentences behind them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.aspect_trends import aspect_trends, changed, sentences_of, shop_trends
from customers.models import Aspect
from customers.periods import Period
from tests.factories import (
    AspectMentionFactory,
    MessageFactory,
    ProductFactory,
    ReviewFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = Period(date(2026, 3, 1), date(2026, 3, 30))
BEFORE = NOW.before()


def said(product, period, polarity, times, aspect="delivery"):
    for n in range(times):
        body = f"Delivery was so so, number {n}."
        review = ReviewFactory(
            product=product, title="", body=body, written_at=period.start + timedelta(hours=n)
        )
        AspectMentionFactory(
            review=review,
            aspect_id=aspect,
            polarity=polarity,
            sentence_end=len(body),
        )


def test_an_aspect_that_fell_is_listed_with_its_sentences():
    product = ProductFactory()
    said(product, BEFORE, "positive", 8)
    said(product, NOW, "negative", 7)
    said(product, NOW, "positive", 1)
    (one,) = aspect_trends(NOW, BEFORE)
    assert (one.negative, one.reviews, one.former_negative, one.former_reviews) == (7, 8, 0, 8)
    assert one.is_worse
    assert one.p == pytest.approx(0.0007, abs=1e-4)
    usual = 7 / 16
    assert one.share == pytest.approx((7 + 5 * usual) / 13)
    assert one.former_share == pytest.approx(5 * usual / 13)
    assert changed([one], worse=True) == [one]
    assert changed([one], worse=False) == []
    found = sentences_of([one], NOW)[product.pk, "delivery"]
    assert found[0] == "Delivery was so so, number 6."
    assert len(found) == 3


def test_one_that_rose_is_listed_among_the_better_ones():
    product = ProductFactory()
    said(product, BEFORE, "negative", 8)
    said(product, NOW, "positive", 8)
    (one,) = changed(aspect_trends(NOW, BEFORE), worse=False)
    assert not one.is_worse
    assert one.change < 0


def test_few_reviews_are_not_compared_and_chance_is_not_listed():
    few, wavering = ProductFactory(), ProductFactory()
    said(few, BEFORE, "positive", 2)
    said(few, NOW, "negative", 9)
    said(wavering, BEFORE, "positive", 3)
    said(wavering, NOW, "negative", 1)
    said(wavering, NOW, "positive", 2)
    trends = aspect_trends(NOW, BEFORE)
    assert [one.product_id for one in trends] == [wavering.pk]
    assert changed(trends, worse=True) == []


def test_a_review_that_says_it_twice_counts_once():
    product = ProductFactory()
    said(product, BEFORE, "positive", 3)
    said(product, NOW, "positive", 3)
    review = product.reviews.latest("written_at")
    for _ in range(4):
        AspectMentionFactory(review=review, polarity="negative")
    (one,) = aspect_trends(NOW, BEFORE)
    assert (one.reviews, one.negative) == (3, 1)


def test_retired_aspects_are_left_out():
    product = ProductFactory()
    said(product, BEFORE, "positive", 5)
    said(product, NOW, "negative", 5)
    Aspect.objects.filter(slug="delivery").update(is_active=False)
    assert aspect_trends(NOW, BEFORE) == []
    assert shop_trends(NOW, BEFORE) == []


def test_over_the_whole_shop_messages_count_too():
    said(ProductFactory(), BEFORE, "positive", 3)
    said(ProductFactory(), NOW, "positive", 3)
    for n in range(4):
        message = MessageFactory(sent_at=NOW.start + timedelta(hours=n))
        AspectMentionFactory(message=message, polarity="negative")
    (one,) = shop_trends(NOW, BEFORE)
    assert (one.reviews, one.negative, one.former_reviews, one.product_id) == (7, 4, 3, None)


def test_nothing_is_said_without_mentions():
    assert aspect_trends(NOW, BEFORE) == []
    assert shop_trends(NOW, BEFORE) == []
    assert sentences_of([], NOW) == {}


def make_page(client):
    client.force_login(UserFactory())
    address = f"/aspects/?from={NOW.first}&to={NOW.last}"

    def queries():
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        assert answer.status_code == 200
        return len(captured), answer

    return queries


def test_the_page_links_to_the_reviews_and_costs_the_same_for_any_number(client):
    look = make_page(client)
    product = ProductFactory(name="Kettle")
    said(product, BEFORE, "positive", 8)
    said(product, NOW, "negative", 8)
    look()
    one, answer = look()
    page = answer.content.decode()
    assert f"/reviews/?aspect=delivery&amp;polarity=negative&amp;product={product.pk}" in page
    assert "Delivery was so so, number 7." in page
    for _ in range(6):
        other = ProductFactory()
        said(other, BEFORE, "positive", 8)
        said(other, NOW, "negative", 8)
    many, answer = look()
    assert len(answer.context["fell"]) == 7
    assert many == one
    rows = client.get(f"/plots/aspect-trends.csv?from={NOW.first}&to={NOW.last}").content.decode()
    assert rows.count("\n") == 8
    assert timezone.is_aware(NOW.start)
