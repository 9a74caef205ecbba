"""Aspects as rows: their mentions, marks in texts, and what lists are narrowed to."""

import pytest
from django.db import IntegrityError, transaction

from customers.marks import Mark, judged_aspects, marked, mention_marks
from customers.models import Aspect, AspectMention, Review
from customers.models.aspect import reviews_mentioning
from tests.factories import AspectMentionFactory, MessageFactory, ReviewFactory

pytestmark = pytest.mark.django_db


def test_a_new_shop_watches_aspects_with_keywords():
    assert "delivery" in Aspect.objects.values_list("slug", flat=True)
    assert all(aspect.keywords and aspect.description for aspect in Aspect.objects.all())


def test_a_mention_is_of_a_review_or_of_a_message_and_never_of_both():
    review, message = ReviewFactory(), MessageFactory()
    AspectMentionFactory(review=review)
    AspectMentionFactory(message=message)
    with pytest.raises(IntegrityError), transaction.atomic():
        AspectMention.objects.filter(message=message).update(review=review)
    with pytest.raises(IntegrityError), transaction.atomic():
        AspectMention.objects.filter(review=review).update(review=None)


def test_reviews_are_narrowed_by_one_mention_that_fits_all():
    mixed = ReviewFactory()
    AspectMentionFactory(review=mixed, aspect_id="delivery", polarity="negative")
    AspectMentionFactory(review=mixed, aspect_id="price", polarity="positive")
    rows = Review.objects.all()
    assert list(reviews_mentioning(rows, aspect="delivery", polarity="negative")) == [mixed]
    assert not reviews_mentioning(rows, aspect="delivery", polarity="positive")
    assert list(reviews_mentioning(rows, polarity="positive")) == [mixed]
    assert list(reviews_mentioning(rows)) == [mixed]


def test_marks_are_drawn_in_order_and_never_over_one_another():
    text = "<b> slow parcel"
    marks = [Mark(9, 15, "aspect bad", "Delivery"), Mark(4, 8, "for", "+0.50")]
    overlapping = [Mark(6, 12, "for", "no"), Mark(-3, 2, "for", "no"), Mark(9, 99, "for", "no")]
    assert marked(text, marks + overlapping) == (
        '&lt;b&gt; <mark class="for" title="+0.50">slow</mark> '
        '<mark class="aspect bad" title="Delivery">parcel</mark>'
    )


def test_a_mention_is_marked_where_it_stands_behind_what_was_read_before():
    mention = AspectMentionFactory(start=10, end=16)
    (mark,) = mention_marks([mention], offset=4)
    assert (mark.start, mark.end, mark.classes) == (6, 12, "aspect bad")
    assert mark.title == "Delivery: negative"


def test_what_a_text_says_of_an_aspect_is_told_once_with_its_sentences():
    text = "Slow parcel. Bad courier. Fine price."
    review = ReviewFactory(title="", body=text)
    common = {"review": review, "polarity": "negative"}
    AspectMentionFactory(**common, sentence_start=0, sentence_end=12, probability=0.6)
    AspectMentionFactory(**common, start=17, sentence_start=13, sentence_end=25, probability=0.8)
    AspectMentionFactory(
        review=review, aspect_id="price", polarity="positive",
        start=31, end=36, sentence_start=26, sentence_end=37,
    )  # fmt: skip
    delivery, price = judged_aspects(text, review.mentions.all())
    assert delivery.sentences == ("Slow parcel.", "Bad courier.")
    assert (delivery.mention.probability, delivery.tone) == (0.8, "bad")
    assert (price.mention.aspect_id, price.tone) == ("price", "good")
