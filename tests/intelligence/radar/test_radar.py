"""The radar's look: what it finds, what stays dismissed, what resolves by itself."""

from datetime import timedelta

import pytest

from customers.models import Article, Finding, Product, Question
from intelligence import loaded
from intelligence.radar.run import refresh_radar
from intelligence.radar.stale import found_stale
from tests.factories import (
    NOON,
    ArticleFactory,
    MessageFactory,
    ProductFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def engine(settings):
    settings.ENGINES = settings.ENGINES | {"text": "tests.intelligence.radar.same_engine.load"}
    loaded.text_reader.cache_clear()
    yield
    loaded.text_reader.cache_clear()


def look(**named):
    return refresh_radar(NOON, **named)


def planted():
    one = ArticleFactory(title="Returns", body="You can return things within 30 days.")
    other = ArticleFactory(title="Sending back", body="Return it within 14 days.")
    return one, other


def keys(kind="stale"):
    return sorted(row.title["key"] for row in Finding.objects.filter(kind=kind))


def test_two_articles_that_contradict_are_found_with_their_words():
    one, other = planted()
    assert look().contradictions == 1
    (finding,) = Finding.objects.open()
    assert [side["record_id"] for side in finding.sides] == [one.pk, other.pk]
    assert [s["text"][s["start"] : s["end"]] for s in finding.sides] == ["30 days", "14 days"]
    assert finding.sources == [f"article:{one.pk}", f"article:{other.pk}"]


def told(finding):
    return [(one["value"], one["record_id"]) for one in finding.sides]


def test_a_wrong_value_against_several_texts_is_one_finding_with_all_its_places():
    one, other = planted()
    copy = ArticleFactory(title="Your returns", body="Return what you like within thirty days.")
    ArticleFactory(title="Refunds", body="We refund within 9 days.")
    ArticleFactory(title="Refunding", body="We refund within 3 days.")
    assert look().contradictions == 2
    finding = Finding.objects.get(sources__contains=[f"article:{other.pk}"])
    assert finding.title["values"] == ["30 days", "14 days"]
    assert told(finding) == [(0, one.pk), (1, other.pk), (0, copy.pk)]


def test_a_text_that_says_the_same_later_joins_the_finding_and_one_that_is_put_right_leaves_it():
    one, other = planted()
    look()
    known = Finding.objects.get()
    known.dismiss(by=UserFactory())
    copy = ArticleFactory(title="Your returns", body="Return what you like within 30 days.")
    late = ArticleFactory(title="Send back", body="Return it within 14 days.")
    assert look().contradictions == 0
    finding = Finding.objects.get()
    places = [(0, one.pk), (1, other.pk), (0, copy.pk), (1, late.pk)]
    assert (finding.pk, finding.status, told(finding)) == (known.pk, "dismissed", places)
    finding.bring_back()
    Article.objects.filter(pk=other.pk).update(body="Return it within 30 days.")
    assert look(again=True).contradictions == 0
    finding = Finding.objects.get()
    assert (finding.status, len(finding.sides)) == ("open", 4)
    late.delete()
    look()
    assert Finding.objects.get().status == "resolved"


def test_a_second_look_is_cheap_and_doubles_nothing(django_assert_max_num_queries):
    planted()
    look()
    with django_assert_max_num_queries(12):
        assert look() is None
    assert look(again=True).contradictions == 0
    assert Finding.objects.count() == 1


def test_a_dismissal_stays_when_other_texts_change():
    planted()
    look()
    Finding.objects.get().dismiss(by=UserFactory(), reason="meant so")
    ArticleFactory(title="Tea", body="Tea is good.")
    assert look(again=True).contradictions == 0
    finding = Finding.objects.get()
    assert (finding.status, finding.dismiss_reason) == ("dismissed", "meant so")


def test_it_resolves_by_itself_when_the_text_is_put_right():
    _, other = planted()
    look()
    other.body = "Return it within 30 days."
    other.save()
    look()
    finding = Finding.objects.get()
    assert finding.status == "resolved"
    assert finding.resolved_at == NOON


def test_it_is_open_again_when_the_words_come_back():
    _, other = planted()
    look()
    for body in ("Return it within 30 days.", "Return it within 14 days."):
        Article.objects.filter(pk=other.pk).update(body=body)
        look(again=True)
    assert Finding.objects.get().status == "open"


def test_a_reply_of_a_solved_ticket_is_held_against_the_articles():
    ArticleFactory(title="Returns", body="You can return things within 30 days.")
    ticket = TicketFactory(status="solved", subject="A question")
    reply = MessageFactory(
        ticket=ticket, author_kind="agent", body="You can return it within 14 days.", sent_at=NOON
    )
    open_one = TicketFactory(status="open")
    MessageFactory(
        ticket=open_one, author_kind="agent", body="Return it within 7 days.", sent_at=NOON
    )
    look()
    (finding,) = Finding.objects.open()
    assert finding.sources[1] == f"message:{reply.pk}"


def test_two_replies_that_differ_are_no_finding():
    for days in (14, 30):
        MessageFactory(
            ticket=TicketFactory(status="solved"),
            author_kind="agent",
            body=f"You can return it within {days} days.",
            sent_at=NOON,
        )
    look()
    assert not Finding.objects.exists()


def test_drafts_are_not_held_against_anything():
    planted()
    Article.objects.filter(title="Returns").update(status="draft")
    look()
    assert not Finding.objects.exists()


def test_what_is_out_of_date_is_found_by_its_reason():
    ProductFactory(name="Copper Kettle", is_active=False)
    ProductFactory(name="Birch Broom", price="12.50", currency="GBP")
    ArticleFactory(title="Old", body="Fine.", expires_on=NOON.date())
    ArticleFactory(title="Soon", body="Fine.", expires_on=NOON.date() + timedelta(days=3))
    ArticleFactory(title="Voucher", body="The voucher is valid until 31 January 2024.")
    ArticleFactory(title="Kettles", body="The Copper Kettle is lovely.")
    ArticleFactory(title="Brooms", body="The Birch Broom is £10.00.")
    ArticleFactory(title="Links", body="Read [this](/articles/999999/), and see *Nothing here*.")
    look()
    assert keys() == [
        "broken_link", "broken_link", "expired", "expires_soon", "gone_product", "past_date",
        "price",
    ]  # fmt: skip


def test_what_is_up_to_date_is_not():
    ProductFactory(name="Birch Broom", price="12.50", currency="GBP")
    ArticleFactory(title="Fresh", body="Valid until 31 January 2027.", expires_on=None)
    ArticleFactory(title="Brooms", body="The Birch Broom is £12.50. See *Fresh*.")
    ArticleFactory(title="History", body="We opened on 1 May 2012.")
    assert found_stale(NOON.date()) == []
    assert Product.objects.count() == 1


def ask(text, **columns):
    return Question.objects.create(
        text=text,
        language="en",
        channel="portal",
        created_at=NOON,
        **{"status": Question.Status.UNSURE, **columns},
    )


def test_questions_without_an_answer_become_one_article_to_write():
    ticket = TicketFactory()
    for text in ("Do you repair parcel scales?", "Can a parcel scale be repaired?"):
        ask(text, status=Question.Status.HANDED_OVER, handed_over_to=ticket)
    ask("Do you repair a parcel scale here?", status=Question.Status.ANSWERED, feedback="down")
    ask("Where is the garden?", status=Question.Status.ANSWERED)
    look()
    (finding,) = Finding.objects.filter(kind="unanswered")
    assert (finding.title["n"], finding.title["tickets"]) == (3, 1)
    assert len(finding.sides) == 3


def test_an_article_to_write_is_the_same_when_more_ask_for_it():
    for text in ("Do you repair parcel scales?", "Can a parcel scale be repaired?"):
        ask(text)
    look()
    Finding.objects.get().dismiss(by=UserFactory())
    ask("Repair of a parcel scale?")
    look()
    finding = Finding.objects.get()
    assert (finding.status, finding.title["n"]) == ("dismissed", 3)


def test_one_question_alone_is_no_article():
    ask("Do you repair parcel scales?")
    look()
    assert not Finding.objects.filter(kind="unanswered").exists()
