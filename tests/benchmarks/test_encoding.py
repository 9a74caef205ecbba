import numpy as np

from benchmarks import encoding


def unit(*rows):
    vectors = np.array(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_ratio_is_the_median_of_the_rounds():
    found = encoding.speed([(1.0, 2.0), (1.0, 3.0), (2.0, 8.0)], texts=120)
    assert found["texts_per_second"] == 30.0
    assert found["peer_texts_per_second"] == 9.2
    assert (found["times_the_peer"], found["lowest_round"]) == (3.0, 2.0)


def test_equal_vectors_are_wholly_alike():
    vectors = unit(*np.random.default_rng(0).standard_normal((30, 8)))
    assert encoding.likeness(vectors, vectors) == {
        "cosine_mean": 1.0,
        "cosine_lowest": 1.0,
        "neighbours_shared": 1.0,
    }


def test_turned_vectors_lose_neighbours():
    rng = np.random.default_rng(0)
    vectors = unit(*rng.standard_normal((40, 8)))
    turned = unit(*(vectors + 0.3 * rng.standard_normal((40, 8))))
    found = encoding.likeness(vectors, turned)
    assert found["cosine_lowest"] < found["cosine_mean"] < 1
    assert 0.2 < found["neighbours_shared"] < 0.95


def test_every_target_is_a_figure_of_a_report():
    figures = {target.figure for target in encoding.TARGETS}
    assert figures == {"times_the_peer", "heads_add_percent", "worker_rss_mb", "growth_mb"}
