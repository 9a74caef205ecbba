import numpy as np
import pytest

from intelligence.engines.aspects import MAX_MENTIONS, MentionFinder, forms_of, judge
from intelligence.engines.clauses import ClauseReader
from intelligence.engines.contract import Card

CARD = Card("c", "sentiment", "", ("a",), ("en",), "", "ab" * 32, "MIT")
FINDER = MentionFinder(
    {
        "delivery": ["deliver", "delivery", "快递"],
        "price": ["price", "value for money"],
        "fit": ["fit", "size"],
        "service": ["service", "customer service"],
    }
)


def found(text, finder=FINDER):
    return [(mention.aspect, text[mention.start : mention.end]) for mention in finder.find(text)]


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Delivered on time", [("delivery", "Delivered")]),
        ("DELIVERIES and prices", [("delivery", "DELIVERIES"), ("price", "prices")]),
        ("it fitted, sizing was right", [("fit", "fitted"), ("fit", "sizing")]),
        ("good value-for-money", [("price", "value-for-money")]),
        ("customer service", [("service", "customer service")]),
        ("顺丰快递很快", [("delivery", "快递")]),
        ("priceless benefits", []),
        ("", []),
    ],
)
def test_keywords_are_found_in_any_form_and_as_whole_words(text, mentions):
    assert found(text) == mentions


def test_a_keyword_of_two_aspects_speaks_for_both():
    finder = MentionFinder({"look": ["colour"], "quality": ["colour"]})
    assert found("nice colour", finder) == [("look", "colour"), ("quality", "colour")]


def test_a_mention_knows_its_sentence():
    text = "Nice cup. The price is high. Bye."
    (mention,) = FINDER.find(text)
    assert text[slice(*mention.sentence)] == "The price is high."


def test_without_keywords_nothing_is_found():
    assert MentionFinder({}).find("the price") == []
    assert MentionFinder({"price": ["", " "]}).find("the price") == []


def test_a_keyword_is_no_pattern():
    assert found("a.*b and axxb", MentionFinder({"odd": ["a.*b"]})) == [("odd", "a.*b")]


def test_of_a_very_long_text_so_many_are_found():
    assert len(FINDER.find("the price " * 200_000)) == MAX_MENTIONS


@pytest.mark.parametrize(
    ("keyword", "forms"),
    [
        ("Ship", ["ship", "ships", "shipped", "shipping"]),
        ("price", ["price", "prices", "priced", "pricing"]),
        ("delivery", ["delivery", "deliveries", "deliveried", "deliverying"]),
        ("物流", ["物流"]),
        ("  ", []),
    ],
)
def test_english_words_have_forms(keyword, forms):
    assert forms_of(keyword) == forms


def words_of_praise(clauses):
    """Five steps: all on positive where a clause says good, else all on negative."""
    return np.array([[0, 0, 0, 1, 0] if "good" in one else [0, 1, 0, 0, 0] for one in clauses])


def test_each_mention_sounds_as_its_clause():
    text = "The price is good, but delivery was slow"
    (judged,) = judge([text], FINDER, [ClauseReader(CARD, words_of_praise)])
    assert [(one.mention.aspect, one.polarity, one.score) for one in judged] == [
        ("price", "positive", 1.0),
        ("delivery", "negative", -1.0),
    ]
    assert judged[0].card is CARD


def test_texts_that_nobody_reads_have_no_mentions():
    reader = ClauseReader(CARD, words_of_praise)
    judged = judge(["the price", "the price", "nothing"], FINDER, [None, reader, reader])
    assert [len(one) for one in judged] == [0, 1, 0]
