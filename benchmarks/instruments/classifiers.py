"""What the product's opinions stand beside: plain classifiers of scikit-learn, and VADER.

`Answers` of each are compared by `scores`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.samples.splits import Labelled
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.metrics import figures
from intelligence.training.text_heads import OUT_OF_SCOPE

# Of VADER's authors: between these its compound score means neutral.
NEUTRAL = 0.05
KEPT_IN_SCOPE = 0.95
ITERATIONS, TOLERANCE = 300, 1e-5  # the usual 1e-4 stops half a point short


@dataclass(frozen=True, slots=True)
class Answers:
    """`probabilities` float[n, k] over `labels`; `sure` is whether they are any, or only
    say which label it is.
    """

    labels: tuple[str, ...]
    probabilities: NDArray[np.floating[Any]]
    sure: bool = True


def by_words(
    learnt: Labelled, texts: Sequence[str], *, balanced: bool = False, chinese: bool = False
) -> Answers:
    """Logistic regression over TF-IDF of words and word pairs; Chinese: of characters.
    With `balanced` every label weighs the same.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(
        analyzer="char" if chinese else "word",
        token_pattern=None if chinese else r"(?u)\b\w+\b",
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=2 if len(learnt) > 3_000 else 1,
    )
    rows = vectoriser.fit_transform(learnt.with_aspects)
    return _by_regression(rows, learnt.labels, vectoriser.transform(texts), balanced)


def by_embedding(
    learnt: Labelled, texts: Sequence[str], encode: Encode, *, balanced: bool = False
) -> Answers:
    """Logistic regression over embeddings of an encoder that learns nothing."""
    return _by_regression(encode(learnt.with_aspects), learnt.labels, encode(texts), balanced)


def by_vader(texts: Sequence[str], labels: Sequence[str]) -> Answers:
    """The lexicon of Hutto & Gilbert 2014, which learns nothing."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    names = tuple(sorted(set(labels)))
    margin = NEUTRAL if "neutral" in names else 0.0
    told = [_kind(analyser.polarity_scores(text)["compound"], margin) for text in texts]
    found = [[name == kind for name in names] for kind in told]
    return Answers(names, np.array(found, float), sure=False)


def scores(answers: Answers, labels: Sequence[str]) -> dict[str, float | None]:
    """accuracy, macro_f1 and ece in per cent, of texts that are about one of the labels;
    where others are among them also auroc and oos_recall: how well they are told from the
    rest by the highest probability, and the share found when 95 % of the rest are kept.
    """
    names, truth = np.array(answers.labels), np.array(labels)
    scope = ~np.isin(truth, OUT_OF_SCOPE)
    found = names[answers.probabilities.argmax(axis=1)]
    sureness = answers.probabilities.max(axis=1)
    own = figures(found[scope], truth[scope], sureness[scope], np.ones(int(scope.sum()), bool))
    shown: dict[str, float | None] = {
        name: round(100 * own[name], 1) for name in ("accuracy", "macro_f1", "ece")
    }
    if not answers.sure:
        shown["ece"] = None
    if not scope.all():
        shown |= _out_of_scope(answers.probabilities[:, ~np.isin(names, OUT_OF_SCOPE)], scope)
    return shown


def _out_of_scope(
    in_scope: NDArray[np.floating[Any]], scope: NDArray[np.bool_]
) -> Mapping[str, float]:
    from sklearn.metrics import roc_auc_score

    sureness = in_scope.max(axis=1)
    kept = np.quantile(sureness[scope], 1 - KEPT_IN_SCOPE)
    return {
        "auroc": round(100 * float(roc_auc_score(scope, sureness)), 1),
        "oos_recall": round(100 * float((sureness[~scope] < kept).mean()), 1),
    }


def _by_regression(rows: Any, labels: Sequence[str], asked: Any, balanced: bool) -> Answers:
    from sklearn.linear_model import LogisticRegression

    weights = "balanced" if balanced else None
    found = LogisticRegression(C=10, max_iter=ITERATIONS, tol=TOLERANCE, class_weight=weights)
    found.fit(rows, labels)
    return Answers(tuple(found.classes_), found.predict_proba(asked))


def _kind(compound: float, margin: float) -> str:
    if abs(compound) < margin:
        return "neutral"
    return "positive" if compound >= 0 else "negative"
