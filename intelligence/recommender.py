"""Fitting the shop's recommender to its own purchases, and keeping it in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from customers.locks import held_until_commit
from customers.models import (
    BoughtTogether,
    Customer,
    ModelVersion,
    Order,
    Product,
    SimilarProduct,
)
from intelligence.analysis.again import have_read_again
from intelligence.analysis.store import register
from intelligence.engines.contract import Card
from intelligence.engines.factor_files import save_factors
from intelligence.engines.factorisation import fit, of_text_alone
from intelligence.engines.next_item import Progress
from intelligence.engines.recommendation import ItemFactors, similar_many
from intelligence.purchases import all_purchases, purchase_count
from intelligence.recommending import index
from intelligence.recommending.descriptions import described
from intelligence.shop_recommender import current, in_service
from intelligence.vectors import binary, embedding_version, sent, stacked, vectors_in_use

FIT_LOCK = 7_310_002
SIMILAR = 8
# So many new purchases or products, as a share of the fitted ones, make a fit stale.
# Fewer must not: a fit has every customer read again.
GROWTH = 0.02

MAKE_TABLE_SQL = """
CREATE TEMP TABLE fitted (product_id bigint, target vector, context vector, bias float8)
"""
KEEP_SQL = """
UPDATE intelligence_productvector v
SET target = f.target, context = f.context, bias = f.bias, recommender_id = %(version)s
FROM fitted f WHERE v.product_id = f.product_id
    AND (v.recommender_id IS DISTINCT FROM %(version)s OR v.target <> f.target
        OR v.context <> f.context)
"""
FORGET_SQL = """
UPDATE intelligence_productvector
SET target = NULL, context = NULL, bias = NULL, recommender_id = NULL
WHERE recommender_id <> %s
"""
COPY_SIMILAR_SQL = """
COPY customers_similarproduct (product_id, similar_id, rank, score) FROM STDIN
"""


class Learnt(NamedTuple):
    """Factors, and the products that their rows stand for."""

    product_pks: list[int]
    factors: ItemFactors


def refit_when_stale() -> bool:
    """Fit again when products or purchases changed enough since; whether it did.

    Otherwise products that are newer than the fit are taken in by their texts. One
    process fits at a time; a second one goes on with what there is.
    """
    with transaction.atomic():
        if not held_until_commit(FIT_LOCK):
            return False
        if not _is_stale():
            concerned, fitted = _take_in_new_products(), None
        else:
            concerned, fitted = Customer.objects.all(), _kept(_learnt())
    _follow_up(fitted)
    have_read_again(concerned)
    return fitted is not None


def fit_shop(progress: Progress | None = None) -> ModelVersion | None:
    """Fit to all purchases and product texts, and store factors and similar products.

    All customers become pending, for their recommendations are of the former fit. None
    when there is no product yet. `progress` is told the share done of the learning, which
    holds no transaction.
    """
    learnt = _learnt(progress)
    with transaction.atomic():
        version = _kept(learnt)
    _follow_up(version)
    if version:
        have_read_again(Customer.objects.all())
    return version


def _follow_up(fitted: ModelVersion | None) -> None:
    """What goes with a fit and is seen once that is committed: its index, and the pairs."""
    index.keep_current()
    if fitted:
        BoughtTogether.objects.recount()


def _learnt(progress: Progress | None = None) -> Learnt | None:
    pks, embeddings = _products(only_new=False)
    if not pks:
        return None
    histories = all_purchases({pk: row for row, pk in enumerate(pks)})
    words, attributes = described(pks)
    fitted = fit(histories, embeddings, words=words, attributes=attributes, progress=progress)
    card = replace(fitted.card, backbone=embedding_version())
    return Learnt(pks, replace(fitted, card=card))


def _kept(learnt: Learnt | None) -> ModelVersion | None:
    if learnt is None:
        return None
    there = set(Product.objects.filter(pk__in=learnt.product_pks).values_list("pk", flat=True))
    stands = np.array([pk in there for pk in learnt.product_pks], np.bool_)
    pks = [pk for pk in learnt.product_pks if pk in there]
    factors = save_factors(learnt.factors, settings.MODELS_DIR / "recommendation")
    version = register(factors.card)
    factors = replace(factors, targets=factors.targets[stands], contexts=factors.contexts[stands])
    # weights of a former fit may come again, from other purchases
    ModelVersion.objects.filter(pk=version.pk).update(card=factors.card.as_json())
    _keep_factors(pks, factors, version)
    _keep_similar(pks, factors, range(len(pks)))
    return version


def _take_in_new_products() -> QuerySet[Customer]:
    """Give factors to products that are newer than the fit, from their texts alone.

    The customers who bought one of them: they were read without it.
    """
    engine = current()
    pks, embeddings = _products(only_new=True)
    if engine is None or not pks:
        return Customer.objects.none()
    _keep_factors(pks, of_text_alone(engine.factors, embeddings), engine.version)
    grown = current() or engine
    _keep_similar(grown.product_pks, grown.factors, [grown.row_of_product[pk] for pk in pks])
    buyers = Order.objects.filter(lines__product__in=pks).values("customer")
    return Customer.objects.filter(pk__in=buyers)


def _products(*, only_new: bool) -> tuple[list[int], NDArray[np.float32]]:
    """Products in the order of their keys, with their embeddings, by row."""
    vectors = vectors_in_use()
    if only_new:
        vectors = vectors.filter(target__isnull=True)
    rows = list(vectors.order_by("product_id").values_list("product_id", sent("embedding")))
    return [pk for pk, _ in rows], stacked([vector for _, vector in rows])


def _is_stale() -> bool:
    vectors = vectors_in_use()
    fitted = in_service()
    if fitted is None:
        return vectors.exists()
    card = Card.from_json(fitted.card)
    products = vectors.filter(target__isnull=False).count()
    new = vectors.filter(target__isnull=True).count()
    sold = card.training_data[0]["rows"]
    return (
        card.backbone != embedding_version()
        or new > GROWTH * products
        or abs(purchase_count() - sold) > GROWTH * sold
    )


def _keep_factors(pks: Sequence[int], factors: ItemFactors, version: ModelVersion) -> None:
    """Store the factors on their products; those of other versions are given up."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS fitted")
        cursor.execute(MAKE_TABLE_SQL)
        with cursor.copy("COPY fitted FROM STDIN (FORMAT BINARY)") as copy:
            # as bytes, a vector is already binary
            copy.set_types(["int8", "bytea", "bytea", "float8"])
            for pk, target, context in zip(pks, factors.targets, factors.contexts, strict=True):
                copy.write_row((pk, binary(target), binary(context), float(target[-1])))
        cursor.execute(KEEP_SQL, {"version": version.pk})
        cursor.execute(FORGET_SQL, [version.pk])
        cursor.execute("DROP TABLE fitted")


def _keep_similar(pks: Sequence[int], factors: ItemFactors, rows: Sequence[int]) -> None:
    """For the products of these rows the ones most like each, of the same source."""
    sources = _sources(pks)  # now, for the connection answers nothing else during a COPY
    SimilarProduct.objects.filter(product__in=[pks[row] for row in rows]).delete()
    with connection.cursor() as cursor, cursor.copy(COPY_SIMILAR_SQL) as copy:
        for row, best in zip(rows, similar_many(factors, rows, SIMILAR, sources), strict=True):
            found = zip(best.items, best.scores, strict=True)
            for rank, (other, score) in enumerate(found, start=1):
                copy.write_row((pks[row], pks[other], rank, float(score)))


def _sources(pks: Sequence[int]) -> NDArray[np.int64]:
    """The source of each product, as a number."""
    sources = dict(Product.objects.filter(pk__in=pks).values_list("pk", "source"))
    return np.unique(np.array([sources[pk] for pk in pks], np.str_), return_inverse=True)[1]
