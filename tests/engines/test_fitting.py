import numpy as np
import pytest

from intelligence.engines.fitting import Settings, calibrated, fit, threshold_for
from intelligence.engines.heads import raw_logits

STEPS = ("bad", "poor", "good", "fine")
NO_WORDS = Settings(buckets=0, decay=1e-3)


def softmax(logits):
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def points(*rows):
    return np.array(rows, np.float32)


def allowed(*rows):
    return np.array(rows, bool)


def fit_points(embeddings, may_be, settings=NO_WORDS, weights=None):
    count = len(embeddings)
    weights = np.ones(count, np.float32) if weights is None else np.array(weights, np.float32)
    return fit(embeddings, [""] * count, may_be, weights, STEPS, settings)


def test_a_partial_label_teaches_the_sum_and_not_the_choice():
    embeddings = points([1, 0], [-1, 0])
    found = fit_points(embeddings, allowed([1, 1, 0, 0], [0, 0, 1, 1]))
    said = softmax(raw_logits(found, embeddings, ["", ""]))
    assert said[0, :2].sum() > 0.9
    assert said[0, 0] == pytest.approx(said[0, 1], abs=1e-3)


def test_whole_labels_make_the_choice_that_partial_ones_leave_open():
    embeddings = points([1, 1], [1, -1], [-1, 0])
    found = fit_points(embeddings, allowed([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]))
    said = softmax(raw_logits(found, embeddings, [""] * 3))
    assert said.argmax(axis=1).tolist()[:2] == [0, 1]
    assert said[2, 2:].sum() > 0.8


def test_a_heavier_row_wins_a_contradiction():
    embeddings = points([1, 0], [1, 0])
    may_be = allowed([1, 0, 0, 0], [0, 1, 0, 0])
    first = fit_points(embeddings, may_be, weights=[3, 1])
    second = fit_points(embeddings, may_be, weights=[1, 3])
    assert raw_logits(first, embeddings, ["", ""])[0].argmax() == 0
    assert raw_logits(second, embeddings, ["", ""])[0].argmax() == 1


def test_words_alone_can_be_learnt():
    texts = ["a broken lamp", "a broken cup", "a lovely lamp", "a lovely cup"]
    may_be = allowed([1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0])
    nothing = np.zeros((4, 2), np.float32)
    found = fit(nothing, texts, may_be, np.ones(4, np.float32), STEPS, Settings(buckets=256))
    unseen = raw_logits(found, nothing[:2], ["broken plate", "lovely plate"])
    assert unseen.argmax(axis=1).tolist() == [0, 2]


def test_the_same_rows_give_the_same_head():
    embeddings = np.random.default_rng(0).standard_normal((40, 3)).astype(np.float32)
    may_be = np.eye(4, dtype=bool)[np.arange(40) % 4]
    first, second = (fit_points(embeddings, may_be) for _ in range(2))
    assert np.array_equal(first.weight, second.weight)
    assert np.array_equal(first.bias, second.bias)


def test_one_label_alone_teaches_nothing():
    with pytest.raises(ValueError, match="at least two labels"):
        fit_points(points([1, 0], [0, 1]), allowed([1, 0, 0, 0], [1, 0, 0, 0]))
    with pytest.raises(ValueError, match="at least two labels"):
        fit_points(np.zeros((0, 2), np.float32), np.zeros((0, 4), bool))


def test_the_temperature_makes_the_probabilities_true():
    rng = np.random.default_rng(0)
    embeddings = rng.standard_normal((4000, 2)).astype(np.float32)
    true_logits = embeddings @ np.array([[1, 0], [0, 1], [-1, 0], [0, -1]], np.float32).T
    drawn = np.array([rng.choice(4, p=row) for row in softmax(true_logits)])
    sharp = fit_points(embeddings, np.eye(4, dtype=bool)[drawn], Settings(buckets=0))
    sharp = type(sharp)(
        sharp.labels, sharp.weight * 5, sharp.bias * 5, sharp.grams, temperature=1.0
    )
    found = calibrated(sharp, embeddings, [""] * 4000, np.eye(4, dtype=bool)[drawn])
    assert found.temperature == pytest.approx(5.0, rel=0.1)


def test_rows_without_weight_do_not_calibrate():
    embeddings = points([1, 0], [-1, 0])
    found = fit_points(embeddings, allowed([1, 0, 0, 0], [0, 0, 1, 0]))
    contradicted = allowed([1, 0, 0, 0], [1, 0, 0, 0])
    trusted = calibrated(found, embeddings, [""] * 2, contradicted, np.array([1, 0], np.float32))
    doubted = calibrated(found, embeddings, [""] * 2, contradicted)
    assert trusted.temperature < 1 < doubted.temperature


def test_the_threshold_is_the_lowest_that_is_right_often_enough():
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    right = np.array([True, True, True, False, False])
    assert threshold_for(confidence, right, 1.0) == pytest.approx(0.7)
    assert threshold_for(confidence, right, 0.75) == pytest.approx(0.6)
    assert threshold_for(confidence, right, 0.5) == pytest.approx(0.5)


def test_no_threshold_is_good_enough_when_the_surest_row_is_wrong():
    confidence = np.array([0.9, 0.8], np.float32)
    assert threshold_for(confidence, np.array([False, False]), 0.9) == pytest.approx(0.9)


def test_rows_that_are_equally_sure_are_said_together():
    confidence = np.array([0.9, 0.6, 0.6], np.float32)
    assert threshold_for(confidence, np.array([True, True, False]), 0.9) == pytest.approx(0.9)


def test_a_heavy_row_counts_more_for_the_threshold():
    confidence = np.array([0.9, 0.8], np.float32)
    right = np.array([True, False])
    light, heavy = np.array([9, 1], np.float32), np.array([1, 9], np.float32)
    assert threshold_for(confidence, right, 0.8, light) == pytest.approx(0.8)
    assert threshold_for(confidence, right, 0.8, heavy) == pytest.approx(0.9)


def test_a_prior_holds_where_the_rows_say_nothing():
    embeddings = points([1, 0, 0], [0, 1, 0])
    own, sharp = np.eye(2, dtype=bool), Settings(buckets=0, decay=1e-5)
    prior = fit(embeddings, [""] * 2, own, np.ones(2, np.float32), STEPS[:2], sharp)
    new = points([0, 0, 1], [1, 0, 0])
    may_be = allowed([0, 0, 1], [1, 0, 0])
    careful = Settings(buckets=0, decay=0.02)
    moved = fit(new, [""] * 2, may_be, np.ones(2, np.float32), STEPS[:3], careful, prior)
    said = raw_logits(moved, np.concatenate([embeddings, new[:1]]), [""] * 3)
    assert said.argmax(axis=1).tolist() == [0, 1, 2]
    assert np.abs(moved.weight[1] - prior.weight[1]).max() < np.abs(prior.weight[1]).max()


def test_the_labels_of_a_prior_may_stand_in_another_order():
    embeddings = points([1, 0], [0, 1])
    may_be = np.eye(2, dtype=bool)
    one = np.ones(2, np.float32)
    prior = fit(embeddings, ["", ""], may_be, one, STEPS[:2], NO_WORDS)
    hardly = Settings(buckets=0, decay=1e6)
    turned = fit(embeddings, ["", ""], may_be[::-1], one, STEPS[1::-1], hardly, prior)
    assert turned.weight == pytest.approx(prior.weight[::-1], abs=1e-4)


def test_a_prior_of_other_buckets_is_refused():
    embeddings = points([1, 0], [0, 1])
    prior = fit_points(embeddings, allowed([1, 0, 0, 0], [0, 1, 0, 0]))
    with pytest.raises(ValueError, match="reads 0 buckets of words, not 64"):
        fit(
            embeddings, ["a", "b"], allowed([1, 0, 0, 0], [0, 1, 0, 0]),
            np.ones(2, np.float32), STEPS, Settings(buckets=64), prior,
        )  # fmt: skip
