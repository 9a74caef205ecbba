"""What would make a customer's segment better, told in a sentence.

The analysis stores typed changes ({"feature", "from", "to", "unit"}) beside the segment;
here they become words in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext, pgettext

from customers.models import Customer, Segment
from customers.templatetags.records import money


def better_segment(customer: Customer) -> str:
    """ "Would be Loyal if the last order were 12 days newer."; "" where nothing is known.

    Silent as well when staff decided otherwise than the model, or retired the segment.
    """
    found = customer.segment_detail.get("counterfactual")
    if not found or customer.effective_segment_id != customer.suggested_segment_id:
        return ""
    wanted = Segment.objects.filter(slug=found["label"], is_active=True).first()
    if wanted is None:
        return ""
    return would_be(str(wanted), found["changes"], customer.currency)


def would_be(segment: str, changes: list[Mapping[str, Any]], currency: str) -> str:
    """The sentence of one to three changes; amounts of money are in `currency`."""
    told = [_change(change, currency) for change in changes]
    return gettext("Would be %(segment)s if %(changes)s.") % {
        "segment": segment,
        "changes": get_text_list(told, pgettext("between conditions", "and")),
    }


def _change(change: Mapping[str, Any], currency: str) -> str:
    return WORDS[change["feature"]](change["from"], change["to"], currency)


def _newer(before: float, after: float, _currency: str) -> str:
    days = round(before - after)
    return ngettext(
        "the last order were %(n)s day newer", "the last order were %(n)s days newer", days
    ) % {"n": days}


def _more_orders(before: float, after: float, _currency: str) -> str:
    more = round(after - before)
    return ngettext(
        "there were %(n)s more order of the usual size",
        "there were %(n)s more orders of the usual size",
        more,
    ) % {"n": more}


def _larger_orders(before: float, after: float, currency: str) -> str:
    amount = money(Decimal(round(after - before)), currency)
    return gettext("each order were %(amount)s larger") % {"amount": amount}


def _fewer_returns(before: float, after: float, _currency: str) -> str:
    shares = {"before": f"{before:.0%}", "after": f"{after:.0%}"}
    return gettext("%(after)s of the orders came back instead of %(before)s") % shares


WORDS = {
    "recency_days": _newer,
    "orders": _more_orders,
    "average_order_value": _larger_orders,
    "return_rate": _fewer_returns,
}
