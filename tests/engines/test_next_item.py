import numpy as np

from intelligence.engines.next_item import TrainingSettings, train
from intelligence.engines.recommendation import Histories

ITEMS = 12
SETTINGS = TrainingSettings(epochs=60, batch=32, negatives=6, learning_rate=0.05, dropout=0.0)


def a_circle(users=40, length=5):
    """User u buys u, u + 1, u + 2, ... of twelve items in a circle."""
    user = np.repeat(np.arange(users), length)
    step = np.tile(np.arange(length), users)
    return Histories(user, (user + step) % ITEMS, step.astype(float))


def start(seed=0):
    chance = np.random.default_rng(seed)
    drawn = [chance.standard_normal((ITEMS, 8), dtype=np.float32) for _ in range(2)]
    return drawn[0] / 10, drawn[1] / 10


def trained(histories, told=lambda share: None):
    return train(histories, start(), np.zeros(ITEMS, np.float32), SETTINGS, 0, told)


def test_the_next_item_of_a_circle_is_learned():
    contexts, targets = trained(a_circle())
    scores = contexts @ targets.T
    np.fill_diagonal(scores, -np.inf)
    assert scores.argmax(axis=1).tolist() == [(item + 1) % ITEMS for item in range(ITEMS)]


def test_the_same_seed_learns_the_same():
    for one, other in zip(trained(a_circle()), trained(a_circle()), strict=True):
        assert np.array_equal(one, other)


def test_histories_of_one_purchase_teach_nothing():
    told = []
    contexts, targets = trained(a_circle(length=1), told.append)
    assert np.array_equal(contexts, start()[0])
    assert np.array_equal(targets, start()[1])
    assert told == []


def test_what_it_starts_from_is_left_as_it_was():
    given = start()
    train(a_circle(), given, np.zeros(ITEMS, np.float32), SETTINGS, 0, lambda share: None)
    assert np.array_equal(given[0], start()[0])


def test_a_history_of_ten_thousand_purchases_is_taken():
    long = Histories(np.zeros(10_000, np.int64), np.arange(10_000) % ITEMS, np.arange(10_000.0))
    few = TrainingSettings(epochs=1)
    contexts, _ = train(long, start(), np.zeros(ITEMS, np.float32), few, 0, lambda share: None)
    assert np.isfinite(contexts).all()
