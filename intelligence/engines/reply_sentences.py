"""Sentences of agents' replies that may be told to everybody: no greeting, no person, no order.

What many agents told many customers is the shop's knowledge; what one told one may be that
person's. So a sentence with a personal detail is left out as a whole, rather than blanked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intelligence.engines.content_words import stop_words
from intelligence.engines.sentences import sentences_of

SHORTEST, LONGEST = 20, 400  # characters
SHORTEST_ZH = 7
# Forms that details of persons and orders have wherever they are written.
PERSONAL = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+"
    r"|(?<!\w)\+?\d[\d\s().-]{7,}\d"  # telephone, card and tracking numbers
    r"|\b[A-Z]{1,4}[-#]?\d{3,}\b|#\s?\d{3,}|(?<![\d.,£€$¥])\d{5,}(?![\d.,])"  # order numbers
    r"|\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b"  # postcodes
    r"|\b\d{1,4}\s+(?:[A-Z]\w+\s+){1,3}(?:Street|St|Road|Rd|Lane|Avenue|Close|Drive|Way)\b"
    r"|\d+号(?:楼|院|室)?|\b[A-Z]{2}\d{2}(?:\s?\d{4}){3,}"
)
GREETING = re.compile(
    r"^\s*(?:dear|hello|hi|hey|good (?:morning|afternoon|evening)|thank you|thanks|many thanks"
    r"|sorry"
    r"|i am (?:very |so )?sorry|we are (?:very |so )?sorry|kind regards|best (?:wishes|regards)"
    r"|warm regards|yours|regards|understood|of course|you are welcome|my pleasure|have a"
    r"|please accept|apologies|您好|你好|亲爱的|谢谢|感谢|抱歉|非常抱歉|对不起|不客气|祝)",
    re.IGNORECASE,
)
# What was done for one customer is no rule: "I have put a replacement in the post today".
ONE_CASE = re.compile(
    r"\bI (?:have|had|can see|see|did|am|was|will|shall|just|checked|asked|sent|put"
    r"|refunded)\b|\bI've\b"
    r"|\bI'll\b|\bI'm\b|\bwe have (?:now |just |already )?(?:sent|refunded|put|booked|asked"
    r"|posted)\b"
    r"|\bI\b.*\b(?:today|yesterday|tomorrow)\b|\byour (?:parcel|order) (?:is|was|has|left)\b"
    r"|我(?:已经|刚|帮您|查)|已(?:经)?为您|今天|昨天|明天"
)


def general_sentences(reply: str, known: Iterable[str]) -> Iterator[str]:
    """The sentences of a reply that hold for everybody. `known` are the names, numbers and
    addresses of the persons concerned; a sentence that holds one is left out.
    """
    names = [name.strip() for name in known if len(name.strip()) > 1]
    for start, end in sentences_of(reply):
        sentence = " ".join(reply[start:end].split())
        if _is_told_to_all(sentence) and not holds_personal(sentence, names):
            yield sentence


def holds_personal(text: str, known: Iterable[str]) -> bool:
    """Whether a text has a detail of a person or an order."""
    return bool(PERSONAL.search(text)) or any(_says(text, name) for name in known)


def _says(text: str, name: str) -> bool:
    """Whether a text has this name as a word of its own, whatever its case; a name that is a
    common word, such as Will, only as it is written.
    """
    if not name.isascii():
        return name in text
    case = 0 if name.lower() in stop_words() else re.IGNORECASE
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, case))


def _is_told_to_all(sentence: str) -> bool:
    shortest = SHORTEST if sentence.isascii() or not re.search("[㐀-鿿]", sentence) else SHORTEST_ZH
    return (
        shortest <= len(sentence) <= LONGEST
        and sentence[-1:] not in "?？:："
        and "{" not in sentence
        and not GREETING.search(sentence)
        and not ONE_CASE.search(sentence)
    )
