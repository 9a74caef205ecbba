"""Drafts of articles from solved tickets: shared sentences, no persons, nothing published."""

import pytest

from customers.models import Article, ArticleDraft, EgressRecord, Finding, Visibility
from intelligence import loaded
from intelligence.radar.drafting import carry_out_draft
from tests.factories import (
    ArticleDraftFactory,
    CustomerFactory,
    FindingFactory,
    MessageFactory,
    OrderFactory,
    TicketFactory,
    TopicFactory,
    UserFactory,
)
from tests.intelligence.generating.conftest import remote, switched_on
from tests.intelligence.generating.peer import Peer, answer

pytestmark = pytest.mark.django_db
CANARIES = ("Zephyrine", "Quillfeather", "zephyrine@canary.example", "FK777001", "020 7946 0018")


@pytest.fixture(autouse=True)
def engine(settings):
    settings.ENGINES = settings.ENGINES | {"text": "tests.intelligence.topic_engine.load"}
    loaded.text_reader.cache_clear()
    yield
    loaded.text_reader.cache_clear()


def solved(topic, name, reply, **columns):
    customer = CustomerFactory(name=name, email=f"{name.split()[0].lower()}@canary.example")
    order = OrderFactory(customer=customer, number=columns.pop("number", f"FK{name[:3]}"))
    ticket = TicketFactory(
        customer=customer, order=order, status=columns.pop("status", "solved"), topic=topic
    )
    MessageFactory(ticket=ticket, author_kind="agent", author=UserFactory(), body=reply)
    return ticket


def finding_of(topic, **columns):
    return FindingFactory(
        kind=Finding.Kind.UNANSWERED,
        title={"key": "topic", "name": "Hinge of lids", "words": ["hinge"], "n": 3, "tickets": 3},
        sides=[],
        sources=[f"topic:{topic.pk}"],
        **columns,
    )


@pytest.fixture
def topic(db):
    return TopicFactory()


@pytest.fixture
def tickets(topic):
    rule = "The hinge of the lid is replaced free of charge."
    mine = solved(
        topic,
        "Zephyrine Quillfeather",
        f"Dear Zephyrine,\n{rule} Zephyrine, your invoice FK777001 went to "
        "zephyrine@canary.example. The garden courier rings 020 7946 0018 first.",
        number="FK777001",
    )
    return [
        mine,
        solved(topic, "Ann Other", f"Hello Ann,\n{rule} Kind regards"),
        solved(topic, "Bob Third", "A password of Quillfeather is for nobody else here."),
    ]


def drafted(finding):
    draft = ArticleDraftFactory(finding=finding, requested_by=UserFactory())
    carry_out_draft(draft.pk)
    draft.refresh_from_db()
    return draft


def test_a_draft_holds_what_agents_told_two_customers_and_names_the_tickets(topic, tickets):
    draft = drafted(finding_of(topic))
    assert draft.status == ArticleDraft.Status.DONE
    assert draft.article.body == "The hinge of the lid is replaced free of charge."
    assert draft.sentences[0]["tickets"] == sorted([tickets[0].pk, tickets[1].pk])
    assert draft.tickets_read == 3


def test_no_personal_detail_of_the_tickets_is_in_it(topic, tickets):
    draft = drafted(finding_of(topic))
    told = f"{draft.article.title} {draft.article.body} {draft.sentences}"
    assert [canary for canary in CANARIES if canary.lower() in told.lower()] == []


def test_nothing_is_published_by_itself(topic, tickets):
    article = drafted(finding_of(topic)).article
    assert (article.status, article.visibility) == (Article.Status.DRAFT, Visibility.STAFF)
    assert not Article.objects.filter(status=Article.Status.PUBLISHED).exists()


def test_what_one_customer_alone_was_told_makes_no_article(topic):
    solved(topic, "Ann Other", "The hinge of the lid is replaced free of charge.")
    draft = drafted(finding_of(topic))
    assert draft.status == ArticleDraft.Status.FAILED
    assert "two customers" in draft.error
    assert not Article.objects.exists()


def test_open_tickets_are_not_read(topic, tickets):
    for ticket in tickets:
        ticket.set_status("open")
    draft = drafted(finding_of(topic))
    assert (draft.status, draft.tickets_read) == (ArticleDraft.Status.FAILED, 0)


def test_a_draft_is_written_once(topic, tickets):
    draft = drafted(finding_of(topic))
    carry_out_draft(draft.pk)
    assert Article.objects.count() == 1


# As a worker runs, outside of any transaction: the ledger refuses to be part of one.
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_generated_article_keeps_only_what_agents_told(topic, tickets):
    rule = "The hinge of the lid is replaced free of charge."
    with Peer((200, {}, answer(f"{rule} The hinge of the lid costs 99 GBP."))) as peer:
        switched_on(remote(peer.url, name="Tiny server"), "article")
        draft = drafted(finding_of(topic))
    assert (draft.article.body, draft.generator) == (rule, "Tiny server")
    assert draft.article.status == Article.Status.DRAFT
    entry = EgressRecord.objects.get()
    assert [entry.body.encode()] == peer.bodies
    assert [one for one in CANARIES if one.lower() in entry.body.lower()] == []
    assert entry.fields == ["instructions", "sentences of replies"]
