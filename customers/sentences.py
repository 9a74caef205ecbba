"""Sentences that are stored in English on rows, told in the reader's language.

Engines and imports know no language of the interface: they give their reasons in English,
and rows, exports and the API keep them so. Here is the form of each one that staff see.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

SENTENCES = (
    # why a model abstained
    _("there are no words to read"),
    _("no orders yet"),
    _("not sure enough: %(probability)s, where %(needed)s is needed"),
    _("this does not look like any of the known intents"),
    _("written in '%(language)s'; this model reads %(known)s only"),
    # why a file was not taken in
    _("%(file)s: use a file that ends in %(endings)s."),
    _("%(file)s cannot be read: %(error)s"),
    _("%(file)s is empty."),
    _("Missing for %(format)s: %(missing)s; found: %(found)s."),
)


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(sentence)), re.DOTALL)


PATTERNS = tuple((sentence, _pattern(sentence)) for sentence in SENTENCES)


def translated(sentence: str) -> str:
    """The sentence in the active language; one of a form unknown here stays as it is."""
    for form, pattern in PATTERNS:
        if match := pattern.fullmatch(sentence):
            return gettext(form) % match.groupdict()
    return sentence
