"""Terms by language, and BM25 as an inner product."""

import numpy as np
import pytest

from intelligence.engines.lexical_index import lexical_index
from intelligence.engines.lexical_terms import (
    K1,
    PIVOT,
    B,
    asked_terms,
    bm25_weights,
    idf,
    number_of,
    terms_of,
)


@pytest.mark.parametrize(
    ("text", "language", "terms"),
    [
        ("Returns of the returned goods", "en", ["return", "return", "good"]),
        ("AB-1200 costs 3.5", "en", ["ab-1200", "ab", "1200", "cost", "3.5", "3", "5"]),
        ("Café's naïve CAFÉ", "en", ["cafe", "naiv", "cafe"]),
        ("die Lieferungen", "de", ["die", "liefer"]),
        ("退货政策", "zh", ["退", "货", "政", "策", "退货", "货政", "政策"]),
        ("退貨", "zh", ["退", "货", "退货"]),
        ("Tea 茶", "zh", ["tea", "茶"]),
        ("!?", "en", []),
        ("ﬁne", "xx", ["fine"]),
    ],
)
def test_terms(text, language, terms):
    assert terms_of(text, language) == terms


def test_plain_letters_give_the_terms_that_they_give_beside_others():
    text = "Don't SEND e-mails to the AB-1200's makers at 3.5 km/h, it isn't theirs_now."
    assert terms_of(text + " é", "en") == [*terms_of(text, "en"), "e"]


def test_a_word_without_end_is_cut():
    assert [len(term) for term in terms_of("x" * 10_000, "en")] == [64]


def test_bm25_is_the_formula():
    terms = ["a1", "a1", "b1", "c1"]
    damping = K1 * (1 - B + B * 4 / PIVOT)
    weights = bm25_weights(terms)
    assert weights[number_of("a1")] == pytest.approx(2 * (K1 + 1) / (2 + damping))
    assert weights[number_of("b1")] == pytest.approx((K1 + 1) / (1 + damping))


def test_a_score_is_the_inner_product():
    index = lexical_index([["a1", "b1"], ["b1"], ["c1"]])
    asked = index.asked(["a1", "b1", "z1"])
    scores = index.scores(asked)
    assert scores.argmax() == 0
    assert scores[2] == 0
    expected = idf(3, np.array([2.0]))[0] * bm25_weights(["b1"])[number_of("b1")]
    assert scores[1] == pytest.approx(expected, rel=1e-6)
    assert scores.max() < asked.most


def test_the_rarest_terms_look_passages_up():
    numbers = [number_of(term) for term in ("rare", "usual", "common")]
    held = dict(zip(numbers, (2, 50, 900), strict=True))
    asked = asked_terms(["common", "rare", "usual", "never"], held, 1000)
    assert set(asked.rarest(100)) == set(numbers[:2])
    assert list(asked.rarest(1)) == [numbers[0]]
    assert len(asked_terms(["never"], {}, 1000).rarest(100)) == 0


def test_no_passages_make_an_empty_index():
    index = lexical_index([])
    assert index.scores(index.asked(["a1"])).shape == (0,)
    assert lexical_index([[]]).scores(index.asked(["a1"])).tolist() == [0.0]
