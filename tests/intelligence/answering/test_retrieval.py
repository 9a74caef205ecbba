"""Finding passages: by words and by meaning, under the filters of the queryset."""

from datetime import date

import numpy as np
import pytest

from customers.models import Passage
from intelligence import loaded, text_index
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.answering.frequencies import count_terms, passages_and_frequencies
from intelligence.answering.retrieval import ask, retrieve
from intelligence.engines.lexical_index import lexical_index
from intelligence.engines.lexical_terms import terms_of
from intelligence.models import PassageReading, TermFrequency, TextVector
from tests.factories import ArticleFactory, MessageFactory, TicketFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
TEXTS = {
    "Returns": "You may send goods back within 30 days. The refund takes a week.",
    "Delivery": "A parcel reaches Norway in four days. Deliveries to Spain take six.",
    "Lamps": "The Holm lamp AB-1200 takes a bulb of 5 watts.",
    "Accounts": "Choose a new password on the login page.",
}


@pytest.fixture(autouse=True)
def engine(settings):
    settings.ENGINES = settings.ENGINES | {"text": "tests.intelligence.answering.engine.load"}
    loaded.text_reader.cache_clear()
    yield
    loaded.text_reader.cache_clear()


def read():
    analyse_pending(KINDS["passage"])


@pytest.fixture
def shop():
    for title, body in TEXTS.items():
        ArticleFactory(title=title, body=body)
    read()


def titles(question, *, by_staff=False, language="en", **more):
    passages = Passage.objects.readable(by_staff=by_staff, on=TODAY)
    hits = retrieve(question, language=language, passages=passages, **more)
    return [hit.passage.source.title for hit in hits]


def test_the_passage_with_the_words_comes_first(shop):
    assert titles("How many watts does the AB-1200 take?")[0] == "Lamps"
    assert titles("Which parcels reach Spain?")[0] == "Delivery"


def test_a_passage_is_found_by_meaning_alone(shop):
    # no word of the question stands in the passage, but "light" lies where "bulb" does
    assert titles("lights", limit=1) == ["Lamps"]


def test_a_passage_is_found_by_words_alone(shop):
    TextVector.objects.filter(passage__isnull=False).delete()
    assert titles("Norway") == ["Delivery"]


def test_scores_are_told_and_ordered(shop):
    hits = retrieve("refund in 30 days", language="en", passages=Passage.objects.all())
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert hits[0].lexical > 0
    assert hits[0].cosine == pytest.approx(1, abs=1e-3)


def test_an_edit_is_found_and_the_former_text_is_not(shop):
    article = Passage.objects.get(heading="Returns").article
    article.body = "Goods may be exchanged for a voucher."
    article.save()
    read()
    assert titles("voucher")[0] == "Returns"
    assert PassageReading.objects.count() == len(TEXTS)
    assert all(hit.lexical == 0 for hit in retrieve(
        "30 week", language="en", passages=Passage.objects.all()))  # fmt: skip


def test_what_is_taken_back_is_not_found(shop):
    article = Passage.objects.get(heading="Returns").article
    article.status = "draft"
    article.save()
    assert "Returns" not in titles("refund in 30 days")
    assert not PassageReading.objects.filter(passage__article=article).exists()


def test_what_expired_is_never_found(shop):
    article = Passage.objects.get(heading="Returns").article
    article.expires_on = TODAY
    article.save()
    assert "Returns" not in titles("refund in 30 days", by_staff=True)


def test_staff_only_texts_never_reach_a_public_asker(shop):
    ArticleFactory(title="Secret", body="Refund limit for angry customers.", visibility="staff")
    ticket = TicketFactory(subject="Refund", body="Where is my refund?")
    reply = "The refund was sent on Monday and arrives within the week, Ms Brown."
    MessageFactory(ticket=ticket, author_kind="agent", body=reply)
    ticket.set_status("solved")
    read()
    public = Passage.objects.readable(by_staff=False, on=TODAY)
    hits = retrieve("refund limit angry customers Brown", language="en", passages=public)
    assert {hit.passage.visibility for hit in hits} == {"public"}
    staff = Passage.objects.readable(by_staff=True, on=TODAY)
    found = retrieve("refund limit angry customers Brown", language="en", passages=staff)
    assert found[0].passage.source.title == "Secret"
    assert ticket in [hit.passage.ticket for hit in found]


def test_a_chinese_question_finds_the_chinese_passage(shop):
    ArticleFactory(title="退货", body="您可以在三十天内退货。", language="zh")
    ArticleFactory(title="配送", body="包裹四天内送达。", language="zh")
    read()
    assert titles("退货需要几天？", language="zh")[0] == "退货"
    assert titles("退貨需要幾天？", language="")[0] == "退货"


@pytest.mark.parametrize("question", ["", "   ", "?!…", "\x00", "\ud800"])
def test_a_question_without_a_word_finds_nothing(shop, question):
    assert titles(question) == []


def test_very_long_questions_and_operators_are_only_words(shop):
    assert titles("refund " * 10_000, limit=1) == ["Returns"]
    assert titles("refund & | ! :* ' \" \\ %s %(x)s {}", limit=1) == ["Returns"]


def test_nothing_to_find_is_an_empty_list(shop):
    passages = Passage.objects.all()
    assert retrieve("refund", language="en", passages=passages.none()) == []
    assert retrieve("refund", language="en", passages=passages, limit=0) == []
    passages.delete()
    assert retrieve("refund", language="en", passages=passages) == []


def test_passages_that_nobody_read_yet_are_not_found():
    ArticleFactory(title="Returns", body=TEXTS["Returns"])
    assert titles("refund") == []


@pytest.mark.parametrize("question", ["refund in 30 days", "lamp of 5 watts", "Norway parcel"])
def test_the_database_scores_as_the_engine_does(shop, question):
    rows = list(Passage.objects.order_by("pk"))
    pure = lexical_index([terms_of(row.read_text, "en") for row in rows])
    expected = pure.scores(pure.asked(terms_of(question, "en")))
    hits = retrieve(question, language="en", passages=Passage.objects.all(), limit=20)
    told = {hit.passage.pk: hit.lexical for hit in hits}
    got = np.array([told.get(row.pk, 0.0) for row in rows])
    assert got == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_the_counts_of_terms_follow_small_collections(shop):
    asked = ask("refund")
    passages, frequencies = passages_and_frequencies(asked.terms.numbers.tolist())
    assert (passages, list(frequencies.values())) == (4, [1])
    Passage.objects.filter(heading="Returns").delete()
    assert count_terms()
    assert passages_and_frequencies(asked.terms.numbers.tolist()) == (3, {})
    assert TermFrequency.objects.get(number=TermFrequency.ALL).passages == 3


def test_the_number_of_statements_is_the_same_for_few_and_many(shop, django_assert_num_queries):
    public = Passage.objects.readable(by_staff=False, on=TODAY)
    with django_assert_num_queries(7):  # two of them a savepoint
        retrieve("refund in 30 days", language="en", passages=public)
    for number in range(30):
        ArticleFactory(body=f"The refund number {number} takes 30 days.")
    read()
    with django_assert_num_queries(7):
        retrieve("refund in 30 days", language="en", passages=public)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_passages_get_an_index_and_few_none(settings, shop):
    assert text_index.keep_current("passage") is None
    settings.RETRIEVAL_INDEX_FROM = 2
    name = text_index.keep_current("passage")
    assert name == text_index.keep_current("passage")
    assert titles("lights", limit=1) == ["Lamps"]
    settings.RETRIEVAL_INDEX_FROM = 100
    assert text_index.keep_current("passage") is None
