"""What is taken as a question: one piece of plain text of a bounded length."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers.unseen import visible

MOST_CHARACTERS = 2000


def clean_question(text: str) -> str:
    """The question in composed form (NFC), without characters that nobody sees, and with
    single spaces. Raises ValidationError, with a sentence for the asker, for a text
    without a letter or digit and for one of more than `MOST_CHARACTERS` characters.
    """
    if len(text) > 10 * MOST_CHARACTERS:
        raise ValidationError(_too_long(len(text)), code="too_long")
    question = " ".join(visible(unicodedata.normalize("NFC", text)).split())
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
