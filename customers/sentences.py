"""Sentences that are stored in English on rows, told in the reader's language.

Engines, trainings and imports know no language of the interface: they give their reasons and
describe their models in English, and rows, exports and the API keep them so. Here is the form
of each one that staff see.
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
    _("by likeness to its description, never trained"),
    # why nothing is expected of a customer
    _("too few customers came back to learn from"),
    _("the model did not converge on these orders"),
    _("no order of theirs has a value that can be counted"),
    # why a row was not read
    _("The worker that read this row died, %(tries)s times. Analyse it again to retry."),
    _("The worker that read this question died, %(tries)s times."),
    # what models are for and learnt from, by their cards
    _("what the opening message of a ticket is about"),
    _("how soon the opening message of a ticket wants to be answered"),
    _("sentiment of a message or review in five steps"),
    _("sentiment of Chinese texts in five steps, read from character n-grams"),
    _("customer segment from order figures relative to the shop, and taste"),
    _("how an aspect sounds where it is mentioned"),
    _("low-rank adapter: the tone of a text beside its embedding"),
    _("orders and value to expect of customers, and whether they are still active"),
    _("own orders"),
    _("own sentences"),
    _("own ticket sentences"),
    _("own Chinese sentences"),
    # why a training gave no model
    _("the worker that trained it died; ask for another training"),
    _("%(n)s corrections to learn from; a training needs %(needed)s"),
    _("%(task)s does not learn from corrections"),
    _("there are no held-out rows to measure on yet; correct some more"),
    _("there are no products to recommend yet"),
    _("nothing was fitted yet; the products have to be read first"),
    _("a head needs rows of at least two labels"),
    # what a model that ships is for
    _("extractive reader: first and last token of an answer, or none"),
    # why nothing was suggested or summed up
    _("there is no message of a customer to answer"),
    _("nothing that the shop knows answers this: no help page, solved ticket or macro"),
    _("the worker that wrote it died, %(tries)s times; ask again to retry"),
    _("sentences without support were left out: %(n)s"),
    # why another model does not serve
    _("a later change of this model took its place"),
    _("%(folder)s holds another version than %(version)s"),
    _(
        "%(folder)s was trained for the encoder %(encoder)s, not for the one in use (%(used)s): "
        "train it again with `%(command)s`"
    ),
    _("no card.json in %(folder)s"),
    _("%(path)s is not the file its card describes: restore or retrain it"),
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
