"""Reviews and what is said of aspects."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.shop import CustomerFactory, ProductFactory


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = models.Review

    product = factory.SubFactory(ProductFactory)
    customer = factory.SubFactory(CustomerFactory)
    rating = 4
    title = "Good"
    body = factory.Sequence("Does what it should, says buyer {}.".format)
    written_at = NOON


class AspectMentionFactory(DjangoModelFactory):
    """A mention in a review, or in a message when `message` is given."""

    class Meta:
        model = models.AspectMention

    review = factory.Maybe("message", None, factory.SubFactory(ReviewFactory))
    message = None
    aspect_id = "delivery"
    sentence_start = 0
    sentence_end = 4
    start = 0
    end = 4
    polarity = "negative"
    probability = 0.9
    score = -0.8
    model_version = "ab" * 32
