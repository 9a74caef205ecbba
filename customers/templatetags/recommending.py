"""How recommendations and their effect are told in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from customers.complaints import RETURN, TICKET, Complaint
from customers.models import Recommendation, RecommendationLift
from customers.templatetags.learning import label_name

register = template.Library()

# What is general about a product is told when it made so much of the score.
TOLD_FROM = 0.1
GENERAL = {
    "category": gettext_lazy("of a category they buy often"),
    "price_band": gettext_lazy("in the price range they buy in"),
    "novelty": gettext_lazy("new in the shop"),
    "popularity": gettext_lazy("popular in the shop"),
}


@register.filter
def why(item: Recommendation) -> str:
    """Why a product is recommended, as a sentence."""
    if item.method == Recommendation.Method.POPULARITY:
        return _("Popular in the shop.")
    if item.method == Recommendation.Method.CATEGORY:
        return _("Popular in its category.")
    said = pgettext("between reasons", "; ").join(_parts(item.reasons, item.score))
    return pgettext("a sentence", "%(said)s.") % {"said": capfirst(said)}


def _parts(reasons: Sequence[dict[str, Any]], score: float) -> Iterator[str]:
    names = [reason["name"] for reason in reasons if reason["kind"] == "purchase"]
    if names:
        yield _("because they bought %(names)s") % {"names": listed(names)}
    for reason in reasons:
        if reason["kind"] == "similar":
            yield _("most like %(name)s") % {"name": reason["name"]}
        elif reason["kind"] == "segment":
            name = label_name(reason["name"])
            yield _("recommended most to others of the segment “%(name)s”") % {"name": name}
        elif reason["kind"] in GENERAL and reason["weight"] >= TOLD_FROM * abs(score):
            yield str(GENERAL[reason["kind"]])


@register.filter
def general(kind: str) -> str:
    """What a reason that names no product says."""
    return str(GENERAL.get(kind, kind))


@register.filter
def listed(names: Sequence[str]) -> str:
    """Names as they are said: "Kettle, Mug and Teapot"."""
    return get_text_list(list(names), _("and"))


@register.filter
def cause(complaint: Complaint) -> str:
    """Where a customer complained, for the text of a link."""
    if complaint.cause == TICKET:
        return _("ticket #%(n)s: %(subject)s") % {
            "n": complaint.cause_id,
            "subject": complaint.said,
        }
    if complaint.cause == RETURN:
        return _("return %(number)s") % {"number": complaint.said}
    return _("review “%(title)s”") % {"title": complaint.said} if complaint.said else _("review")


@register.filter
def verdict(lift: RecommendationLift | None) -> str:
    """What can be said of the effect of recommendations, in a plain sentence."""
    if lift is None:
        return _("No list was served to a customer yet, so there is nothing to tell.")
    if lift.orders_effect is None or lift.holdout_mean is None:
        return _(
            "Too few customers to tell: %(model)s with recommendations and %(holdout)s of the "
            "comparison group; each needs at least 20."
        ) % {"model": lift.customers, "holdout": lift.holdout_customers}
    if lift.is_significant and lift.share is not None:
        return _significant(lift.share)
    return _undecided(lift)


def _significant(share: float) -> str:
    text = (
        _("Recommendations bring %(share)s %% more orders per customer.")
        if share > 0
        else _("Recommendations bring %(share)s %% fewer orders per customer.")
    )
    return text % {"share": number_format(abs(100 * share), 1)}


def _undecided(lift: RecommendationLift) -> str:
    worth = number_format(100 * lift.detectable, 0)
    if not lift.orders_needed:
        return _("A difference of %(worth)s %% would show by now, and none does.") % {
            "worth": worth
        }
    return ngettext(
        "Not certain yet: about %(n)s more order needed to tell a difference of %(worth)s %%.",
        "Not certain yet: about %(n)s more orders needed to tell a difference of %(worth)s %%.",
        lift.orders_needed,
    ) % {"n": number_format(lift.orders_needed, 0, force_grouping=True), "worth": worth}


@register.filter
def times(value: float | None) -> str:
    """A ratio such as a lift: "6.5 ×"."""
    return "–" if value is None else f"{number_format(value, 1)} ×"


@register.filter
def fraction(value: Any) -> str:
    """A figure from 0 to 1 with three decimals; a dash when it is not known."""
    return f"{value:.3f}" if isinstance(value, int | float) else "–"
