"""Topics as clusters: on points whose groups are known, and on texts that tell nothing."""

import numpy as np
import pytest

from intelligence.engines.topic_identity import same_topics
from intelligence.engines.topics import (
    FEWEST_TEXTS,
    NONE,
    Topics,
    coherence,
    fit_topics,
    members,
    nearest_texts,
)

WIDTH = 32


def around(centres, each, noise=0.05, seed=0):
    """`each` points near each of the first axes, and which axis each is near."""
    draw = np.random.default_rng(seed)
    kinds = np.repeat(np.arange(centres), each)
    points = np.eye(WIDTH)[kinds] + draw.normal(0, noise, (len(kinds), WIDTH))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), kinds


def groups(labels):
    return {frozenset(np.flatnonzero(labels == label)) for label in set(labels) - {NONE}}


def test_groups_that_lie_apart_are_found_whatever_their_number():
    for count in (2, 5, 12):
        points, kinds = around(count, 40, noise=0.02)
        topics, found = fit_topics(points)
        assert len(topics) == count
        inside = found.topics != NONE
        assert inside.mean() > 0.9
        assert all(len(set(kinds[list(group)])) == 1 for group in groups(found.topics))


def test_the_largest_topic_comes_first():
    points, kinds = around(3, 60, noise=0.02)
    kept = np.concatenate([np.flatnonzero(kinds == k)[: 60 - 20 * k] for k in range(3)])
    topics, found = fit_topics(points[kept])
    sizes = np.bincount(found.topics[found.topics != NONE], minlength=len(topics))
    assert len(topics) == 3
    assert list(sizes) == sorted(sizes, reverse=True)


def test_the_same_texts_give_the_same_topics():
    points, _ = around(4, 30)
    one, same = fit_topics(points)[0], fit_topics(points)[0]
    assert np.array_equal(one.centres, same.centres)
    assert np.array_equal(one.radii, same.radii)


def test_equal_texts_are_one_topic():
    points = np.repeat(around(1, 1)[0], 50, axis=0)
    topics, found = fit_topics(points)
    assert len(topics) == 1
    assert set(found.topics) == {0}


def test_texts_in_which_nothing_was_read_belong_to_none():
    points, _ = around(2, 30, noise=0.02)
    points[[3, 40]] = 0
    _topics, found = fit_topics(points)
    assert found.topics[3] == found.topics[40] == NONE


@pytest.mark.parametrize("count", [0, 1, FEWEST_TEXTS - 1])
def test_too_few_texts_have_no_topics(count):
    topics, found = fit_topics(around(1, count)[0])
    assert len(topics) == 0
    assert list(found.topics) == [NONE] * count


def test_a_text_far_from_every_topic_belongs_to_none():
    points, _ = around(2, 30, noise=0.02)
    topics, _found = fit_topics(points)
    stranger = np.eye(WIDTH, dtype=np.float32)[[20]]
    assert list(members(topics, stranger).topics) == [NONE]
    assert list(members(topics, np.eye(WIDTH, dtype=np.float32)[[0, 1]]).topics) in ([0, 1], [1, 0])


def test_examples_are_the_nearest_to_the_middle():
    points, _ = around(2, 30, noise=0.05)
    topics, found = fit_topics(points)
    for topic, rows in enumerate(nearest_texts(topics, found, 3)):
        inside = np.flatnonzero(found.topics == topic)
        assert found.cosines[rows[0]] == found.cosines[inside].max()
        assert len(rows) == 3
    assert (coherence(topics, found) > 0.8).all()


def test_a_topic_keeps_its_place_among_others_by_its_centre():
    centres = np.eye(WIDTH, dtype=np.float32)[:4]
    moved = centres[[2, 0, 3]]
    assert same_topics(centres, moved, [NONE], [NONE]) == {0: 2, 1: 0, 2: 3}


def test_a_topic_is_known_by_its_texts_where_encoders_differ():
    old, new = np.zeros((2, 0), np.float32), np.eye(8, dtype=np.float32)[:3]
    before = [0, 0, 0, 1, 1, 1, NONE]
    after = [2, 2, 2, 1, 1, 0, 0]
    assert same_topics(old, new, before, after) == {2: 0, 1: 1}


def test_a_new_topic_takes_nobodys_place():
    centres = np.eye(WIDTH, dtype=np.float32)
    assert same_topics(centres[:1], centres[1:2], [0, 0], [NONE, NONE]) == {}
    assert same_topics(centres[:0], centres[:2], [], []) == {}


def test_topics_of_no_centre_take_nothing():
    none = Topics(np.zeros((0, WIDTH), np.float32), np.zeros(0, np.float32))
    assert list(members(none, around(1, 3)[0]).topics) == [NONE] * 3
