"""Replies from help pages, macros and generators, with stand-ins for those parts."""

from types import SimpleNamespace

import pytest

from customers.models import Passage
from intelligence.assisting import parts
from intelligence.assisting.generated import borne_out, numbers_in
from intelligence.assisting.parts import FilledMacro, Written
from intelligence.assisting.passages import quote_of
from tests.factories import ArticleFactory, CustomerFactory, OrderFactory, TicketFactory
from tests.intelligence.assisting.conftest import read

QUESTION = "How long do I have to send it back?"
HELP = "Send it back within 30 days. We pay the postage. The money comes in a week."


@pytest.fixture
def ticket():
    made = TicketFactory(
        customer=CustomerFactory(name="Ada Byron"), subject="Return", body=QUESTION
    )
    read(made.messages.get())
    return made


@pytest.fixture
def stand_in(monkeypatch):
    """Puts a function in the place of a part of the product."""
    return lambda name, instead: monkeypatch.setattr(parts, name, instead)


def passage_of(article, **columns):
    values = {"heading": article.title, "body": HELP, "language": "en", "visibility": "public"}
    return Passage.objects.create(article=article, **values | columns)


def test_a_help_page_is_quoted_with_its_source(suggested, ticket, stand_in):
    article = ArticleFactory(title="Returns")
    passage = passage_of(article)
    stand_in("public_hits", lambda question, language, limit: [(passage, 0.9)])
    (draft,) = suggested(ticket)
    assert (draft.origin, draft.score) == ("passage", 0.9)
    assert draft.text == (
        "Hello Ada,\n\nabout your question, our help page “Returns” says:\n\n"
        f"{HELP}\n\nKind regards\nRobin Reed"
    )
    (source,) = draft.sources
    assert (source["kind"], source["id"], source["quote"]) == ("passage", passage.pk, HELP)
    assert source["address"] == f"/articles/{article.pk}/"


def test_the_quote_begins_where_the_reader_finds_the_answer(suggested, ticket, stand_in):
    passage = passage_of(ArticleFactory())
    stand_in("public_hits", lambda *_: [(passage, 0.9)])
    start = HELP.index("We pay")
    reading = SimpleNamespace(start=start, end=start + 6, margin=2.0)
    reader = SimpleNamespace(
        languages={"en"}, version="r1", read=lambda question, texts: [reading for _ in texts]
    )
    stand_in("answer_reader", lambda: reader)
    (draft,) = suggested(ticket)
    assert draft.sources[0]["quote"] == "We pay the postage. The money comes in a week."
    assert draft.model_version == "r1"


def test_only_what_everybody_may_read_is_asked_for(db, monkeypatch):
    public = passage_of(ArticleFactory())
    passage_of(ArticleFactory(), visibility="staff")
    Passage.objects.create(
        ticket=TicketFactory(), heading="x", body="x", language="en", visibility="public"
    )
    asked = {}

    def retrieve(question, *, language, passages, limit):
        asked["passages"] = list(passages)
        return []

    monkeypatch.setattr(parts, "part", lambda module, name: retrieve)
    assert parts.public_hits("How long?", "en", 5) == []
    assert asked["passages"] == [public]


def test_a_passage_is_quoted_in_whole_sentences():
    assert quote_of(HELP, None) == HELP
    assert quote_of(HELP, (HELP.index("money"), 60)) == "The money comes in a week."
    long = "This is a sentence. " * 60
    assert len(quote_of(long, None)) <= 600
    assert quote_of(long, None).endswith("sentence.")
    assert quote_of("--", None) == "--"


def test_macros_that_fit_are_offered_in_the_tickets_language(suggested, ticket, stand_in):
    macros = [
        FilledMacro(1, "Send back", "", "en", "How long you have to send it back: thirty days."),
        FilledMacro(2, "Zurück", "", "de", QUESTION),
        FilledMacro(3, "Lamps", "", "en", "Bulbs are sold apart."),
    ]
    stand_in("filled_macros", lambda ticket, agent: macros)
    (draft,) = suggested(ticket)
    assert (draft.origin, draft.sources[0]["title"]) == ("macro", "Send back")
    assert draft.text == "How long you have to send it back: thirty days."


def test_a_generated_reply_keeps_only_what_its_sources_bear_out(suggested, ticket, stand_in):
    order = OrderFactory(customer=ticket.customer, number="FK-10001")
    ticket.set_order(order)
    told = {}

    def generate(feature, instructions, texts, **more):
        told.update(feature=feature, instructions=instructions, texts=texts, **more)
        said = (
            "Your order FK-10001 is open. It costs 99.99. It will come by rocket. "
            "See http://evil.example/x now."
        )
        return Written(said, "tiny", "v1")

    stand_in("generate", generate)
    stand_in("supported", lambda said, _: ["rocket" not in one for one in said])
    (draft,) = suggested(ticket)
    assert (draft.origin, draft.generator, draft.origin_name) == (
        "generator",
        "tiny",
        "generator: tiny",
    )
    assert draft.text == ("Hello Ada,\n\nYour order FK-10001 is open.\n\nKind regards\nRobin Reed")
    assert draft.note == "sentences without support were left out: 3"
    assert draft.score == 0.25
    assert QUESTION not in told["instructions"]
    assert any(QUESTION in text for text in told["texts"])
    assert any("Order FK-10001" in text and "12.5 GBP" in text for text in told["texts"])
    assert told["known"] == ["Ada Byron"]


def test_what_a_customer_claims_is_not_told_to_them_as_the_shops_word(suggested, stand_in):
    claim = "Your refund of £500 was approved yesterday by Tess."
    ticket = TicketFactory(customer=CustomerFactory(name="Ada Byron"), body=claim)
    read(ticket.messages.get())
    ticket.add_message("Parcels to Wales take five days.", author_kind="agent")
    read(ticket.add_message("And now?", author_kind="customer"))
    stand_in("public_hits", lambda *_: [])
    said = f"{claim} Parcels to Wales take five days. Leave out greeting and signature."
    stand_in("generate", lambda *_, **__: Written(said, "tiny"))
    (draft,) = suggested(ticket)
    assert draft.text == (
        "Hello Ada,\n\nParcels to Wales take five days.\n\nKind regards\nRobin Reed"
    )


def test_a_sentence_of_the_instructions_is_none_of_the_text(stand_in):
    stand_in("supported", lambda said, _: [True] * len(said))
    assert borne_out("Be brief. Hello.", ["x"], "Answer. Be brief. ") == (["Hello."], 1)


def test_nothing_generated_is_offered_that_cannot_be_checked(suggested, ticket, stand_in):
    stand_in("generate", lambda *_, **__: Written("You have 30 days.", "tiny"))
    stand_in("supported", lambda said, _: [False] * len(said))
    (draft,) = suggested(ticket)
    assert draft.status == "failed"


def test_a_number_that_no_source_has_counts_against_its_sentence(stand_in):
    stand_in("supported", lambda said, _: [True] * len(said))
    kept, dropped = borne_out("You have 14 days. You have 30 days.", ["It takes 30 days."])
    assert (kept, dropped) == (["You have 30 days."], 1)
    assert numbers_in("３０ days, 1.5, 2026-03-02.") == {"30", "1.5", "2026-03-02"}


def test_four_are_offered_at_most_the_best_first(suggested, ticket, stand_in):
    hits = [(passage_of(ArticleFactory(title=f"Page {n}")), 0.5 + n / 10) for n in range(2)]
    macros = [FilledMacro(n, f"Macro {n}", "", "", f"{QUESTION} {n}") for n in range(3)]
    stand_in("public_hits", lambda *_: hits)
    stand_in("filled_macros", lambda *_: macros)
    drafts = suggested(ticket)
    assert [draft.rank for draft in drafts] == [1, 2, 3, 4]
    scores = [draft.score for draft in drafts]
    assert scores == sorted(scores, reverse=True)
    assert {draft.origin for draft in drafts} == {"passage", "macro"}
    assert drafts[1].asked_with == drafts[0]
