"""The fixed words of suggested replies, in the language of the ticket.

They are translated like the interface; in a language that it does not speak they are English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from customers.person_names import spoken_name


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """The language of a ticket (ISO 639-1) as the active one, English where we lack it."""
    known = [code for code, _name in settings.LANGUAGES]
    found = next((code for code in known if code.split("-")[0] == language), known[0])
    with translation.override(found):
        yield


def greeting(name: str) -> str:
    """How a reply begins."""
    return _("Hello %(name)s,") % {"name": name} if name else _("Hello,")


def closing(agent: str) -> str:
    """How a reply ends."""
    return _("Kind regards\n%(agent)s") % {"agent": agent} if agent else _("Kind regards")


def from_help(quote: str, title: str, address: str) -> str:
    """What the help centre says, in words to a customer."""
    told = _("about your question, our help page “%(title)s” says:") % {"title": title}
    where = _("You can read all of it here: %(address)s") % {"address": address}
    return "\n\n".join([told, quote, *([where] if address else [])])


def blanks() -> dict[str, str]:
    """What stands where a detail is to be filled in, by its kind. Each is in square brackets
    and ends with a question mark: a reply that still has one is not sent.
    """
    return {
        "email": _("[e-mail address?]"),
        "phone": _("[phone number?]"),
        "order": _("[order number?]"),
        "product": _("[product?]"),
        "name": _("[name?]"),
        "person": _("[name?]"),
        "place": _("[place?]"),
        "link": _("[link?]"),
        "address": _("[address?]"),
        "amount": _("[amount?]"),
        "date": _("[date?]"),
        "code": _("[number?]"),
    }


def letter(name: str, body: str, agent: str) -> str:
    """A whole reply: greeting, body, closing."""
    return f"{greeting(name)}\n\n{body.strip()}\n\n{closing(agent)}"


def first_name(name: str) -> str:
    """What a person is called in a greeting: a Chinese name whole, of others the first word;
    "" for what is no name.
    """
    spoken = spoken_name(name)
    return next(iter(spoken.split()), "")
