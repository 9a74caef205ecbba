"""The sentences of a conversation that tell what it is about, verbatim."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intelligence.engines.centrality import centrality
from intelligence.engines.diversity import diversified
from intelligence.engines.sentences import sentences_of
from intelligence.loaded import text_reader

MOST_SENTENCES = 200  # the latest ones: a graph of more says no more
FEWEST_LETTERS, FEWEST_IDEOGRAPHS = 12, 5  # a shorter sentence is a greeting
DIVERSITY = 0.3
WISH = re.compile(
    r"\?|？|\b(?:(?:I|we)(?:['’]d| would)? (?:like|want|need|wish)|please|could you|can you|"
    r"would you|kindly|how (?:do|can)|bitte|ich möchte|je voudrais|pourriez)\b"
    r"|请|想要?|希望|要求|能不能|可以.{0,12}吗|麻烦",
    re.IGNORECASE,
)
PROMISE = re.compile(
    r"\b(?:(?:I|we)(?:['’]ll| will| shall|['’]m going to|['’]re going to)|will be|"
    r"(?:get|come) back to you|let you know|wir werden|ich werde|nous allons|je vais)\b"
    r"|(?:我们?)?(?:会|将)(?:在|尽快|马上|为您|给您|再|安排|联系|发|退|通知)|稍后|尽快",
    re.IGNORECASE,
)
# "will" of the customer's doing or of a courier is no promise of the agent.
NO_PROMISE = re.compile(
    r"\byou(?:['’]ll| will)\b|\b(?:if|once|when) you\b|如果您|请您", re.IGNORECASE
)
DONE = re.compile(
    r"\b(?:has|have|is|was|been) (?:now |already |just )?(?:been |)(?:\w+ed|sent|paid|made)\b"
    r"|\b(?:I|we)(?:['’]ve| have) |已经?|完成",
    re.IGNORECASE,
)
SAME_MATTER = 0.45  # least cosine of a later sentence that tells a promise is kept
IDEOGRAPH = re.compile(r"[㐀-鿿]")
LETTER = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, the row that it stands in (`of`: any key), and whether the customer said
    it.
    """

    text: str
    of: int
    by_customer: bool = True


def sentences_in(texts: Sequence[tuple[int, str, bool]]) -> list[Said]:
    """The sentences of these texts (key, text, by the customer) that say something, the
    latest `MOST_SENTENCES`.
    """
    found = [
        Said(text[start:end], of, by_customer)
        for of, text, by_customer in texts
        for start, end in sentences_of(text)
        if _says_something(text[start:end])
    ]
    return found[-MOST_SENTENCES:]


def embedded(sentences: Sequence[Said]) -> NDArray[np.float32]:
    """float32[n, d] of unit length."""
    if not sentences:
        return np.zeros((0, 1), np.float32)
    readings = text_reader().read([one.text for one in sentences], [set() for _ in sentences])
    return np.asarray([reading.embedding for reading in readings], np.float32)


def wish_of(sentences: Sequence[Said], vectors: NDArray[np.float32]) -> int | None:
    """Which sentence of an opening message says what is wanted: of those that ask for
    something the most central one, else the most central of all.
    """
    if not sentences:
        return None
    asking = [n for n, one in enumerate(sentences) if WISH.search(one.text)]
    scores = centrality(vectors)
    return max(asking or range(len(sentences)), key=lambda n: scores[n])


def central_ones(vectors: NDArray[np.float32], most: int) -> list[int]:
    """Up to `most` sentences that say most of the rest and little twice, in their order."""
    if not len(vectors):
        return []
    scores = np.asarray(centrality(vectors), np.float32)
    return sorted(int(n) for n in diversified(scores, vectors, most, DIVERSITY))


def open_promises(sentences: Sequence[Said], vectors: NDArray[np.float32]) -> list[int]:
    """Which sentences of the agents promise something that no later message of theirs says is
    done.
    """
    ours = [n for n, one in enumerate(sentences) if not one.by_customer]
    return [
        n
        for n in ours
        if PROMISE.search(sentences[n].text)
        and not NO_PROMISE.search(sentences[n].text)
        and not any(_keeps(sentences, vectors, n, later) for later in ours)
    ]


def _keeps(
    sentences: Sequence[Said], vectors: NDArray[np.float32], promise: int, later: int
) -> bool:
    if later <= promise or sentences[later].of == sentences[promise].of:
        return False
    is_done = DONE.search(sentences[later].text) is not None
    return is_done and float(vectors[later] @ vectors[promise]) >= SAME_MATTER


def _says_something(sentence: str) -> bool:
    fewest = FEWEST_IDEOGRAPHS if IDEOGRAPH.search(sentence) else FEWEST_LETTERS
    return len(LETTER.findall(sentence)) >= fewest
