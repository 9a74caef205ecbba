"""Topics of tickets and reviews: kept vectors, fits, assignment, identity over refits."""

from contextlib import nullcontext
from datetime import timedelta

import numpy as np
import pytest

from customers.models import Review, Ticket, Topic
from intelligence import loaded, topics
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.models import TextVector, TopicFit, TopicVector
from intelligence.topics import refresh_topics
from tests.factories import NOON, MessageFactory, ReviewFactory, TicketFactory, UserFactory
from tests.intelligence.topic_engine import embedding_of

pytestmark = pytest.mark.django_db


def use_engine(settings, name):
    settings.ENGINES = settings.ENGINES | {"text": f"tests.intelligence.topic_engine.{name}"}
    loaded.text_reader.cache_clear()


@pytest.fixture(autouse=True)
def engine(settings):
    use_engine(settings, "load")
    yield
    loaded.text_reader.cache_clear()


def write_tickets(*words, each=12):
    for word in words:
        for n in range(each):
            TicketFactory(subject=f"About the {word}", body=f"The {word} number {'x' * n} again")
    analyse_pending(KINDS["message"])


def names():
    shown = Topic.objects.shown().order_by("-size", "suggested_name")
    return {topic.suggested_name.split(",")[0].lower(): topic for topic in shown}


def topic_of(word):
    return next(topic for topic in Topic.objects.shown() if word in topic.suggested_name.lower())


def test_each_text_keeps_its_vector_and_takes_it_along():
    ticket = TicketFactory(subject="Hi", body="The parcel is late")
    review = ReviewFactory(title="", body="The hinge broke")
    analyse_pending(KINDS["message"])
    analyse_pending(KINDS["review"])
    vector = ticket.messages.get().vector
    assert vector.embedding_version == "0" * 64
    kept = np.array(vector.embedding, np.float32)
    assert np.allclose(kept, embedding_of("Hi\nThe parcel is late"), atol=1e-3)
    ticket.delete()
    review.delete()
    assert not TextVector.objects.exists()


def test_a_new_reading_takes_the_vectors_place():
    review = ReviewFactory(title="", body="The hinge broke")
    analyse_pending(KINDS["review"])
    review = Review.objects.get(pk=review.pk)
    review.body = "The parcel came"
    review.save()
    analyse_pending(KINDS["review"])
    (vector,) = TextVector.objects.all()
    assert vector.embedding[0] > 0.9


def test_agents_texts_have_no_vector():
    ticket = TicketFactory(body="The parcel is late")
    MessageFactory(ticket=ticket, author_kind="agent")
    analyse_pending(KINDS["message"])
    assert TextVector.objects.count() == 1


def test_topics_are_found_named_and_given_to_their_tickets():
    write_tickets("parcel", "hinge", "invoice")
    assert refresh_topics() == ["ticket"]
    assert len(names()) == 3
    parcel = topic_of("parcel")
    assert (parcel.size, parcel.kind, parcel.language) == (12, "ticket", "en")
    assert set(parcel.tickets.values_list("subject", flat=True)) == {"About the parcel"}
    assert parcel.first_seen_at == NOON
    assert set(parcel.example_pks) <= set(parcel.tickets.values_list("pk", flat=True))
    assert len(parcel.example_pks) == 5
    assert 0.9 < parcel.coherence <= 1


def test_a_new_ticket_finds_its_topic_as_soon_as_it_is_read():
    write_tickets("parcel", "hinge")
    refresh_topics()
    late = TicketFactory(subject="Hello", body="My parcel, please")
    other = TicketFactory(subject="Hello", body="Something else")
    analyse_pending(KINDS["message"])
    late.refresh_from_db()
    other.refresh_from_db()
    assert late.topic == topic_of("parcel")
    assert other.topic is None


def test_the_opening_message_alone_decides():
    write_tickets("parcel", "hinge")
    refresh_topics()
    ticket = TicketFactory(subject="Hello", body="My parcel, please")
    MessageFactory(ticket=ticket, body="And the hinge", sent_at=NOON + timedelta(days=1))
    analyse_pending(KINDS["message"])
    ticket.refresh_from_db()
    assert ticket.topic == topic_of("parcel")


def test_nothing_is_fitted_again_until_enough_was_written():
    write_tickets("parcel", "hinge")
    assert refresh_topics() == ["ticket"]
    assert refresh_topics() == []
    write_tickets("parcel", each=3)
    assert refresh_topics() == []
    write_tickets("invoice", each=12)
    assert refresh_topics() == ["ticket"]


def test_no_fit_while_an_import_is_being_read():
    write_tickets("parcel", "hinge")
    refresh_topics()
    write_tickets("invoice", each=12)
    TicketFactory(body="still to be read")
    assert refresh_topics() == []


def test_topics_keep_their_rows_and_names_over_refits():
    write_tickets("parcel", "hinge")
    refresh_topics()
    before = {word: topic_of(word).pk for word in ("parcel", "hinge")}
    topic_of("parcel").rename("Late parcels", by=UserFactory())
    write_tickets("invoice", "garden", each=14)
    refresh_topics()
    assert {word: topic_of(word).pk for word in ("parcel", "hinge")} == before
    assert str(topic_of("parcel")) == "Late parcels"
    assert len(names()) == 4


def test_topics_are_known_again_when_another_encoder_reads(settings):
    write_tickets("parcel", "hinge")
    refresh_topics()
    before = {word: topic_of(word).pk for word in ("parcel", "hinge")}
    use_engine(settings, "load_wider")
    KINDS["message"].model.objects.all().request_analysis()
    analyse_pending(KINDS["message"])
    assert refresh_topics() == ["ticket"]
    assert {word: topic_of(word).pk for word in ("parcel", "hinge")} == before
    assert set(TopicVector.objects.values_list("embedding_version", flat=True)) == {"1" * 64}


def test_a_topic_that_nobody_writes_about_any_more_retires():
    write_tickets("parcel", "hinge", "invoice")
    refresh_topics()
    gone = topic_of("invoice")
    Ticket.objects.filter(topic=gone).delete()
    refresh_topics()
    gone.refresh_from_db()
    assert not gone.is_active
    assert gone.pk not in Topic.objects.shown().values_list("pk", flat=True)
    assert len(names()) == 2


def test_a_merged_topic_lives_on_in_the_other_and_can_come_back():
    write_tickets("parcel", "hinge", "invoice")
    refresh_topics()
    hinge, parcel = topic_of("hinge"), topic_of("parcel")
    hinge.merge_into(parcel)
    parcel.refresh_from_db()
    assert parcel.size == 24
    late = TicketFactory(subject="Hello", body="The hinge")
    analyse_pending(KINDS["message"])
    late.refresh_from_db()
    assert late.topic == parcel
    write_tickets("garden")
    refresh_topics()
    assert Topic.objects.get(pk=hinge.pk).merged_into == parcel
    assert parcel.tickets.filter(subject="About the hinge").count() == 12
    Topic.objects.get(pk=hinge.pk).split_again()
    write_tickets("password")
    refresh_topics()
    assert hinge.tickets.filter(subject="About the hinge").count() == 12


def test_a_topic_is_merged_into_a_standing_one_of_its_kind_alone():
    write_tickets("parcel", "hinge")
    refresh_topics()
    parcel = topic_of("parcel")
    stranger = Topic.objects.create(kind="review", suggested_name="Taste")
    for other in (parcel, stranger):
        with pytest.raises(ValueError, match="another standing one"):
            parcel.merge_into(other)


def test_reviews_have_topics_of_their_own():
    for word in ("hinge", "garden"):
        for n in range(12):
            ReviewFactory(title="", body=f"The {word} {'x' * n}")
    analyse_pending(KINDS["review"])
    assert refresh_topics() == ["review"]
    assert set(Topic.objects.values_list("kind", flat=True)) == {"review"}
    assert topic_of("hinge").reviews.count() == 12


@pytest.mark.parametrize("bodies", [[], ["The parcel"], ["Nothing of that kind"] * 30, [""] * 30])
def test_no_tickets_one_ticket_or_texts_that_say_nothing_have_no_topics(bodies):
    for body in bodies:
        MessageFactory(ticket=TicketFactory(subject="", body=""), body=body)
    analyse_pending(KINDS["message"])
    refresh_topics()
    assert not Topic.objects.exists()
    assert not Ticket.objects.filter(topic__isnull=False).exists()


def test_equal_texts_are_no_topic_for_there_is_nothing_to_tell_apart():
    for _ in range(30):
        TicketFactory(subject="The parcel", body="The parcel")
    analyse_pending(KINDS["message"])
    assert refresh_topics() == ["ticket"]
    assert not Topic.objects.exists()
    assert TopicFit.objects.get().texts == 30


def test_of_very_many_texts_a_sample_is_fitted_and_all_are_put_into_topics(monkeypatch):
    monkeypatch.setattr("intelligence.topic_sample.MOST_TEXTS", 20)
    monkeypatch.setattr("intelligence.topic_rows.CHUNK", 7)
    write_tickets("parcel", "hinge", each=40)
    refresh_topics()
    assert sorted(topic.size for topic in Topic.objects.shown()) == [40, 40]
    assert not Ticket.objects.filter(topic=None).exists()


def test_a_fit_that_another_process_is_at_is_left_to_it(monkeypatch):
    write_tickets("parcel", "hinge")
    monkeypatch.setattr(topics, "held", lambda *_: nullcontext(False))
    assert refresh_topics() == []


def test_chinese_texts_are_told_apart_by_their_characters():
    """The encoder puts them all in one place; their characters do not."""
    for n in range(15):
        TicketFactory(subject="快递", body=f"快递太慢了，还没到{'呀' * n}")
        TicketFactory(subject="盖子", body=f"水壶盖子断了，坏了{'呀' * n}")
    analyse_pending(KINDS["message"])
    KINDS["message"].model.objects.update(language="zh")
    refresh_topics()
    found = {topic.suggested_name: topic for topic in Topic.objects.shown()}
    assert len(found) == 2
    assert {topic.language for topic in found.values()} == {"zh"}
    couriers = next(topic for name, topic in found.items() if "快递" in name)
    assert set(couriers.tickets.values_list("subject", flat=True)) == {"快递"}
    assert couriers.tickets.count() == 15
    keys = {topic.pk for topic in found.values()}
    KINDS["message"].model.objects.update(language="zh")
    topics.fit_kind("ticket", "0" * 64)
    assert set(Topic.objects.shown().values_list("pk", flat=True)) == keys
