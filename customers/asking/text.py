"""What is taken as a question: one piece of plain text of a bounded length."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_CHARACTERS = 2000

SPACES = re.compile(r"\s+")
# Format characters change how a text looks or hide words in it; the joiners of emoji and of
# Indic and Persian letters are among them, and no question needs those.
DROPPED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}
KEPT_CONTROLS = "\t\n\r"


def clean_question(text: str) -> str:
    """The question in composed form (NFC), without control and zero-width characters, and
    with single spaces. Raises ValidationError, with a sentence for the asker, for a text
    without a letter or digit and for one of more than `MOST_CHARACTERS` characters.
    """
    if len(text) > 10 * MOST_CHARACTERS:
        raise ValidationError(_too_long(len(text)), code="too_long")
    plain = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if character in KEPT_CONTROLS or unicodedata.category(character) not in DROPPED_CATEGORIES
    )
    question = SPACES.sub(" ", plain).strip()
    if len(question) > MOST_CHARACTERS:
        raise ValidationError(_too_long(len(question)), code="too_long")
    if not any(character.isalnum() for character in question):
        raise ValidationError(_("Type a question first."), code="empty")
    return question


def _too_long(length: int) -> str:
    text = _(
        "A question may have %(most)s characters; this one has %(length)s. Shorten it and ask"
        " again: what you typed is kept."
    )
    return text % {"most": MOST_CHARACTERS, "length": length}
