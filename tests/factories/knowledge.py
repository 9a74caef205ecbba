"""Articles, questions, passages and findings."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON


class ArticleFactory(DjangoModelFactory):
    class Meta:
        model = models.Article

    title = factory.Sequence("How returns work, part {}".format)
    body = "Send it back within **30 days**."
    category = "Returns"
    status = models.Article.Status.PUBLISHED


class QuestionFactory(DjangoModelFactory):
    """A pending question of the portal, as old as the rest; no worker is rung for."""

    class Meta:
        model = models.Question

    text = factory.Sequence("How long does parcel {} take?".format)
    channel = "portal"
    created_at = NOON


class PassageFactory(DjangoModelFactory):
    """A public passage of a published article, beside those cut out of its text."""

    class Meta:
        model = models.Passage

    position = factory.Sequence(lambda number: 100 + number)
    article = factory.SubFactory(ArticleFactory, body="")
    heading = factory.LazyAttribute(lambda passage: str(passage.article))
    body = "You may return goods within 30 days. Delivery takes two to four working days."
    language = "en"
    visibility = "public"


class FindingFactory(DjangoModelFactory):
    """An open contradiction of two articles."""

    class Meta:
        model = models.Finding

    kind = "contradiction"
    fingerprint = factory.Sequence("{:064x}".format)
    severity = 3
    language = "en"
    title = factory.LazyFunction(
        lambda: {
            "key": "differs", "kind": "duration", "role": "return", "likeness": 0.8,
            "values": ["30 days", "14 days"],
        }
    )  # fmt: skip
    sides = factory.LazyFunction(
        lambda: [
            {
                "record": record, "record_id": 1, "title": "Returns", "text": text,
                "quote": text[7:14], "start": 7, "end": 14,
            }
            for record, text in (("article", "Within 30 days."), ("message", "Within 14 days."))
        ]
    )  # fmt: skip
    sources = factory.LazyFunction(lambda: ["article:1", "message:1"])
    found_at = NOON
    last_seen_at = NOON


class ArticleDraftFactory(DjangoModelFactory):
    class Meta:
        model = models.ArticleDraft

    finding = factory.SubFactory(FindingFactory)
    created_at = NOON
