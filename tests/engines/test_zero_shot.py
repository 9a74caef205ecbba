"""Labels without examples, on embeddings whose answer is known."""

import numpy as np
import pytest

from intelligence.engines.zero_shot import ENOUGH, MIDDLE, UNLIKE, ZeroShot

AXES = np.eye(4, dtype=np.float32)


def test_a_text_like_one_description_gets_that_label():
    engine = ZeroShot({"warranty": "…", "rental": "…"}, AXES[:2])
    said = engine.predictions(AXES[:2])
    assert [one.label for one in said] == ["warranty", "rental"]
    assert not any(one.abstained for one in said)
    assert all(one.probability > 0.95 for one in said)


def test_a_text_like_none_abstains_with_a_reason_even_for_a_single_label():
    (said,) = ZeroShot({"warranty": "…"}, AXES[:1]).predictions(AXES[3:])
    assert said.abstained
    assert said.reason == UNLIKE
    assert said.probability < 0.01


def test_at_the_middle_a_label_is_as_likely_as_none():
    text = np.array([[MIDDLE, np.sqrt(1 - MIDDLE**2), 0, 0]], np.float32)
    (said,) = ZeroShot({"warranty": "…"}, AXES[:1]).predictions(text)
    assert said.probability == pytest.approx(ENOUGH, abs=1e-5)


def test_probabilities_leave_room_for_none_of_the_labels():
    engine = ZeroShot({"a": "…", "b": "…", "c": "…"}, AXES[:3])
    text = np.full((1, 4), 0.5, np.float32)
    assert 0 < sum(engine.predictions(text)[0].distribution.values()) < 1


def test_no_texts_give_no_opinions():
    assert ZeroShot({"a": "…"}, AXES[:1]).predictions(AXES[:0]) == []


@pytest.mark.parametrize("count", [0, 1, 3])
def test_labels_and_embeddings_must_fit(count):
    with pytest.raises(ValueError, match="embeddings"):
        ZeroShot({"a": "…", "b": "…"}, AXES[:count])


def test_real_texts_are_told_apart_by_descriptions_alone(backbone):
    labels = {
        "warranty": "Warranty: a claim under the warranty or guarantee of a product.",
        "rental": "Rental: renting a musical instrument for some weeks.",
    }
    engine = ZeroShot(labels, backbone.encode(list(labels.values())).embeddings)
    texts = ["Is this still covered by the guarantee? I want to claim the warranty of my product.",
             "I would like to rent a musical instrument, a cello, for six weeks.",
             "What is the capital of Peru?"]  # fmt: skip
    said = engine.predictions(backbone.encode(texts).embeddings)
    assert [one.label for one in said[:2]] == ["warranty", "rental"]
    assert [one.abstained for one in said] == [False, False, True]
