"""The segment head after corrections: learnt what staff said, and kept the rest."""

import numpy as np
import pytest

from intelligence.engines.customer_features import NAMES
from intelligence.engines.head_files import SHIPPED
from intelligence.engines.segment import load_segment, save_segment
from intelligence.training.segment_corrections import train_segment_from_corrections
from tests.engines.test_counterfactual import mixed_shop

RETURNS = NAMES.index("return_rate")


@pytest.fixture(scope="module")
def base():
    return load_segment(SHIPPED / "segment")


@pytest.fixture(scope="module")
def people():
    """500 customers of every kind, of whom some return what they buy."""
    return mixed_shop()[0]


def labels_of(engine, features):
    places = engine.probabilities(features).argmax(axis=1)
    return np.array(engine.weights.labels)[places]


def returners(people):
    return np.flatnonzero(people.human[:, RETURNS] > 0)


def test_a_new_segment_is_learnt_from_twenty_corrections_and_found_in_others(base, people):
    back = returners(people)
    taught, others = back[:20], back[20:]
    rest = np.flatnonzero(people.human[:, RETURNS] == 0)
    kept = rest[:40]
    rows = np.concatenate([taught, kept])
    told = ["sends_back"] * len(taught) + list(labels_of(base, people.where(kept)))
    engine = train_segment_from_corrections(people.where(rows), told, base)
    assert engine.weights.labels == (*base.weights.labels, "sends_back")
    assert engine.card.labels == engine.weights.labels
    assert (labels_of(engine, people.where(taught)) == "sends_back").mean() > 0.9
    assert (labels_of(engine, people.where(others)) == "sends_back").mean() > 0.4
    unseen = people.where(rest[40:])
    assert (labels_of(engine, unseen) == "sends_back").mean() < 0.05
    assert (labels_of(engine, unseen) == labels_of(base, unseen)).mean() > 0.85


def test_a_single_correction_is_learnt_and_leaves_others_as_they_were(base, people):
    said = labels_of(base, people)
    one = np.flatnonzero(said == "promising")[:1]
    corrected = people.where(one)
    engine = train_segment_from_corrections(corrected, ["loyal"], base)
    loyal = base.weights.labels.index("loyal")
    before, after = (head.probabilities(corrected)[0, loyal] for head in (base, engine))
    assert after > max(before, 0.5)
    far = people.where(np.flatnonzero(said != "promising"))
    assert (labels_of(engine, far) == labels_of(base, far)).mean() > 0.9


def test_corrections_that_agree_change_next_to_nothing(base, people):
    engine = train_segment_from_corrections(people, list(labels_of(base, people)), base)
    assert (labels_of(engine, people) == labels_of(base, people)).mean() > 0.97


def test_the_card_names_the_corrections_and_the_head_can_be_stored(base, people, tmp_path):
    some = people.where(np.arange(5))
    engine = train_segment_from_corrections(some, ["vip"] * 5, base)
    assert engine.card.training_data[-1]["rows"] == 5
    assert engine.card.metrics == {}
    stored = save_segment(engine, tmp_path)
    assert stored.card.sha256 != base.card.sha256
    loaded = load_segment(tmp_path)
    assert np.array_equal(loaded.probabilities(people), engine.probabilities(people))


def test_nothing_to_learn_from_is_one_clear_line(base, people):
    with pytest.raises(ValueError, match="no corrections"):
        train_segment_from_corrections(people.where(np.arange(0)), [], base)
    with pytest.raises(ValueError, match="1 labels for 2 customers"):
        train_segment_from_corrections(people.where(np.arange(2)), ["loyal"], base)
