import numpy as np
import pytest

from intelligence.engines.item_texts import nearest, principal, text_features


def test_the_nearest_are_weighed_by_how_much_they_are_alike():
    known = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)
    found, cosine = nearest(np.array([[3, 4]], np.float32), known, 2, sharpness=1)
    assert found.toarray()[0] == pytest.approx([3 / 7, 4 / 7, 0])
    assert cosine[0] == pytest.approx(0.8)


def test_an_item_does_not_find_itself():
    known = np.array([[1, 0], [0.8, 0.6]], np.float32)
    found, cosine = nearest(known, known, 1, sharpness=1, own=np.array([0, 1]))
    assert found.toarray().argmax(axis=1).tolist() == [1, 0]
    assert cosine == pytest.approx([0.8, 0.8])


def test_a_text_of_nothing_is_like_nothing():
    found, cosine = nearest(np.zeros((1, 2), np.float32), np.eye(2, dtype=np.float32), 2, 1)
    assert (found.sum(), cosine[0]) == (0, 0)
    found, cosine = nearest(np.eye(2, dtype=np.float32), np.zeros((0, 2), np.float32), 2, 1)
    assert (found.shape, cosine.tolist()) == ((2, 0), [0, 0])


def test_shared_words_bring_texts_together():
    words = ["zelda on wii", "zelda on switch", "blue pen", "red pen"]
    features = text_features(np.zeros((4, 0), np.float32), words, seed=0)
    alike = features @ features.T
    assert alike[0, 1] > max(alike[0, 2], alike[0, 3], 0)
    assert alike[2, 3] > max(alike[2, 0], alike[2, 1], 0)


def test_without_any_text_there_are_no_columns():
    assert text_features(np.zeros((3, 5), np.float32), [], seed=0).shape == (3, 0)
    assert text_features(np.zeros((3, 0), np.float32), ["", "", ""], seed=0).shape == (3, 0)


def test_the_strongest_directions_come_first():
    features = np.array([[1, 5, 0], [-1, 5, 0], [0, 5, 0]], np.float32)
    assert np.abs(principal(features, 1)[:, 0]) == pytest.approx([5, 5, 5])
