from dataclasses import replace

import numpy as np
import pytest

from intelligence.engines.customer_features import (
    NAMES,
    Features,
    Orders,
    ShopReference,
    build_features,
    scaled,
)
from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.head_files import SHIPPED
from intelligence.engines.recommendation import Histories
from intelligence.engines.segment import NO_ORDERS, load_segment, save_segment
from intelligence.engines.segment_rules import LABELS, rule_labels

SHOP = ShopReference(as_of=1000.0, gap_days=30.0, spent=100.0, order_value=25.0, units=5.0)
# recency, in own gaps, orders, spent, average order, units, returns, tenure, variation
CUSTOMERS = {
    "champion": (5, 0.2, 12, 900, 75, 6, 0, 400, 0.4),
    "loyal": (20, 0.7, 6, 120, 20, 5, 0, 300, 0.5),
    "promising": (25, 0.8, 2, 60, 30, 5, 0, 70, 1.0),
    "new": (10, 0.3, 1, 25, 25, 4, 0, 10, 1.0),
    "occasional": (120, 1.5, 2, 45, 22, 5, 0, 260, 1.0),
    "at_risk": (100, 4.0, 8, 200, 25, 5, 0, 400, 0.5),
    "lapsed": (400, 9.0, 3, 80, 27, 5, 0, 600, 0.7),
    "wholesale": (20, 0.7, 4, 2000, 500, 300, 0, 300, 0.5),
}


def features(rows):
    human = np.array(rows, float).reshape(-1, len(NAMES))
    taste = np.zeros((len(human), 0), np.float32)
    return Features(human, scaled(human, SHOP), taste, human[:, 2] > 0)


@pytest.fixture(scope="module")
def engine():
    return load_segment(SHIPPED / "segment")


def test_the_rules_name_each_kind_of_customer():
    assert rule_labels(features(list(CUSTOMERS.values()))) == list(CUSTOMERS)
    assert set(CUSTOMERS) == set(LABELS)


def test_a_customer_without_orders_has_no_segment(engine):
    nobody = features([np.zeros(len(NAMES))])
    assert rule_labels(nobody) == [""]
    (said,) = engine.predict(nobody)
    assert (said.label, said.abstained, said.reason) == (None, True, NO_ORDERS)


def test_the_head_has_learnt_the_rules(engine):
    said = engine.predict(features(list(CUSTOMERS.values())))
    assert [one.label for one in said] == list(CUSTOMERS)


def test_probabilities_sum_to_one_and_the_label_is_the_likeliest(engine):
    for said in engine.predict(features(list(CUSTOMERS.values()))):
        assert sum(said.distribution.values()) == pytest.approx(1.0)
        assert said.probability == max(said.distribution.values())
        assert said.distribution[said.label] == said.probability


def test_the_reasons_are_figures_that_staff_know(engine):
    (said,) = engine.predict(features([CUSTOMERS["lapsed"]]))
    strongest = said.evidence[0]
    assert strongest.kind == "feature"
    assert strongest.name.startswith("recency")
    assert strongest.value in {400.0, 9.0}
    assert strongest.weight > 0


def test_no_customers_give_no_predictions(engine):
    assert engine.predict(features(np.zeros((0, 9)))) == []


def test_embeddings_of_another_length_are_refused(engine):
    one = features([CUSTOMERS["new"]])
    with pytest.raises(ValueError, match=r"train it again with `manage\.py train segment`"):
        engine.predict(replace(one, semantic=np.zeros((1, 5), np.float32)))


def test_a_segment_head_is_the_same_after_a_round_trip_through_disk(engine, tmp_path):
    stored = save_segment(engine, tmp_path)
    loaded = load_segment(tmp_path)
    every = features(list(CUSTOMERS.values()))
    assert loaded.card == stored.card
    assert stored.card.sha256 == engine.card.sha256
    assert np.array_equal(loaded.probabilities(every), engine.probabilities(every))


def test_a_changed_segment_head_is_refused(engine, tmp_path):
    save_segment(engine, tmp_path)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    with pytest.raises(RefusedWeightsError, match="not the file its card describes"):
        load_segment(tmp_path)


def orders(rows):
    """Rows of (customer, day, total, units, return)."""
    columns = np.array(rows, float).reshape(-1, 5).T
    return Orders(columns[0].astype(int), columns[1], columns[2], columns[3], columns[4] > 0)


ROWS = [(0, 10, 50, 2, 0), (0, 40, 30, 1, 0), (0, 45, -30, 1, 1), (1, 95, 20, 4, 0)]


def test_features_are_counted_from_the_orders():
    shop = ShopReference.from_orders(orders(ROWS), as_of=100.0)
    found = build_features(orders(ROWS), 3, shop)
    first = dict(zip(NAMES, found.human[0], strict=True))
    assert shop.gap_days == 30.0
    assert (first["recency_days"], first["orders"], first["spent"]) == (60.0, 2.0, 50.0)
    assert (first["average_order_value"], first["units_per_order"]) == (40.0, 1.5)
    assert first["return_rate"] == pytest.approx(1 / 3)
    assert first["recency_in_own_gaps"] == pytest.approx(60 / 30)
    assert found.has_orders.tolist() == [True, True, False]
    assert not found.human[2].any()


def test_a_shop_that_is_ten_times_as_dear_and_slow_reads_the_same():
    slow = [(who, day * 10, total * 10, units, back) for who, day, total, units, back in ROWS]
    plain = ShopReference.from_orders(orders(ROWS), as_of=100.0)
    dear = ShopReference.from_orders(orders(slow), as_of=1000.0)
    assert build_features(orders(slow), 2, dear).scaled == pytest.approx(
        build_features(orders(ROWS), 2, plain).scaled
    )


def test_taste_is_what_was_bought_relative_to_the_shop():
    embeddings = np.array([[1, 0], [0, 1]], np.float32)
    bought = Histories(np.array([0, 1]), np.array([0, 1]), np.array([10.0, 95.0]))
    shop = ShopReference.from_orders(orders(ROWS), 100.0, bought, embeddings)
    taste = build_features(orders(ROWS), 3, shop, bought, embeddings).semantic
    assert taste.tolist() == [[0.5, -0.5], [-0.5, 0.5], [0.0, 0.0]]


def test_bad_orders_are_refused_in_one_line():
    with pytest.raises(ValueError, match="differ in length"):
        Orders(*(np.zeros(n) for n in (1, 2, 1, 1, 1)))
    with pytest.raises(ValueError, match="must be finite"):
        orders([(0, np.nan, 1, 1, 0)])
