"""What the picker of a period offers: `templates/components/period.html`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from customers.periods import LENGTHS_DAYS, Period


def period_context(parameters: Mapping[str, str], period: Period) -> dict[str, Any]:
    """`period` as the address asks for it, the `lengths` to choose among, each with its name,
    and the `chosen_length`; "" for days of one's own.
    """
    length = parameters.get("period", "")
    is_custom = {"from", "to"} & parameters.keys()
    return {
        "period": period,
        "lengths": [(key, _length(days)) for key, days in LENGTHS_DAYS.items()],
        "chosen_length": "" if is_custom else length if length in LENGTHS_DAYS else "365d",
    }


def _length(days: int) -> str:
    if days % 365:
        return _("%(n)s days") % {"n": days}
    return _("%(n)s months") % {"n": days // 365 * 12}
