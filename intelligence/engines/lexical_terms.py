"""The terms of a text, by its language, and what each is worth to a search (BM25).

Words of languages with an alphabet are folded (case, accents) and cut to their stems by
Snowball (https://snowballstem.org). Chinese is written without spaces: its terms are its
characters and the pairs of neighbouring ones, traditional characters read as simplified. A
term is known by a number, its hash, so that the same numbers index a sparse vector here and
in PostgreSQL.

BM25 (Robertson & Zaragoza 2009) of a passage d for a question q is the inner product

    sum over t in q of  idf(t) * tf(t, d) (k1 + 1) / (tf(t, d) + k1 (1 - b + b |d| / L))

whose first factor is of the question and whose second is of the passage alone, as long as the
pivot L is a constant of the script: so a vector per passage can be stored, and none changes
because other passages came or went. Passages are cut to one length, which is why a constant
serves.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import Stemmer
from numpy.typing import NDArray

from intelligence.engines.characters import simplified

# Terms are hashed into so many numbers (what pgvector's sparse vectors can hold): of 100,000
# different terms about ten share theirs with another.
DIMENSIONS = 1_000_000_000
DEFAULT = "en"
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish",
}  # fmt: skip
IDEOGRAPHS = "㐀-鿿豈-﫿぀-ヿ"
# A run of ideographs, or a word with its inner points and hyphens: 3.5, AB-1200, e-mail.
RUN = re.compile(rf"[{IDEOGRAPHS}]+|[^\W_{IDEOGRAPHS}]+(?:[-./'’][^\W_{IDEOGRAPHS}]+)*")
IDEOGRAPH = re.compile(rf"[{IDEOGRAPHS}]")
INNER = re.compile(r"[-./'’]")
POSSESSIVE = re.compile(r"['’]s$")
LONGEST_WORD = 64  # longer runs are no words, and their hash would help nobody
# What every question is asked with. A short list: in a search words that are common are worth
# little by themselves (stop_words.txt, of six languages, is for texts without that measure).
STOP_WORDS = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
    "does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if", "in",
    "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "she", "should", "so", "than",
    "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to",
    "was", "we", "were", "what", "when", "where", "which", "who", "whom", "whose", "why", "will",
    "with", "would", "you", "your",
})  # fmt: skip


def terms_of(text: str, language: str) -> list[str]:
    """The terms of a text in the order in which they stand, repeated where they are.

    `language` is an ISO 639-1 code; Chinese is seen by its script, whatever the code.
    """
    folded = _folded(text)
    own = language if language in STEMMERS else DEFAULT
    if folded.isascii():  # most texts: no need to look at each word for ideographs
        return [term for run in RUN.findall(folded) for term in _words(run[:LONGEST_WORD], own)]
    return [term for run in RUN.findall(folded) for term in _terms_of_run(run, own)]


def _folded(text: str) -> str:
    """Lower case without accents; compatibility forms (full width, ligatures) resolved."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _terms_of_run(run: str, language: str) -> Iterable[str]:
    if IDEOGRAPH.match(run):
        return chinese_terms(run)
    return _words(run[:LONGEST_WORD], language)


@lru_cache(maxsize=100_000)
def _words(run: str, language: str) -> tuple[str, ...]:
    """A word's stem; of a compound also its parts, so that "AB-1200" is found by "1200"."""
    word = POSSESSIVE.sub("", run)
    parts = INNER.split(word)
    if len(parts) == 1:
        return () if _is_stopped(word, language) else (stem(word, language),)
    own = [stem(part, language) for part in parts if not _is_stopped(part, language)]
    return (word, *own)


def _is_stopped(word: str, language: str) -> bool:
    return language == DEFAULT and word in STOP_WORDS


def stem(word: str, language: str) -> str:
    """A word in lower case without its ending, by a language of `STEMMERS`."""
    return _stemmer(language).stemWord(word)


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(STEMMERS[language])


def chinese_terms(run: str) -> list[str]:
    """The characters of a run of ideographs, and each pair of neighbours.

    Measured on the tuning halves of cmrc2018 and drcd, recall@1: 98.6 and 96.1; pairs alone
    98.1 and 95.2, words by jieba 97.2 and 93.4, pairs with words 97.3 and 95.1.
    """
    plain = simplified(run)
    return [*plain, *pairs_of(plain)]


def pairs_of(run: str) -> list[str]:
    """Each pair of neighbours of a run of ideographs."""
    return [run[at : at + 2] for at in range(len(run) - 1)]


def number_of(term: str) -> int:
    """The number of a term, in [0, DIMENSIONS)."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass")) % DIMENSIONS


# Terms of a passage of usual length, by whether it is written in ideographs; k1 and b were
# chosen on halves of squadshifts (0.9 to 2.0, 0.3 to 0.75): recall@1 moves by two points.
K1, B = 0.9, 0.75
PIVOT, PIVOT_OF_IDEOGRAPHS = 90.0, 500.0


def bm25_weights(terms: Sequence[str]) -> dict[int, float]:
    """The passage's factor of the formula for each of its terms, by the term's number."""
    counts = Counter(map(number_of, terms))
    own = sum(1 for term in terms if IDEOGRAPH.match(term))
    pivot = PIVOT_OF_IDEOGRAPHS if 2 * own > len(terms) else PIVOT
    damping = K1 * (1 - B + B * len(terms) / pivot)
    return {term: count * (K1 + 1) / (count + damping) for term, count in counts.items()}


def idf(passages: int, holding: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a term is worth that so many of the passages hold; above zero."""
    held = np.minimum(holding, passages)
    return np.log1p((passages - held + 0.5) / (held + 0.5))


@dataclass(frozen=True, slots=True)
class AskedTerms:
    """A question's different terms in their order, what each is worth (idf times how often
    it stands in the question), and in how many passages it stands.
    """

    terms: tuple[str, ...]
    numbers: NDArray[np.int64]
    worth: NDArray[np.float64]
    holding: NDArray[np.float64]

    @property
    def most(self) -> float:
        """What a passage cannot score more than."""
        return float(self.worth.sum()) * (K1 + 1)

    def rarest(self, most_passages: int) -> NDArray[np.int64]:
        """The numbers of the rarest terms that so many passages hold together, at least one
        of those that any passage holds: what to look passages up by.
        """
        held = np.flatnonzero(self.holding > 0)
        order = held[np.argsort(self.holding[held], kind="stable")]
        reached = np.cumsum(self.holding[order])
        return self.numbers[order[: max(1, int((reached <= most_passages).sum()))]]


def asked_terms(terms: Sequence[str], frequencies: Mapping[int, int], passages: int) -> AskedTerms:
    """The terms of a question, `frequencies` giving in how many of all passages a term
    stands, by its number. A term that no passage holds counts in `most`: a question of words
    that are not found scores low everywhere.
    """
    counts = Counter(terms)
    different = tuple(counts)
    numbers = np.array([number_of(term) for term in different], np.int64)
    holding = np.array([frequencies.get(int(n), 0) for n in numbers], np.float64)
    times = np.array([counts[term] for term in different], np.float64)
    worth = idf(passages, holding) * times
    return AskedTerms(different, numbers, worth, holding)
