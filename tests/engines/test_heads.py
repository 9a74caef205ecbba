import hashlib
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from intelligence.engines.contract import Card
from intelligence.engines.errors import MissingWeightsError, RefusedWeightsError
from intelligence.engines.fitting import Settings, calibrated, fit
from intelligence.engines.head_files import (
    find_weights,
    load_head,
    promote,
    save_head,
)
from intelligence.engines.heads import Head, Parameters

TEXTS = [
    "Where is my parcel?",
    "Has my order been sent yet?",
    "The lamp is broken.",
    "The cup has a crack.",
    "I would like to pay by card.",
    "Can I pay with a voucher?",
]
LABELS = ("track_order", "product_fault", "payment")
TRUTH = [0, 0, 1, 1, 2, 2]


def card(labels=LABELS, task="intent"):
    return Card(task, task, "made in a test", labels, ("en",), "MiniLM", "", "Apache-2.0")


@pytest.fixture
def six_rows(backbone):
    """A head of six rows, and their embeddings."""
    embeddings = backbone.encode(TEXTS).embeddings
    parameters = fit(
        embeddings,
        TEXTS,
        np.eye(3, dtype=bool)[TRUTH],
        np.ones(6, np.float32),
        LABELS,
        Settings(decay=1e-6, gram_decay=1e-6),
    )
    return Head(card(), parameters), embeddings


def table_head(threshold=0.0, silent=(), values=()):
    """A head whose probabilities are given by hand to `prediction`."""
    parameters = Parameters(
        ("a", "b", "c"),
        np.zeros((3, 2), np.float32),
        np.zeros(3, np.float32),
        np.zeros((0, 3), np.float32),
        silent=silent,
        values=values,
        threshold=threshold,
    )
    return Head(card(("a", "b", "c")), parameters, silence="not for us")


def probabilities(*values):
    return np.array(values, np.float32)


def test_a_head_reproduces_its_six_rows(six_rows):
    head, embeddings = six_rows
    found = head.probabilities(embeddings, TEXTS)
    assert found.argmax(axis=1).tolist() == TRUTH
    assert found.sum(axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    assert found.max(axis=1).min() > 0.9


def test_a_head_is_the_same_after_a_round_trip_through_disk(six_rows, backbone, tmp_path):
    head, embeddings = six_rows
    stored = save_head(head, tmp_path / "six", backbone.version)
    loaded = load_head(tmp_path / "six", backbone.version)
    assert loaded.card == stored.card
    assert len(loaded.card.sha256) == 64
    assert np.array_equal(
        loaded.probabilities(embeddings, TEXTS), head.probabilities(embeddings, TEXTS)
    )


def test_the_same_head_has_the_same_version(six_rows, backbone, tmp_path):
    first = save_head(six_rows[0], tmp_path / "a", backbone.version)
    second = save_head(six_rows[0], tmp_path / "b", backbone.version)
    assert first.card.sha256 == second.card.sha256


def test_a_changed_byte_is_refused(six_rows, backbone, tmp_path):
    save_head(six_rows[0], tmp_path, backbone.version)
    path = tmp_path / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(RefusedWeightsError, match="not the file its card describes"):
        load_head(tmp_path, backbone.version)


def test_a_head_of_another_encoder_is_refused(six_rows, backbone, tmp_path):
    save_head(six_rows[0], tmp_path, "0" * 64)
    with pytest.raises(RefusedWeightsError, match=r"train it again with `manage\.py train intent`"):
        load_head(tmp_path, backbone.version)


def test_tensors_without_labels_are_no_head(six_rows, backbone, tmp_path):
    stored = save_head(six_rows[0], tmp_path, backbone.version)
    save_file({"weight": np.zeros(3, np.float32)}, tmp_path / "weights.safetensors")
    text = (tmp_path / "card.json").read_text()
    content = (tmp_path / "weights.safetensors").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "card.json").write_text(text.replace(stored.card.sha256, digest))
    with pytest.raises(RefusedWeightsError, match="is no head"):
        load_head(tmp_path, backbone.version)


@pytest.mark.parametrize("content", ["{", "[]", '{"name": "x"}'])
def test_a_card_that_is_none_is_refused_in_one_line(content, tmp_path):
    (tmp_path / "card.json").write_text(content)
    with pytest.raises(RefusedWeightsError, match="is no card") as caught:
        load_head(tmp_path, "")
    assert "\n" not in str(caught.value)


def test_the_promoted_model_serves_and_else_the_shipped_one(six_rows, backbone, tmp_path):
    assert find_weights("intent", [tmp_path]).parent.name == "weights"
    save_head(six_rows[0], tmp_path / "mine", backbone.version)
    assert find_weights("intent", [tmp_path]).parent.name == "weights"
    promote("intent", "mine", tmp_path)
    assert find_weights("intent", [tmp_path]) == tmp_path / "mine"
    assert find_weights("sentiment", [tmp_path]).parent.name == "weights"


def test_a_model_is_promoted_for_its_own_task_only(six_rows, backbone, tmp_path):
    save_head(six_rows[0], tmp_path / "mine", backbone.version)
    with pytest.raises(RefusedWeightsError, match="is a model for intent, not for sentiment"):
        promote("sentiment", "mine", tmp_path)
    with pytest.raises(MissingWeightsError, match=r"no card\.json"):
        promote("intent", "nothing", tmp_path)
    assert find_weights("intent", [tmp_path]).parent.name == "weights"


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_damaged_choice_of_models_is_refused(content, tmp_path):
    (tmp_path / "active.json").write_text(content)
    with pytest.raises(RefusedWeightsError, match=r"active\.json"):
        find_weights("intent", [tmp_path])


def test_a_task_without_a_model_says_how_to_train_one(tmp_path):
    with pytest.raises(MissingWeightsError, match=r"manage\.py train moderation"):
        find_weights("moderation", [tmp_path])


def test_below_the_threshold_a_head_names_its_guess_and_abstains():
    said = table_head(threshold=0.6).prediction(probabilities(0.55, 0.3, 0.15))
    assert (said.label, said.abstained) == ("a", True)
    assert said.reason == "not sure enough: 55%, where 60% is needed"


def test_at_the_threshold_a_head_speaks():
    said = table_head(threshold=0.5).prediction(probabilities(0.5, 0.3, 0.2))
    assert (said.label, said.abstained, said.reason) == ("a", False, "")


def test_a_silent_label_is_never_said():
    head = table_head(silent=("c",))
    quiet = head.prediction(probabilities(0.3, 0.1, 0.6))
    assert (quiet.label, quiet.abstained, quiet.reason) == ("a", True, "not for us")
    assert quiet.distribution == pytest.approx({"a": 0.3, "b": 0.1})
    spoken = head.prediction(probabilities(0.5, 0.1, 0.4))
    assert (spoken.label, spoken.abstained) == ("a", False)


def test_the_score_is_the_expected_step():
    head = table_head(values=(-1.0, 0.0, 1.0))
    assert head.prediction(probabilities(0.2, 0.3, 0.5)).score == pytest.approx(0.3)
    assert table_head().prediction(probabilities(0.2, 0.3, 0.5)).score is None


def test_the_temperature_changes_how_sure_a_head_is_and_not_what_it_says(six_rows):
    head, embeddings = six_rows
    hot = replace(head, parameters=replace(head.parameters, temperature=10.0))
    cold_said, hot_said = (one.probabilities(embeddings, TEXTS) for one in (head, hot))
    assert np.array_equal(cold_said.argmax(axis=1), hot_said.argmax(axis=1))
    assert (hot_said.max(axis=1) < cold_said.max(axis=1)).all()


def test_calibration_softens_a_head_that_is_often_wrong(six_rows):
    head, embeddings = six_rows
    wrong = np.eye(3, dtype=bool)[[0, 1, 1, 2, 2, 0]]
    softened = calibrated(head.parameters, embeddings, TEXTS, wrong)
    sharpened = calibrated(head.parameters, embeddings, TEXTS, np.eye(3, dtype=bool)[TRUTH])
    assert sharpened.temperature < 1 < softened.temperature
