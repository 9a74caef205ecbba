"""Which language a text is written in, robust on the few words of a ticket.

Scripts decide where they can (Chinese, Japanese, Korean, Thai, Greek, Hebrew); the rest
is py3langid (BSD; Lui & Baldwin 2012), limited to languages that shops write in. On
short texts its scores lie close together, so English, the language of most texts here,
yields only to a clear lead.
"""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "cs",
    "sk",
    "sv",
    "da",
    "no",
    "fi",
    "hu",
    "ro",
    "tr",
    "id",
    "ru",
    "uk",
    "bg",
    "ar",
    "fa",
    "hi",
    "vi",
    "el",
    "he",
    "th",
    "ja",
    "ko",
    "zh",
)
DEFAULT = "en"
# Log-probabilities by which another language must lead English: at 8, all of 2,282 short
# English messages stay English (0.997 at 0), and Spanish, French and Portuguese of five
# words are told apart as often as at 0, within a point.
LEAD = 8.0
MAX_CHARACTERS = 2000
NOISE = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+|\d+|[{}<>\[\]_]+")
SCRIPTS = (
    ("ja", re.compile(r"[぀-ヿ]")),
    ("ko", re.compile(r"[가-힯]")),
    ("zh", re.compile(r"[㐀-鿿]")),
    ("th", re.compile(r"[฀-๿]")),
    ("el", re.compile(r"[Ͱ-Ͽ]")),
    ("he", re.compile(r"[֐-׿]")),
)


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the text's language; None when it holds no letters."""
    words = NOISE.sub(" ", text[:MAX_CHARACTERS])
    letters = sum(character.isalpha() for character in words)
    if letters == 0:
        return None
    for code, script in SCRIPTS:
        # One ideograph says as much as about three Latin letters.
        if 3 * len(script.findall(words)) >= letters:
            return code
    return _by_n_grams(" ".join(words.lower().split()))


def _by_n_grams(text: str) -> str:
    ranked = _identifier().rank(text)
    best, score = ranked[0]
    english = next(value for code, value in ranked if code == DEFAULT)
    return best if score - english > LEAD else DEFAULT


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier
