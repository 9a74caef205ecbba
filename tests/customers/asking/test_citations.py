"""What may be shown of an answer: a citation that holds, for this reader, today."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.asking.citations import shown, shown_all
from customers.models import Passage
from tests.factories import (
    ArticleFactory,
    PassageFactory,
    ProductFactory,
    QuestionFactory,
    TicketFactory,
)

pytestmark = pytest.mark.django_db

BODY = "Returns are free. You may return goods within 30 days. Write to us."
QUOTE = "30 days"


def answered(passage, /, **changes):
    start = BODY.find(QUOTE)
    item = {
        "passage": passage.pk, "source": "article", "source_id": passage.article_id,
        "title": passage.heading, "quote": QUOTE, "start": start, "end": start + len(QUOTE),
        "sentence_start": 18, "sentence_end": 54,
    }  # fmt: skip
    columns = {
        "kind": "passage", "status": "answered", "answer": QUOTE, "evidence": [item | changes],
        "detail": {"retrieved": [passage.pk]},
    }  # fmt: skip
    return QuestionFactory(**columns)


@pytest.fixture
def passage():
    return PassageFactory(body=BODY)


def test_the_quote_is_shown_in_its_sentence_with_the_page_where_it_is_highlighted(passage):
    (cited,) = shown(answered(passage), by_staff=True).citations
    assert (cited.before, cited.quote, cited.after) == (
        "You may return goods within ", "30 days", ".",
    )  # fmt: skip
    assert cited.address == f"/articles/{passage.article_id}/?cite={passage.pk}&highlight=30+days"
    assert cited.title == passage.heading


def withdrawn(question, by_staff=False):
    told = shown(question, by_staff=by_staff)
    return told.is_withdrawn and not told.has_answer and told.plain == ""


def test_a_citation_outside_what_was_retrieved_is_never_shown(passage):
    question = answered(passage)
    question.detail = {"retrieved": [passage.pk + 1]}
    assert withdrawn(question, by_staff=True)
    question.detail = {}
    assert withdrawn(question, by_staff=True)


def test_a_quote_that_the_passage_does_not_hold_any_more_is_not_shown(passage):
    question = answered(passage)
    Passage.objects.update(body=BODY.replace("30 days", "14 days"))
    assert withdrawn(question)


def test_a_quote_that_moved_is_shown_where_it_stands_now(passage):
    question = answered(passage)
    Passage.objects.update(body=f"New. {BODY}")
    (cited,) = shown(question, by_staff=False).citations
    assert (cited.quote, cited.sentence) == (QUOTE, QUOTE)


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": "60 days"},
        {"quote": ""},
        {"start": -4, "end": 3},
        {"passage": 10**9},
        {"sentence_start": 60},
    ],
)
def test_evidence_that_was_tampered_with_shows_nothing_false(passage, changes):
    told = shown(answered(passage, **changes), by_staff=False)
    assert told.plain in ("", QUOTE)


@pytest.mark.parametrize("by_staff", [True, False])
def test_with_its_article_the_answer_goes(passage, by_staff):
    question = answered(passage)
    passage.article.delete()
    assert withdrawn(question, by_staff=by_staff)


def test_what_is_for_staff_or_expired_since_is_not_shown_to_customers(passage):
    question = answered(passage)
    Passage.objects.update(visibility="staff")
    assert withdrawn(question)
    assert shown(question, by_staff=True).has_answer
    Passage.objects.update(visibility="public", expires_on=timezone.localdate())
    assert withdrawn(question)
    Passage.objects.update(expires_on=timezone.localdate() + timedelta(days=1))
    assert shown(question, by_staff=False).has_answer


def test_an_article_made_a_draft_or_staff_only_is_not_shown_before_its_passages_follow(passage):
    question = answered(passage)
    article = passage.article
    type(article).objects.update(visibility="staff")
    assert withdrawn(question)
    type(article).objects.update(visibility="public", status="draft")
    assert withdrawn(question)


def test_a_solved_ticket_is_never_shown_to_customers():
    passage = PassageFactory(article=None, ticket=TicketFactory(), heading="Ticket", body=BODY)
    assert withdrawn(answered(passage))


def test_products_have_a_page_for_staff_alone():
    passage = PassageFactory(article=None, product=ProductFactory(), heading="Mug", body=BODY)
    question = answered(passage)
    assert shown(question, by_staff=True).citations[0].address.startswith("/products/")
    assert shown(question, by_staff=False).citations[0].address == ""


def test_the_closest_sources_are_checked_too(passage):
    hidden = PassageFactory(visibility="staff", article=ArticleFactory(title="Secret"))
    items = [
        {"passage": one.pk, "source": "article", "source_id": one.article_id, "title": "x"}
        for one in (passage, hidden)
    ]
    question = QuestionFactory(status="unsure", closest=items)
    assert [one.title for one in shown(question, by_staff=False).closest] == [passage.heading]
    assert len(shown(question, by_staff=True).closest) == 2


def test_many_questions_cost_one_query(passage):
    questions = [answered(passage) for _ in range(9)]
    with CaptureQueriesContext(connection) as captured:
        assert len(shown_all(questions, by_staff=False)) == 9
    assert len(captured) == 1
