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
    _("%(file)s is no text table but %(what)s."),
    _("%(file)s is no Excel workbook (.xlsx)."),
    _("%(file)s has more than %(n)s columns."),
    _("%(file)s unpacks to too much; save it as CSV."),
    _("%(file)s defines entities in %(part)s, which no spreadsheet does."),
    _("%(file)s has a row that is too wide: use %(n)s columns."),
    _("%(file)s holds another archive, %(part)s."),
    _("%(file)s holds no list of objects."),
    _("The file is not here any more: start the import again."),
    _("The import was cut off %(tries)s times at the same row, %(row)s; nothing more was tried."),
    # why a row was not taken in
    _("is empty"),
    _("is zero"),
    _("is negative"),
    _("is longer than %(n)s characters"),
    _("holds a NUL character"),
    _("holds bytes that are no text in the file's encoding"),
    _("%(n)s values for %(wanted)s columns"),
    _("a quote that opens is never closed, or text follows one that closes"),
    _("%(value)s is not an e-mail address"),
    _("%(value)s is not a whole number"),
    _("%(value)s is not an amount"),
    _("%(value)s is not a time"),
    _("%(value)s is out of range"),
    _("%(value)s is neither yes nor no"),
    _("%(value)s is none of %(known)s"),
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
