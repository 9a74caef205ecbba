import hashlib

import numpy as np
import pytest

from intelligence.engines.reading import NOTHING_TO_READ

MESSAGE = "The lamp arrived broken, please send me a new one."


def test_a_text_is_read_for_every_task(reader):
    (reading,) = reader.read([MESSAGE])
    assert reading.language == "en"
    assert reading.input_sha256 == hashlib.sha256(MESSAGE.encode()).hexdigest()
    assert np.linalg.norm(reading.embedding) == pytest.approx(1.0, abs=1e-5)
    assert set(reading.predictions) == set(reader.heads)
    assert not reading.truncated


def test_only_what_is_asked_is_answered(reader):
    both, none = reader.read([MESSAGE, MESSAGE], [{"intent"}, set()])
    assert set(both.predictions) == {"intent"}
    assert none.predictions == {}
    assert np.array_equal(both.embedding, none.embedding)


def test_a_reading_is_the_same_alone_and_in_company(reader):
    texts = [MESSAGE, "thanks!", "Where is my parcel? " * 30, "", "Ou est mon colis, svp?"]
    together = reader.read(texts)
    for text, reading in zip(texts, together, strict=True):
        (alone,) = reader.read([text])
        for task, said in reading.predictions.items():
            assert said.label == alone.predictions[task].label
            assert said.probability == pytest.approx(alone.predictions[task].probability, abs=1e-4)


def test_a_probability_is_one_and_the_score_lies_on_the_scale(reader):
    for reading in reader.read([MESSAGE, "I love it!", "Horrible, never again."]):
        felt = reading.predictions["sentiment"]
        assert sum(felt.distribution.values()) == pytest.approx(1.0, abs=1e-5)
        assert felt.probability == max(felt.distribution.values())
        assert -1 <= felt.score <= 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我的订单什么时候发货？我已经等了一个星期了。", "zh"),
        ("Wo bleibt mein Paket? Ich warte schon seit einer Woche.", "de"),
    ],
)
def test_another_language_is_named_and_not_guessed(text, code, reader):
    (reading,) = reader.read([text])
    assert reading.language == code
    for said in reading.predictions.values():
        assert (said.label, said.abstained, said.probability) == (None, True, 0.0)
        assert said.reason == f"written in '{code}'; this model reads en only"
        assert said.evidence == ()


@pytest.mark.parametrize("text", ["", "🙂", "1234 ???"])
def test_a_text_without_words_is_not_judged(text, reader):
    (reading,) = reader.read([text])
    assert reading.language is None
    assert {said.reason for said in reading.predictions.values()} == {NOTHING_TO_READ}


def test_what_no_shop_is_asked_gets_no_intent(reader):
    texts = [
        "What is the highest mountain in Africa?",
        "We sell office cleaning services and would like to call you.",
        "Please translate this sentence into Italian.",
    ]
    for reading in reader.read(texts):
        said = reading.predictions["intent"]
        assert said.abstained
        assert "known intents" in said.reason or "not sure enough" in said.reason
        assert "out_of_scope" not in said.distribution


def test_a_text_that_was_cut_says_so(reader):
    long, short = reader.read([MESSAGE * 100, MESSAGE])
    assert (long.truncated, short.truncated) == (True, False)


def test_a_huge_text_gives_small_evidence(reader):
    (reading,) = reader.read(["a" * 5_000_000 + " broken lamp"])
    assert all(len(one.name) <= 64 for one in reading.predictions["sentiment"].evidence)


def test_no_texts_give_no_readings(reader):
    assert reader.read([]) == []


def test_a_task_without_a_head_is_refused(reader):
    with pytest.raises(KeyError, match="no head for"):
        reader.read([MESSAGE], [{"weather"}])


def test_texts_and_tasks_must_be_as_many(reader):
    with pytest.raises(ValueError, match="2 texts but 1 sets of tasks"):
        reader.read([MESSAGE, MESSAGE], [{"intent"}])
