"""Vectors of Chinese texts by their characters."""

import numpy as np

from intelligence.engines.lexical import fit_space

COURIERS = ["快递太慢了", "快递还没到", "快递员很差", "等快递等了一周", "快递丢了"]
LIDS = ["盖子断了", "水壶盖子坏了", "盖子盖不严", "盖子掉下来", "换一个盖子"]


def test_texts_that_share_characters_lie_together():
    space = fit_space([*COURIERS, *LIDS, *["其他的话题"] * 10])
    vectors = space.vectors(["快递呢", "快递在哪", "盖子裂了"])
    assert vectors[0] @ vectors[1] > 0.7
    assert abs(vectors[0] @ vectors[2]) < 0.3
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_same_texts_give_the_same_space():
    texts = [*COURIERS, *LIDS]
    one, same = fit_space(texts).vectors(texts), fit_space(texts).vectors(texts)
    assert np.allclose(one, same, atol=1e-5)


def test_texts_without_a_known_character_are_nowhere():
    space = fit_space([*COURIERS, *LIDS])
    assert not space.vectors(["", "hello"]).any()


def test_texts_that_share_nothing_have_no_space():
    assert fit_space([]).vectors(["快递"]).shape == (1, 0)
    assert fit_space(["一", "二"]).vectors(["一"]).shape == (1, 0)
