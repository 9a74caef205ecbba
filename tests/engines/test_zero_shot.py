import numpy as np
import pytest

from intelligence.engines.zero_shot import REASON, ZeroShot, described

LABELS = {
    "track_order": "Where an order is and when it will arrive.",
    "warranty": "A product broke within its guarantee.",
    "newsletter": "Subscribing to or leaving the newsletter.",
}


@pytest.fixture(scope="module")
def proposals(backbone):
    """What is proposed for a text."""
    engine = ZeroShot(LABELS, backbone.encode(described(LABELS)).embeddings)
    return lambda *texts: engine.predictions(backbone.encode(texts).embeddings)


def test_the_label_whose_description_is_most_alike_is_proposed(proposals):
    said = proposals(
        "When does my parcel arrive?",
        "Is my kettle still under guarantee? It broke.",
        "Please take me off your mailing list.",
    )
    assert [one.label for one in said] == list(LABELS)


def test_a_proposal_is_never_a_decision_and_says_why(proposals):
    (said,) = proposals("When does my parcel arrive?")
    assert said.abstained
    assert said.reason == REASON
    assert said.probability == max(said.distribution.values())
    assert sum(said.distribution.values()) == pytest.approx(1, abs=1e-5)


def test_a_text_like_none_of_them_is_told_with_little_confidence(proposals):
    near, far = proposals("Is my kettle still under guarantee?", "The capital of Peru is Lima.")
    assert far.probability < 0.6 < near.probability


def test_a_label_without_a_description_is_its_name():
    assert described({"card_arrival": "", "pin": "Changing it."}) == [
        "card arrival",
        "pin: Changing it.",
    ]


def test_every_label_needs_an_embedding():
    with pytest.raises(ValueError, match="no label"):
        ZeroShot({}, np.zeros((0, 4), np.float32))
    with pytest.raises(ValueError, match="3 labels but 2 embeddings"):
        ZeroShot(LABELS, np.zeros((2, 4), np.float32))
