"""Whole sentences as answers: the one with most of the question, and how sure that is."""

import pytest

from intelligence.engines.sentence_answers import SentenceReader, choose_sentence

PASSAGES = [
    "我们的商店在伦敦。工作日下午两点以前的订单当天发货。",
    "退货请在三十天以内寄回。退款在三到五个工作日内到账。",
]


def test_the_sentence_that_shares_most_is_read_from_each_passage():
    readings = SentenceReader().read("订单什么时候当天发货？", PASSAGES)
    assert readings[0].text == PASSAGES[0]  # with its neighbours
    assert PASSAGES[0][readings[0].start : readings[0].end] == readings[0].text
    found = choose_sentence(readings)
    assert found.best == 0
    assert sum(found.distribution) == pytest.approx(1)
    assert len(found.distribution) == 3


def test_one_sentence_before_and_two_behind_are_quoted_with_it():
    passage = "一。二。工作日的订单当天发货。四。五。六。"
    (reading,) = SentenceReader().read("工作日的订单当天发货吗？", [passage])
    assert reading.text == "二。工作日的订单当天发货。四。五。"


def test_a_question_about_something_else_finds_nothing():
    found = choose_sentence(SentenceReader().read("你们卖自行车轮胎吗？", PASSAGES))
    assert (found.best, found.probability, found.distribution[-1]) == (None, 0.0, 1.0)


def test_nothing_to_read_and_nothing_asked_are_no_errors():
    assert choose_sentence(SentenceReader().read("什么？", [])).best is None
    assert choose_sentence(SentenceReader().read("吗？", PASSAGES)).best is None


def test_more_of_the_question_in_a_sentence_is_surer():
    reader = SentenceReader()
    much = choose_sentence(reader.read("退款几个工作日内到账？", PASSAGES))
    little = choose_sentence(reader.read("退款到账以后银行收取多少手续费用和利息？", PASSAGES))
    assert much.best == 1
    assert much.probability > little.probability
