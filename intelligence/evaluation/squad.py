"""SQuAD: its files, and how its answers are scored.

Exact match and F1 follow Rajpurkar et al. 2016 (https://arxiv.org/abs/1606.05250): answers
are compared in lower case without punctuation, articles and extra spaces; F1 is that of the
bags of words; of several known answers the best counts. Chinese is compared by characters,
as CMRC 2018 does.
"""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intelligence.evaluation.columns import TableError, read_columns

ARTICLES = re.compile(r"\b(a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation + "，。、；：？！“”‘’（）《》【】—…")
HAN = re.compile(r"([㐀-鿿])")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on a passage, and the answers that count as right; none: it does not say."""

    key: str
    question: str
    context: str
    answers: tuple[str, ...]


def read_squad(path: Path) -> list[Asked]:
    """The questions of a table (context, question, answer_texts), of SubjQA's (review,
    question, answer, has_answer) or of a SQuAD JSON file. Raises TableError.
    """
    if path.suffix.lower() == ".json":
        return _from_json(path)
    table = read_columns(path, [["context", "review"], "question", ["answer_texts", "answer"]])
    columns = table.to_pydict()
    contexts = columns.get("context") or columns["review"]
    keys = columns.get("id") or columns.get("question_id") or range(len(contexts))
    return [
        Asked(str(key), question, context, answers)
        for key, question, context, answers in zip(
            keys, columns["question"], contexts, _answers(columns), strict=True
        )
    ]


def exact_match(told: str, answers: Sequence[str]) -> float:
    """1.0 where what was told is one of the answers ("" is right where there is none)."""
    if not answers:
        return float(not told)
    return float(any(_plain(told) == _plain(answer) for answer in answers))


def f1(told: str, answers: Sequence[str]) -> float:
    """The best F1 of what was told with one of the answers, in [0, 1]."""
    if not answers or not told:
        return float(not answers and not told)
    return max(_f1(_words(told), _words(answer)) for answer in answers)


def _f1(told: list[str], answer: list[str]) -> float:
    if not told or not answer:
        return float(told == answer)
    shared = sum((Counter(told) & Counter(answer)).values())
    return 2 * shared / (len(told) + len(answer))


def _plain(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    plain = ARTICLES.sub(" ", text.lower().translate(PUNCTUATION))
    return HAN.sub(r" \1 ", plain).split()


def _answers(columns: dict[str, Any]) -> list[tuple[str, ...]]:
    if "answer_texts" in columns:
        return [tuple(texts or ()) for texts in columns["answer_texts"]]
    known = columns.get("has_answer") or [True] * len(columns["answer"])
    return [
        (answer,) if has and answer else ()
        for has, answer in zip(known, columns["answer"], strict=True)
    ]


def _from_json(path: Path) -> list[Asked]:
    try:
        articles = json.loads(path.read_text("utf-8"))["data"]
        return [
            Asked(
                str(row["id"]),
                row["question"],
                paragraph["context"],
                tuple(answer["text"] for answer in row.get("answers", ())),
            )
            for article in articles
            for paragraph in article["paragraphs"]
            for row in paragraph["qas"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TableError(f"{path} is no file of SQuAD's form: {error!r}") from error
