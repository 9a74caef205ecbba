"""Replies from help pages and macros."""

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from customers.models import Passage
from intelligence.assisting.passages import quote_of
from intelligence.engines.answer_contract import Reading
from tests.factories import (
    ArticleFactory,
    CustomerFactory,
    MacroFactory,
    PassageFactory,
    TicketFactory,
)
from tests.intelligence.answering.simple_engines import SimpleAnswering
from tests.intelligence.assisting.conftest import read

QUESTION = "May damaged goods be returned within a month?"
HELP = "Damaged goods may be returned within 30 days. We pay the postage. The money comes later."


@pytest.fixture
def ticket():
    made = TicketFactory(
        customer=CustomerFactory(name="Ada Byron"), subject="Return", body=QUESTION
    )
    read(made.messages.get())
    return made


def test_a_help_page_is_quoted_with_its_source(suggested, ticket):
    article = ArticleFactory(title="Sending goods back", body=HELP)
    (draft,) = suggested(ticket)
    assert draft.origin == "passage"
    assert draft.text == (
        "Hello Ada,\n\nabout your question, our help page “Sending goods back” says:\n\n"
        f"{HELP}\n\nKind regards\nRobin Reed"
    )
    (source,) = draft.sources
    passage = Passage.objects.get(article=article)
    assert (source["kind"], source["id"], source["quote"]) == ("passage", passage.pk, HELP)
    page, asked = source["address"].split("?")
    assert page == f"/articles/{article.pk}/"
    assert parse_qs(asked) == {"cite": [str(passage.pk)], "highlight": [HELP]}
    assert draft.model_version == "test"


def test_the_quote_begins_where_the_reader_finds_the_answer(suggested, ticket, monkeypatch):
    class Finds(SimpleAnswering.reader.__class__):
        def read(self, question, passages):
            start = HELP.index("We pay")
            return [Reading("We pay", start, start + 6, 2.0, 0.0) for _ in passages]

    monkeypatch.setattr(SimpleAnswering, "reader", Finds())
    ArticleFactory(body=HELP)
    (draft,) = suggested(ticket)
    assert draft.sources[0]["quote"] == "We pay the postage. The money comes later."


def test_only_what_everybody_may_read_is_quoted(suggested, ticket):
    today = timezone.localdate()
    ArticleFactory(body=HELP, visibility="staff")
    ArticleFactory(body=HELP, status="draft")
    ArticleFactory(body=HELP, expires_on=today - timedelta(days=1))
    PassageFactory(article=None, ticket=TicketFactory(), heading="x", body=HELP)
    assert [draft.status for draft in suggested(ticket)] == ["failed"]


def test_a_passage_is_quoted_in_whole_sentences():
    assert quote_of(HELP, None) == HELP
    assert quote_of(HELP, (HELP.index("money"), 70)) == "The money comes later."
    long = "This is a sentence. " * 60
    assert len(quote_of(long, None)) <= 600
    assert quote_of(long, None).endswith("sentence.")
    assert quote_of("--", None) == "--"


def test_macros_that_fit_are_offered_in_the_tickets_language(suggested, ticket):
    text = "{{customer.first_name}}, may damaged goods be returned within a month? Yes."
    macro = MacroFactory(name="Damaged goods", body=text)
    MacroFactory(name="Zurück", language="de", body=QUESTION)
    MacroFactory(name="Lamps", body="Bulbs are sold apart.")
    MacroFactory(name="Old", body=QUESTION, is_active=False)
    (draft,) = suggested(ticket)
    assert (draft.origin, draft.sources[0]["id"]) == ("macro", macro.pk)
    assert draft.text == "Ada, may damaged goods be returned within a month? Yes."


def test_four_are_offered_at_most_the_best_first(suggested, ticket):
    for number in range(3):
        ArticleFactory(title=f"Page {number}", body=f"{HELP} Page {number}.")
        MacroFactory(name=f"Macro {number}", language="", body=f"{QUESTION} {number}")
    drafts = suggested(ticket)
    assert [draft.rank for draft in drafts] == [1, 2, 3, 4]
    scores = [draft.score for draft in drafts]
    assert scores == sorted(scores, reverse=True)
    assert [draft.origin for draft in drafts].count("macro") == 2
    assert drafts[1].asked_with == drafts[0]
