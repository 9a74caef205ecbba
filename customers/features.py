"""What the numeric features behind a segment are called, and in which unit."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy, ngettext

LABELS = {
    "recency_days": gettext_lazy("Last order"),
    "recency_in_own_gaps": gettext_lazy("Silence so far"),
    "orders": gettext_lazy("Orders"),
    "spent": gettext_lazy("Spent"),
    "average_order_value": gettext_lazy("Average order"),
    "units_per_order": gettext_lazy("Pieces per order"),
    "return_rate": gettext_lazy("Returned"),
    "tenure_days": gettext_lazy("Customer for"),
    "gap_variation": gettext_lazy("Unevenness of gaps"),
    "bought_products": gettext_lazy("What was bought"),
}


def feature_label(name: str) -> str:
    """The feature's name for people; an unknown one is spelled out from its key."""
    return str(LABELS.get(name) or name.replace("_", " ").capitalize())


def feature_value(name: str, value: Any) -> str:
    """The feature's value with its unit, as far as the name tells the unit."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if name == "recency_days":
        return ngettext("%(n)s day ago", "%(n)s days ago", round(value)) % {"n": round(value)}
    if name.endswith("days"):
        return ngettext("%(n)s day", "%(n)s days", round(value)) % {"n": round(value)}
    if name.endswith(("rate", "share")):
        return f"{value:.0%}"
    if name.endswith("own_gaps"):
        return gettext("%(n)s × the usual gap") % {"n": number_format(value, 1)}
    return number_format(value, 0 if float(value).is_integer() else 1)
