"""Titles and sentences of findings, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.models import Finding

RECORDS: Mapping[str, Any] = {
    "article": gettext_lazy("article"),
    "macro": gettext_lazy("macro"),
    "product": gettext_lazy("product"),
    "message": gettext_lazy("reply to a customer"),
    "question": gettext_lazy("question"),
}
# What differs, by the kind of the values.
KINDS: Mapping[str, Any] = {
    "duration": gettext_lazy("Two different times"),
    "money": gettext_lazy("Two different sums"),
    "percent": gettext_lazy("Two different percentages"),
    "temperature": gettext_lazy("Two different temperatures"),
    "count": gettext_lazy("Two different numbers"),
    "hours": gettext_lazy("Two different opening hours"),
    "clock": gettext_lazy("Two different times of day"),
    "date": gettext_lazy("Two different days"),
    "policy": gettext_lazy("One text says yes, the other no"),
}

Told = Callable[[Finding], str]


def title(finding: Finding) -> str:
    """One line that says what was found."""
    return TITLES[finding.title["key"]](finding)


def explanation(finding: Finding) -> str:
    """A sentence that says what to do about it."""
    return EXPLANATIONS[finding.title["key"]](finding)


def _differs(finding: Finding) -> str:
    first, second = finding.title["values"]
    what = KINDS[finding.title["kind"]]
    return _("%(what)s: “%(first)s” and “%(second)s”") % {
        "what": what,
        "first": first,
        "second": second,
    }


def _day(finding: Finding) -> str:
    return date_format(date.fromisoformat(finding.title["on"]), "DATE_FORMAT")


def _name(finding: Finding) -> str:
    return finding.sides[0]["title"] if finding.sides else ""


def _about(finding: Finding, **more: Any) -> dict[str, Any]:
    return {"article": _name(finding), "quote": finding.title.get("quote", ""), **more}


def _asked(finding: Finding) -> str:
    own = finding.title
    asked = ngettext("Asked %(n)d time.", "Asked %(n)d times.", own["n"]) % {"n": own["n"]}
    caused = ngettext("It became %(n)d ticket.", "It became %(n)d tickets.", own["tickets"]) % {
        "n": own["tickets"]
    }
    return f"{asked} {caused}" if own["tickets"] else asked


TITLES: Mapping[str, Told] = {
    "differs": _differs,
    "expired": lambda one: _("“%(article)s” has expired") % _about(one),
    "expires_soon": lambda one: _("“%(article)s” expires soon") % _about(one),
    "past_date": lambda one: _("“%(article)s” names a day that has passed") % _about(one),
    "gone_product": lambda one: _("“%(article)s” names a product that is gone") % _about(one),
    "price": lambda one: _("“%(article)s” names another price") % _about(one),
    "broken_link": lambda one: (
        _("“%(article)s” leads to an article that is not there") % _about(one)
    ),
    "unhappy": lambda one: _("“%(article)s” does not help") % _about(one),
    "questions": lambda one: one.title["question"],
    "topic": lambda one: one.title["name"],
}

EXPLANATIONS: Mapping[str, Told] = {
    "differs": lambda _one: _("Customers are told both. Put one of them right."),
    "expired": lambda one: (
        _("It expired on %(day)s: renew it or take it back.") % {"day": _day(one)}
    ),
    "expires_soon": lambda one: _("It expires on %(day)s.") % {"day": _day(one)},
    "past_date": lambda one: _("“%(quote)s” lies in the past.") % _about(one),
    "gone_product": lambda one: (
        _("%(product)s is no longer on sale.") % {"product": one.title["product"]}
    ),
    "price": lambda one: (
        _("It says %(quote)s; %(product)s costs %(price)s now.")
        % {key: one.title[key] for key in ("quote", "product", "price")}
    ),
    "broken_link": lambda one: _("There is no published article behind “%(quote)s”.") % _about(one),
    "unhappy": lambda one: (
        ngettext(
            "%(n)d answer from it did not help, and it was not edited since.",
            "%(n)d answers from it did not help, and it was not edited since.",
            one.title["n"],
        )
        % {"n": one.title["n"]}
    ),
    "questions": _asked,
    "topic": lambda one: (
        ngettext(
            "%(n)d ticket is about this, and no article is.",
            "%(n)d tickets are about this, and no article is.",
            one.title["n"],
        )
        % {"n": one.title["n"]}
    ),
}
