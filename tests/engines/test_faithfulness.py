"""Are the words named as evidence those that decided? On the texts of the demo shop.

Sixty a task, to be quick; `manage.py benchmark faithfulness` asks five hundred.
"""

import time

import numpy as np
import pytest

from benchmarks.samples.shoppers import demo_texts
from intelligence.engines.evidence import Attribution
from intelligence.engines.ngrams import words_of
from intelligence.evaluation.faithfulness import (
    Erased,
    erased,
    long_enough,
    speaking_for,
    without,
)

TEXTS = 60


def read_alone(reader, text):
    """Seconds to read one text: the encoder's pass, every task and its evidence."""
    started = time.perf_counter()
    reader.read([text])
    return time.perf_counter() - started


@pytest.mark.parametrize("task", ["sentiment", "intent"])
def test_the_label_loses_more_to_its_evidence_than_to_other_words(task, reader):
    texts = demo_texts(task, TEXTS)
    found = erased(reader.backbone, reader.heads[task], texts).figures()
    assert found["n"] == TEXTS
    # The aim of 95 % is measured on 500 texts; of 60 three more or fewer are chance.
    assert found["faithful"] >= 0.9
    assert found["loss"] > 3 * abs(found["loss_by_chance"])


def test_words_that_stand_last_are_no_evidence(reader):
    def last(found):
        return [int(place) for place in np.argsort(found.weights)[:3]]

    texts = demo_texts("intent", 40)
    found = erased(reader.backbone, reader.heads["intent"], texts, evidence=last).figures()
    assert found["faithful"] < 0.3


def test_the_evidence_of_a_ticket_takes_less_than_a_tenth_of_a_second(reader):
    texts = demo_texts("intent", 10)
    reader.read(texts[:1])
    taken = [read_alone(reader, text) for text in texts]
    # The quickest: other tests may run beside this one. The benchmark has the 95th percentile.
    assert min(taken) < 0.1


def test_words_are_taken_out_where_they_stand():
    text = "It broke, it BROKE!"
    words = words_of(text)
    assert without(text, words, [3, 1]) == "It , it !"
    assert without(text, words, []) == text


def test_only_words_that_speak_for_the_label_are_its_evidence():
    words = words_of("one two three four five")
    found = Attribution(words, np.array([0.1, -2.0, 0.5, 0.0, 0.3]), rest=1.0)
    assert speaking_for(found) == [2, 4, 0]
    assert speaking_for(found, 1) == [2]
    assert speaking_for(Attribution(words, -np.ones(5), rest=1.0)) == []


def test_short_and_repeated_texts_are_left_out():
    eight = "one two three four five six seven eight"
    assert long_enough([eight, "one two three", eight]) == [eight]


def test_a_text_counts_when_it_loses_more_than_the_mean_of_the_draws():
    found = Erased(
        whole=np.array([0.9, 0.9]),
        without_evidence=np.array([0.5, 0.8]),
        by_chance=np.array([[0.4, 0.9, 0.9, 0.9, 0.9], [0.9, 0.7, 0.7, 0.7, 0.7]]),
    )
    assert found.figures() == {
        "n": 2,
        "faithful": 0.5,
        "faithful_by_one_draw": 0.5,
        "loss": 0.25,
        "loss_by_chance": 0.13,
    }
