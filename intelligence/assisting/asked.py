"""What a ticket's customer asks now: the texts that nobody has answered yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from customers.models import Message, Ticket
from intelligence.engines.language import DEFAULT, language_of
from intelligence.engines.sentences import sentences_of
from intelligence.loaded import text_reader

LONGEST_QUESTION = 600  # characters; a question is a few sentences
QUESTION_MARKS = ("?", "？")
BY_CHARACTERS = frozenset({"zh", "ja"})  # languages that the default encoder cannot tell apart


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: `text` whole, `question` its asking sentences (else its beginning),
    `language` ISO 639-1, `embedding` float32[d] of the text, of unit length.
    """

    text: str
    question: str
    language: str
    embedding: NDArray[np.float32]
    embedding_version: str


def asked_in(ticket: Ticket, conversation: Sequence[Message]) -> Asked | None:
    """What the customer asks in a conversation (oldest first); None where they said nothing.

    These are their messages since the last answer, and where everything is answered their
    latest one.
    """
    unanswered = _unanswered(conversation)
    if not unanswered:
        return None
    opening = next(one for one in conversation if one.is_read)
    told = "\n".join(message.body for message in unanswered)
    text = f"{ticket.subject}\n{told}" if opening in unanswered else told
    language = unanswered[-1].language or language_of(text) or DEFAULT
    reader = text_reader()
    reading = reader.read([text], [set()])[0]
    embedding = np.asarray(reading.embedding, np.float32)
    return Asked(text, question_of(text), language, embedding, reader.backbone_version)


def question_of(text: str) -> str:
    """The sentences that ask, else the first ones, up to `LONGEST_QUESTION` characters."""
    sentences = [text[start:end] for start, end in sentences_of(text)]
    asking = [sentence for sentence in sentences if sentence.endswith(QUESTION_MARKS)]
    return " ".join(asking or sentences)[:LONGEST_QUESTION]


def likeness(asked: Asked, texts: Sequence[str]) -> list[float]:
    """How alike each text is to what is asked, in [0, 1]: the cosine of their embeddings, and
    in languages without spaces the Dice coefficient of their pairs of characters.
    """
    if not texts:
        return []
    if asked.language in BY_CHARACTERS:
        return [alike_by_characters(asked.text, text) for text in texts]
    readings = text_reader().read(list(texts), [set() for _ in texts])
    vectors = np.asarray([reading.embedding for reading in readings], np.float32)
    return [max(0.0, float(cosine)) for cosine in vectors @ asked.embedding]


def alike_by_characters(one: str, other: str) -> float:
    """2 |A and B| / (|A| + |B|) over the sets of pairs of neighbouring letters."""
    left, right = _pairs(one), _pairs(other)
    return 2 * len(left & right) / (len(left) + len(right)) if left or right else 0.0


def _pairs(text: str) -> set[str]:
    letters = [letter for letter in text.lower() if letter.isalnum()]
    return {a + b for a, b in pairwise(letters)}


def _unanswered(conversation: Sequence[Message]) -> list[Message]:
    said = [message for message in conversation if message.is_read]
    answered = [
        number
        for number, message in enumerate(conversation)
        if message.author_kind == Message.Author.AGENT
    ]
    after = conversation[answered[-1] + 1 :] if answered else conversation
    return [message for message in after if message.is_read] or said[-1:]
