"""`evaluate retrieval`: the rank of the passage a question was written about, among all.

Two kinds of file: SQuAD columns (question, context), where each different context is a
passage and all of the file are searched; and products' questions (item_id, question, answer),
where the answer is looked for among those of the same item.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from intelligence.encoding import ManyTexts
from intelligence.engines.language import language_of
from intelligence.engines.lexical_index import LexicalIndex, lexical_index
from intelligence.engines.lexical_terms import AskedTerms, terms_of
from intelligence.engines.passage_ranking import (
    Candidate,
    Words,
    first_scores,
    scores,
    words_of,
)
from intelligence.engines.sentences import sentences_of
from intelligence.evaluation.columns import TableError, read_columns

READ_CLOSELY = 20  # as the product does
RRF = 60  # the constant of reciprocal rank fusion (Cormack et al. 2009)

Ranks = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions with the place of the passage that answers each, and the passages that it is
    looked for among (None: all).
    """

    questions: Sequence[str]
    passages: Sequence[str]
    answers: Sequence[int]
    among: Sequence[NDArray[np.int64]] | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """The passages as they are searched; `words` and `sentences` are a passage's each."""

    index: LexicalIndex
    words: Sequence[Words]
    embeddings: NDArray[np.float32]
    sentences: Sequence[NDArray[np.float32]]


def evaluate_retrieval(data: Path, encode: ManyTexts) -> dict[str, Any]:
    """n, passages, recall_at_1, recall_at_5, mrr_at_10 of the product's ranking; under
    `bm25`, `cosine`, `z_sum` and `rrf` the same of words alone, of vectors alone, of the sum
    of their z-scores and of reciprocal rank fusion; questions_per_second without encoding.
    Raises TableError.
    """
    asking = read_asking(data)
    language = _language(asking.passages)
    library = library_of(asking.passages, language, encode)
    embeddings = encode(asking.questions)
    kind = language if asking.among is None else f"{language}-reply"
    ranks: Ranks = {name: [] for name in ("fused", "bm25", "cosine", "z_sum", "rrf")}
    started = time.perf_counter()
    for place, question in enumerate(asking.questions):
        among = None if asking.among is None else asking.among[place]
        found = _ranks(question, embeddings[place], asking.answers[place], among, library, kind)
        for name, rank in found.items():
            ranks[name].append(rank)
    seconds = time.perf_counter() - started
    figures: dict[str, Any] = {"n": len(asking.questions), "passages": len(asking.passages)}
    figures |= _figures(ranks.pop("fused"))
    figures |= {name: _figures(of_peer) for name, of_peer in ranks.items()}
    return figures | {
        "language": language,
        "questions_per_second": round(len(asking.questions) / max(seconds, 1e-9), 1),
    }


def read_asking(path: Path) -> Asking:
    """The questions of a file, see the head of this module. Raises TableError."""
    table = read_columns(path, ["question", ("context", "answer")])
    columns = {name: table[name].to_pylist() for name in table.column_names}
    if "context" in columns:
        return _among_all(columns)
    if "item_id" not in columns:
        raise TableError(f"{path} has no column context, nor item_id and answer")
    return _within_items(columns)


def _among_all(columns: Mapping[str, list[Any]]) -> Asking:
    rows = [
        (str(question), str(context))
        for question, context in zip(columns["question"], columns["context"], strict=True)
        if question and context
    ]
    places = {context: at for at, context in enumerate(dict.fromkeys(c for _, c in rows))}
    return Asking([q for q, _ in rows], list(places), [places[c] for _, c in rows])


def _within_items(columns: Mapping[str, list[Any]]) -> Asking:
    """Items with a single answer ask nothing and are left out."""
    by_item: dict[Any, list[tuple[str, str]]] = {}
    rows = zip(columns["item_id"], columns["question"], columns["answer"], strict=True)
    for item, question, answer in rows:
        if question and answer:
            by_item.setdefault(item, []).append((str(question), str(answer)))
    questions, answers, among = list[str](), list[str](), list[NDArray[np.int64]]()
    for said in by_item.values():
        if len(said) > 1:
            own = np.arange(len(answers), len(answers) + len(said))
            questions += [question for question, _ in said]
            answers += [answer for _, answer in said]
            among += [own] * len(said)
    return Asking(questions, answers, list(range(len(answers))), among)


def _language(passages: Sequence[str]) -> str:
    told = [language_of(text) or "en" for text in passages[:100]]
    return max(set(told), key=told.count) if told else "en"


def closest(
    question: str, embedding: NDArray[np.float32], library: Library, language: str, limit: int
) -> list[tuple[int, float]]:
    """Place and score of the passages that fit a question best, the best first."""
    asked = library.index.asked(terms_of(question, language))
    lexical = library.index.scores(asked)
    cosine = (library.embeddings @ embedding).astype(np.float64)
    first = first_scores(lexical, cosine, asked.most, language)
    near = np.argsort(-first, kind="stable")[:READ_CLOSELY]
    fused = _read_closely(asked, near, lexical, cosine, embedding, library, language)
    order = np.argsort(-fused, kind="stable")[:limit]
    return [(int(near[at]), float(fused[at])) for at in order]


def library_of(passages: Sequence[str], language: str, encode: ManyTexts) -> Library:
    """The passages ready to be searched."""
    spans = [sentences_of(text) for text in passages]
    terms = [
        [terms_of(text[start:end], language) for start, end in own]
        for text, own in zip(passages, spans, strict=True)
    ]
    encoded = encode.read(passages, spans)
    index = lexical_index([[term for one in sentences for term in one] for sentences in terms])
    return Library(index, [words_of(own) for own in terms], encoded.embeddings, encoded.spans)


def _ranks(
    question: str,
    embedding: NDArray[np.float32],
    answer: int,
    among: NDArray[np.int64] | None,
    library: Library,
    kind: str,
) -> dict[str, float]:
    """The rank of the answer (1 is first; ties share their mean), by each way of ranking."""
    pool = np.arange(len(library.words)) if among is None else among
    place = int(np.flatnonzero(pool == answer)[0])
    asked = library.index.asked(terms_of(question, kind.partition("-")[0]))
    lexical = library.index.scores(asked)[pool]
    cosine = (library.embeddings[pool] @ embedding).astype(np.float64)
    by_each = {
        "bm25": lexical,
        "cosine": cosine,
        "z_sum": _z(lexical) + _z(cosine),
        "rrf": 1 / (RRF + rankdata(-lexical)) + 1 / (RRF + rankdata(-cosine)),
    }
    first = first_scores(lexical, cosine, asked.most, kind)
    near = np.argsort(-first, kind="stable")[:READ_CLOSELY]
    fused = np.full(len(pool), -1.0)
    fused[near] = _read_closely(asked, near, lexical, cosine, embedding, library, kind, pool)
    return {name: _rank(of, place) for name, of in {"fused": fused, **by_each}.items()}


def _read_closely(
    asked: AskedTerms,
    near: NDArray[np.int64],
    lexical: NDArray[np.float64],
    cosine: NDArray[np.float64],
    embedding: NDArray[np.float32],
    library: Library,
    kind: str,
    pool: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """The scores of the passages at these places of the pool (None: of the library)."""
    own = near if pool is None else pool[near]
    candidates = [
        Candidate(
            float(lexical[at]), float(cosine[at]), library.sentences[row] @ embedding,
            library.words[row],
        )
        for at, row in zip(near, own, strict=True)
    ]  # fmt: skip
    return scores(asked, candidates, kind)


def _z(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), 1e-9))


def _rank(of_all: NDArray[np.float64], place: int) -> float:
    own = of_all[place]
    return 1 + float((of_all > own).sum()) + (float((of_all == own).sum()) - 1) / 2


def _figures(ranks: Sequence[float]) -> dict[str, float]:
    table = np.array(ranks)
    reciprocal = np.where(table <= 10, 1 / np.maximum(table, 1), 0.0)
    shares = {"recall_at_1": table < 2, "recall_at_5": table < 6, "mrr_at_10": reciprocal}
    return {
        name: round(float(np.mean(of)), 4) if len(table) else 0.0 for name, of in shares.items()
    }
