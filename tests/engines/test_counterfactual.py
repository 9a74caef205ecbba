"""What would lift a customer to a better segment: small, and true when it is applied."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from intelligence.engines.counterfactual import (
    AIMS,
    MOST_CHANGES,
    UNITS,
    Change,
    applied,
    counterfactuals,
    moved,
)
from intelligence.engines.customer_features import (
    NAMES,
    Features,
    ShopReference,
    build_features,
    scaled,
)
from intelligence.engines.head_files import SHIPPED
from intelligence.engines.segment import load_segment
from intelligence.training.segment import read_shop
from tests.engines.test_segment import CUSTOMERS, SHOP, features, orders

RETAIL = Path(__file__).parents[3] / "shared/data/online_retail/transactions.parquet"


@pytest.fixture(scope="module")
def engine():
    return load_segment(SHIPPED / "segment")


def mixed_shop(customers=500, seed=7):
    """Customers of every kind, by chance: 1 to 12 orders over 500 days, some sent back."""
    chance = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        first = chance.uniform(0, 490)
        days = np.sort(chance.uniform(first, 500, chance.integers(1, 13)))
        value = chance.lognormal(3, 0.6)
        rows += [(customer, day, value * chance.uniform(0.7, 1.3), 5, 0) for day in days]
        if chance.random() < 0.2:
            rows.append((customer, days[-1], -value / 2, 1, 1))
    shop = ShopReference.from_orders(orders(rows))
    return build_features(orders(rows), customers, shop), shop


def flips(engine, every, shop):
    """What is offered, with who gets it and what the engine says once it is applied."""
    said = engine.predict(every)
    offered = counterfactuals(engine, every, shop, said)
    who = np.flatnonzero([one is not None for one in offered])
    found = [offered[place] for place in who]
    after = engine.predict(applied(every.where(who), shop, [one.changes for one in found]))
    return [said[place].label for place in who], found, after


def test_applying_the_change_flips_the_label_every_time(engine):
    before, found, after = flips(engine, *mixed_shop())
    assert len(found) > 250
    assert [one.label for one in after] == [one.label for one in found]
    assert not any(one.abstained for one in after)
    assert all(one.label in AIMS[label] for label, one in zip(before, found, strict=True))


def test_at_most_three_figures_change_and_each_towards_the_better(engine):
    _, found, _ = flips(engine, *mixed_shop())
    for one in found:
        assert 1 <= len(one.changes) <= MOST_CHANGES
        for change in one.changes:
            more = change.feature in {"orders", "average_order_value"}
            assert (change.after > change.before) is more
            assert change.as_json()["unit"] == UNITS[change.feature]


def test_less_than_what_is_offered_does_not_do(engine):
    every, shop = mixed_shop()
    said = engine.predict(every)
    offered = counterfactuals(engine, every, shop, said)
    single = [
        (place, one.changes[0], one.label)
        for place, one in enumerate(offered)
        if one and len(one.changes) == 1 and one.changes[0].feature == "orders"
    ]
    assert len(single) > 50
    for place, change, label in single:
        if change.after - change.before > 1:
            less = replace(change, after=change.after - 1)
            (after,) = engine.predict(applied(every.where(np.array([place])), shop, [[less]]))
            assert after.label != label or after.abstained


def test_nothing_is_offered_to_the_best_and_to_those_without_orders(engine):
    rows = [CUSTOMERS["champion"], CUSTOMERS["wholesale"], np.zeros(len(NAMES))]
    every = features(rows)
    assert counterfactuals(engine, every, SHOP, engine.predict(every)) == [None, None, None]


def test_a_segment_that_the_shop_does_not_use_is_nobodys_aim(engine):
    every = features([CUSTOMERS["loyal"]])
    said = engine.predict(every)
    assert counterfactuals(engine, every, SHOP, said)[0].label == "champion"
    assert counterfactuals(engine, every, SHOP, said, known={"loyal"}) == [None]


def test_another_aim_can_be_asked_for(engine):
    every = features([CUSTOMERS["new"]])
    said = engine.predict(every)
    (found,) = counterfactuals(engine, every, SHOP, said, aims={"new": ("loyal",)})
    assert found.label == "loyal"


def test_an_order_more_is_also_money_spent_and_shorter_gaps():
    human = np.array([20, 0.5, 4, 100, 25, 5, 0.2, 140, 0.5], float)
    target = np.array([[20.0, 5.0, 25.0, 0.2]])
    after = dict(zip(NAMES, moved(human, target)[0], strict=True))
    assert (after["orders"], after["spent"]) == (5, 125)
    assert after["recency_in_own_gaps"] == pytest.approx(0.5 * 5 / 4)
    assert after["return_rate"] == pytest.approx(1 / 6)  # one return beside five sales


def test_a_newer_last_order_stretches_the_gaps_and_a_single_one_is_the_first_as_well():
    several = np.array([60, 2.0, 3, 100, 25, 5, 0, 120, 0.5], float)
    after = dict(zip(NAMES, moved(several, np.array([[30.0, 3, 25, 0]]))[0], strict=True))
    assert after["recency_in_own_gaps"] == pytest.approx(30 / (30 + 30 / 3))
    assert after["tenure_days"] == 120
    single = np.array([60, 2.0, 1, 25, 25, 5, 0, 60, 1.0], float)
    after = dict(zip(NAMES, moved(single, np.array([[30.0, 1, 25, 0]]))[0], strict=True))
    assert (after["recency_in_own_gaps"], after["tenure_days"]) == (1.0, 30.0)


def test_what_the_features_would_be_is_what_the_orders_would_make_them():
    """The consequences that `moved` derives are those of the orders themselves."""
    days = [(0, 10, 30, 2, 0), (0, 40, 30, 2, 0), (0, 70, 30, 2, 0)]
    shop = ShopReference(as_of=120.0, gap_days=30.0, spent=90.0, order_value=30.0, units=2.0)
    before = build_features(orders(days), 1, shop)
    newer = build_features(orders([*days[:2], (0, 90, 30, 2, 0)]), 1, shop)
    found = applied(before, shop, [[Change("recency_days", 50.0, 30.0)]])
    same = [place for place, name in enumerate(NAMES) if name != "gap_variation"]
    assert found.human[0, same] == pytest.approx(newer.human[0, same])
    assert found.scaled == pytest.approx(scaled(found.human, shop))


@pytest.mark.skipif(not RETAIL.exists(), reason="the transactions of online_retail are not here")
def test_on_real_customers_the_label_flips_every_time(engine):
    shop = read_shop(RETAIL, lambda texts: np.zeros((len(texts), 0), np.float32))
    day = float(shop.orders.time_days.max())
    reference = ShopReference.from_orders(shop.orders, day)
    every = build_features(shop.orders, len(shop.customer_keys), reference)
    chosen: Features = every.where(np.flatnonzero(every.has_orders)[::8][:500])
    _, found, after = flips(engine, chosen, reference)
    assert len(found) > 300
    assert [one.label for one in after] == [one.label for one in found]
    assert max(len(one.changes) for one in found) <= MOST_CHANGES
