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


@pytest.mark.parametrize(
    ("rule", "overdue", "language"),
    [
        ("订单下一个工作日发货。", "如果三个工作日内仍未收到，请再次联系我们。", "zh"),
        ("配送需要两个工作日送达。", "超过五个工作日没有送达，请联系我们。", "zh"),
        (
            "Delivery takes 2 working days.",
            "If your delivery has not arrived within 5 working days, tell us.",
            "en",
        ),
    ],
)
def test_after_how_long_to_ask_is_not_how_long_it_takes(rule, overdue, language):
    one = Text("article:1", "发货 delivery", rule, language)
    assert values(one, other(overdue, title="发货 delivery", language=language)) == []
    later = other(overdue.replace("五", "九").replace("5", "9").replace("三", "九"))
    assert len(statements_of(later)) == 1
    asked = Text("article:1", "发货 delivery", overdue, language)
    again = Text("macro:1", "发货 delivery", later.body, language)
    assert len(values(asked, again)) == 1


def test_a_heading_alone_makes_no_matter_of_sentences_that_share_no_words():
    shared = Text("article:1", "配送", "包裹通常三天到家，周一更快。", "zh")
    assert values(shared, other("顾客九天之内挑选颜色即可。", "配送", language="zh")) == []


def test_each_part_of_a_sentence_is_true_for_its_own_country():
    home = Text("article:1", "Returns", "From the UK the return is free.")
    parts = "Within the UK the label is free; from elsewhere the return postage is yours."
    assert values(home, other(parts)) == []
    assert len(values(home, other("From the UK the return postage is yours."))) == 1


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
