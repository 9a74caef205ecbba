"""Aspects of reviews and messages on the road, read by the engines that ship; and the trend."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import Aspect, AspectMention, Message
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from tests.factories import MessageFactory, ReviewFactory, TicketFactory

pytestmark = pytest.mark.django_db


def said(**of):
    rows = AspectMention.objects.filter(**of).order_by("start")
    return [(row.aspect_id, row.polarity) for row in rows]


def test_a_review_gets_its_mentions_and_a_new_reading_replaces_them():
    review = ReviewFactory(title="", body="The delivery was awful. But the price is wonderful!")
    analyse_pending(KINDS["review"])
    assert said(review=review) == [("delivery", "negative"), ("price", "positive")]
    mention = review.mentions.first()
    assert review.read_text[mention.start : mention.end] == "delivery"
    assert len(mention.model_version) == 64
    review.refresh_from_db()
    review.body = "The price is wonderful!"
    review.save()
    analyse_pending(KINDS["review"])
    assert said(review=review) == [("price", "positive")]


def test_an_opening_message_is_read_with_its_subject():
    ticket = TicketFactory(subject="Help", body="The packaging was terrible.")
    analyse_pending(KINDS["message"])
    message = Message.objects.get(ticket=ticket)
    (mention,) = message.mentions.all()
    assert f"{ticket.subject}\n{message.body}"[mention.start : mention.end] == "packaging"
    assert (mention.aspect_id, mention.polarity) == ("packaging", "negative")


def test_chinese_mentions_are_judged_by_the_chinese_engine():
    review = ReviewFactory(title="", body="物流非常快，很满意。质量太差了，坏了！")
    analyse_pending(KINDS["review"])
    assert ("delivery", "positive") in said(review=review)
    assert ("quality", "negative") in said(review=review)


def test_a_text_that_no_model_reads_mentions_nothing():
    review = ReviewFactory(title="", body="Die Delivery war leider viel zu spät, sehr ärgerlich.")
    analyse_pending(KINDS["review"])
    assert said(review=review) == []


def test_the_shop_decides_which_aspects_there_are():
    Aspect.objects.filter(slug="price").update(is_active=False)
    Aspect.objects.create(slug="lid", name="Lid", keywords=["lid"])
    review = ReviewFactory(title="", body="The lid is terrible and the price too.")
    analyse_pending(KINDS["review"])
    assert said(review=review) == [("lid", "negative")]


def test_the_trend_of_a_ticket_is_the_latest_score_less_the_first(ledger):
    ticket = TicketFactory(body="all good")
    analyse_pending(KINDS["message"])
    ticket.refresh_from_db()
    assert ticket.sentiment_trend is None
    now = timezone.now()
    MessageFactory(ticket=ticket, body="so bad", sent_at=now - timedelta(hours=1))
    MessageFactory(ticket=ticket, body="RAISE", sent_at=now, author_kind="agent")
    analyse_pending(KINDS["message"])
    ticket.refresh_from_db()
    assert ticket.sentiment_trend == -1.0
    assert ticket.is_getting_worse
    assert not ticket.is_getting_better
    MessageFactory(ticket=ticket, body="good again", sent_at=now)
    analyse_pending(KINDS["message"])
    ticket.refresh_from_db()
    assert ticket.sentiment_trend == 0.0
