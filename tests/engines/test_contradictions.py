"""Contradictions: what is one matter, what differs, and what only looks so."""

from pathlib import Path

import pytest

from intelligence.engines.content_words import content_stems
from intelligence.engines.contradictions import contradictions
from intelligence.engines.statements import Text, statements_of
from intelligence.evaluation.contradictions import evaluate_contradictions, read_pairs

PAIRS = Path(__file__).parents[2] / "benchmarks" / "samples" / "contradictions.jsonl"
RETURNS = Text("article:1", "Returns", "You can return anything within **30 days** of delivery.")


def other(body, title="Macro", **columns):
    return Text("macro:1", title, body, **columns)


def values(*texts, **named):
    return [(c.first.quote, c.second.quote) for c in contradictions(texts, **named)]


def test_two_return_windows_contradict_and_the_words_are_named():
    macro = other("Please return it within 14 days.")
    assert values(RETURNS, macro) == [("30 days", "14 days")]


def test_the_same_time_in_other_words_does_not():
    assert values(RETURNS, other("Return it within thirty days.")) == []


@pytest.mark.parametrize(
    "body",
    [
        "We refund within 3 working days.",
        "What is ordered in December can be returned within 60 days.",
        "Trade customers return whole boxes within 14 days.",
        "Can I return it after 14 days?",
        "The warranty is two years.",
        "",
    ],
)
def test_another_matter_or_an_exception_does_not(body):
    assert values(RETURNS, other(body)) == []


def test_working_days_are_not_days():
    one = Text("article:1", "Refunds", "We refund within 3 working days.")
    assert values(one, other("We refund within 3 days.")) == [("3 working days", "3 days")]
    week = Text("article:1", "Refunds", "We refund within 5 working days.")
    assert values(week, other("We refund within a week.")) == []


def test_a_text_that_says_the_other_value_as_well_does_not_contradict():
    both = other("Return it within 14 days. Things returned within 30 days are fine too.")
    assert values(RETURNS, both) == []


def test_dishwasher_safe_and_wash_by_hand_contradict_for_one_thing_alone():
    things = content_stems("Robin teapot, salt jug")
    care = Text("article:1", "Care", "The Robin teapot goes in the dishwasher.")
    teapot = Text("product:1", "Robin Teapot", "Stoneware. Wash by hand.", is_product=True)
    jug = Text("product:2", "Salt Jug", "Clay. Wash by hand.", is_product=True)
    assert len(values(care, teapot, things=things)) == 1
    assert values(care, jug, things=things) == []


def test_only_changed_texts_are_compared():
    macro = other("Please return it within 14 days.")
    assert values(RETURNS, macro, changed=[]) == []
    assert len(values(RETURNS, macro, changed=["macro:1"])) == 1


def test_texts_of_two_languages_are_not_compared():
    assert values(RETURNS, other("14天内可以退货。", language="zh")) == []


def test_a_table_row_is_a_sentence_under_its_columns():
    table = Text("article:2", "Delivery", "| To | Time |\n|---|---|\n| UK | 2 to 4 working days |")
    (statement,) = statements_of(table)
    assert (statement.quote, statement.role) == ("2 to 4 working days", "delivery")
    assert statement.qualifiers == {"region": frozenset({"uk"})}


def test_the_planted_contradictions_are_found_and_the_near_misses_are_not():
    pairs = read_pairs(PAIRS)
    planted = sum(truth for *_, truth in pairs.pairs)
    assert planted >= 30
    assert len(pairs.pairs) - planted >= 30
    figures = evaluate_contradictions(pairs, None)  # by words alone, without an encoder
    assert figures["recall"] >= 0.9
    assert figures["precision"] >= 0.95
