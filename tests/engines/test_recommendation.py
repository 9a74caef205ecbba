import numpy as np
import pytest

from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.factor_files import load_factors, save_factors
from intelligence.engines.factorisation import Settings, fit, of_text_alone
from intelligence.engines.item_attributes import Attributes
from intelligence.engines.recommendation import (
    ATTRIBUTE_WIDTH,
    Histories,
    explain,
    fold_in,
    fold_in_many,
    similar,
    top_n,
)


def histories(rows):
    """Rows of (user, item, day)."""
    columns = np.array(rows, float).reshape(-1, 3).T
    return Histories(columns[0].astype(int), columns[1].astype(int), columns[2])


def checkerboard(size=20):
    """User u buys the items of the own parity, and never item u."""
    return histories(
        [(u, i, i) for u in range(size) for i in range(size) if (u + i) % 2 == 0 and u != i]
    )


def no_text(items):
    return np.zeros((items, 0), np.float32)


def texts(*rows):
    return np.array(rows, np.float32)


def test_the_held_back_diagonal_of_a_checkerboard_comes_first():
    bought = checkerboard()
    factors = fit(bought, no_text(20))
    users = fold_in_many(factors, bought, users=20)
    ranked = top_n(factors, users, 1, exclude=bought.matrix(20, 20))
    assert [int(row.items[0]) for row in ranked] == list(range(20))


def test_a_purchase_changes_the_user_at_once():
    factors = fit(checkerboard(), no_text(20))
    before, after = fold_in(factors, np.array([2])), fold_in(factors, np.array([2, 5]))
    even, odd = factors.targets[4], factors.targets[7]
    assert before @ even > before @ odd
    assert after @ odd > after @ even


def test_the_newest_purchase_weighs_most():
    weights = histories([(0, 0, 1), (0, 1, 3), (0, 2, 2)]).matrix(1, 3).toarray()[0]
    assert weights == pytest.approx(np.array([1 / 3, 1, 1 / 2]) / (11 / 6))


def test_one_user_and_many_are_folded_in_alike():
    bought = checkerboard()
    factors = fit(bought, no_text(20))
    many = fold_in_many(factors, bought, users=20)
    own = bought.item_index[bought.user_index == 3]
    assert fold_in(factors, own) == pytest.approx(many[3], abs=1e-6)


def test_the_reasons_sum_to_the_score():
    rng = np.random.default_rng(1)
    embeddings = rng.standard_normal((20, 5)).astype(np.float32)
    factors = fit(checkerboard(), embeddings)
    own = np.array([1, 4, 4, 9])
    evidence = explain(factors, own, target=6, count=10)
    score = float(fold_in(factors, own) @ factors.targets[6])
    assert sum(item.weight for item in evidence) == pytest.approx(score, rel=1e-6)
    assert {item.name for item in evidence} == {"1", "4", "9", "novelty", "popularity"}


def test_a_reason_names_the_purchase_that_decided():
    factors = fit(checkerboard(), no_text(20))
    reasons = explain(factors, np.array([4, 5]), target=6, count=1)
    assert (reasons[0].kind, reasons[0].name) == ("purchase", "4")


def test_an_unknown_user_gets_popularity_and_it_is_named():
    bought = histories([(0, 0, 1), (1, 1, 2), (2, 1, 3), (3, 2, 3), (4, 2, 3), (5, 2, 3)])
    factors = fit(bought, no_text(4))
    ranked = top_n(factors, fold_in(factors, np.array([], int))[None], 4)[0]
    assert ranked.popular
    assert ranked.items.tolist() == [2, 1, 0, 3]


def checkerboard_factors():
    return fit(checkerboard(), no_text(20))


def test_old_sales_fade_from_popularity():
    bought = histories([(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 1, 900)])
    assert fit(bought, no_text(2)).biases.argmax() == 1
    assert fit(bought, no_text(2), Settings(half_life_days=None)).biases.argmax() == 0


def test_a_product_without_sales_is_found_by_its_text():
    bought = histories([(u, i, i) for u in range(6) for i in (0, 1)])
    factors = fit(bought, texts([1, 0], [0.8, 0.6], [1, 0], [0, 1]))
    ranked = top_n(factors, fold_in(factors, np.array([0]))[None], 4, allowed=np.arange(4) > 1)
    assert ranked[0].items.tolist() == [2, 3]


def test_a_product_newer_than_the_fit_is_found_by_its_text():
    even, odd = [1, 0], [0, 1]
    factors = fit(checkerboard(), texts(*[even, odd] * 10))
    new = of_text_alone(factors, texts(even, odd))
    assert new.dimension == factors.dimension
    assert new.biases.tolist() == [0, 0]
    of_even, of_odd = fold_in(factors, np.array([2, 4])), fold_in(factors, np.array([3, 5]))
    assert new.targets[0] @ of_even > new.targets[1] @ of_even
    assert new.targets[1] @ of_odd > new.targets[0] @ of_odd


def test_words_alone_tell_products_apart():
    names = ["red pen", "blue pen", "garden chair", "garden table"]
    factors = fit(histories([(0, 0, 0), (0, 1, 1), (1, 2, 0), (1, 0, 1)]), no_text(4), words=names)
    ranked = top_n(factors, fold_in(factors, np.array([2]))[None], 4, allowed=np.arange(4) % 2 > 0)
    assert ranked[0].items[0] == 3


def test_products_without_a_text_among_others_that_have_one_are_taken():
    embeddings = texts(*[[1, 0], [0, 0]] * 10)
    factors = fit(checkerboard(), embeddings, words=["thing", ""] * 10)
    assert np.isfinite(factors.targets).all()


def shelf():
    """Four products nobody bought together, two categories and two prices."""
    return Attributes(["pens", "chairs", "pens", "chairs"], np.array([1.0, 1.0, 90.0, np.nan]))


def test_a_taste_for_a_category_is_a_reason_of_its_own():
    factors = fit(histories([(0, 0, 0), (1, 1, 0)]), no_text(4), attributes=shelf())
    user = fold_in(factors, np.array([0]))
    evidence = {item.name: item.weight for item in explain(factors, np.array([0]), target=2)}
    assert evidence["category"] == pytest.approx(0.5)
    assert "price_band" not in evidence
    assert sum(evidence.values()) == pytest.approx(float(user @ factors.targets[2]), abs=1e-6)
    assert user @ factors.targets[2] > user @ factors.targets[3]


def test_a_price_band_is_a_reason_of_its_own():
    factors = fit(histories([(0, 0, 0), (1, 1, 0)]), no_text(4), attributes=shelf())
    evidence = {item.name: item.weight for item in explain(factors, np.array([0]), target=1)}
    assert evidence["price_band"] == pytest.approx(0.25)
    assert "category" not in evidence


def test_without_attributes_their_columns_are_zero():
    factors = checkerboard_factors()
    assert not factors.contexts[:, -ATTRIBUTE_WIDTH:-1].any()


def test_what_is_new_is_favoured_for_customers_who_bought_and_named_so():
    bought = histories([(u, i, i) for u in range(30) for i in (0, 1)])
    factors = fit(bought, no_text(3))
    named = {item.name: item.weight for item in explain(factors, np.array([0]), target=2)}
    assert named["novelty"] == pytest.approx(2.0)
    named = {item.name: item.weight for item in explain(factors, np.array([0]), target=1)}
    assert named["novelty"] < 0.01
    stranger = fold_in(factors, np.array([], int))
    assert stranger @ factors.targets[2] == 0


def test_the_share_done_grows_to_one():
    told = []
    fit(checkerboard(), no_text(20), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_what_is_excluded_or_not_allowed_never_comes_back():
    bought = checkerboard()
    factors = fit(bought, no_text(20))
    users = fold_in_many(factors, bought, users=20)
    allowed = np.arange(20) < 5
    ranked = top_n(factors, users, 20, bought.matrix(20, 20), allowed)
    for user, row in enumerate(ranked):
        own = set(bought.item_index[bought.user_index == user].tolist())
        assert set(row.items.tolist()) == set(range(5)) - own


def test_no_sales_at_all_leaves_the_text():
    factors = fit(histories([]), texts([1, 0], [0, 1], [1, 0]))
    assert similar(factors, 0, 2).items.tolist() == [2, 1]


def test_one_product_and_nothing_else():
    factors = fit(histories([]), no_text(1))
    assert top_n(factors, fold_in(factors, np.array([0]))[None], 5)[0].items.tolist() == [0]


def test_similar_products_share_customers():
    assert set((similar(checkerboard_factors(), 4, 9).items % 2).tolist()) == {0}


def test_the_same_seed_gives_the_same_factors():
    first, second = checkerboard_factors(), checkerboard_factors()
    assert np.array_equal(first.targets, second.targets)
    assert np.array_equal(first.contexts, second.contexts)


def test_factors_survive_the_disk_and_a_changed_byte_is_refused(tmp_path):
    stored = save_factors(checkerboard_factors(), tmp_path)
    loaded = load_factors(tmp_path)
    assert loaded.card == stored.card
    assert np.array_equal(loaded.targets, stored.targets)
    assert np.array_equal(loaded.contexts, stored.contexts)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(RefusedWeightsError, match="not the file its card describes"):
        load_factors(tmp_path)


def test_bad_histories_are_refused_in_one_line():
    with pytest.raises(ValueError, match="differ in length"):
        Histories(np.array([0]), np.array([0, 1]), np.array([0.0]))
    with pytest.raises(ValueError, match="finite time"):
        histories([(0, 0, np.nan)])
    with pytest.raises(ValueError, match="name item 3 of 2 items"):
        fit(histories([(0, 3, 0)]), no_text(2))
    with pytest.raises(ValueError, match="1 texts of 2 items"):
        fit(histories([]), no_text(2), words=["one"])
    with pytest.raises(ValueError, match="not as many as the 2 items"):
        fit(histories([]), no_text(2), attributes=shelf())


def test_a_history_of_ten_thousand_purchases_stays_bounded():
    factors = checkerboard_factors()
    user = fold_in(factors, np.arange(10_000) % 20)
    assert np.isfinite(user).all()
    assert np.abs(user[:-1]).max() <= np.abs(factors.contexts).max()
