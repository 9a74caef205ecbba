"""What models said about a row, written out for people beside the decision of staff."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from customers.models import MAX_ATTEMPTS, Analysable, Sentiment

MOST_LIKELY = 5

SENTIMENTS = dict(Sentiment.choices)
STATES = {"pending": _("pending"), "analysed": _("analysed"), "failed": _("set aside")}


def prediction(detail: Mapping[str, Any] | None, names: Mapping[str, Any] | None = None) -> str:
    """A stored `..._detail` or ledger entry as a small table.

    `names` says what labels are called; those it lacks are shown as they are.
    """
    if not detail:
        return ""
    return render_to_string("admin/results/prediction.html", _reading(detail, names or {}))


def reasons(items: list[Mapping[str, Any]]) -> str:
    """What spoke for a recommendation."""
    return render_to_string("admin/results/reasons.html", {"reasons": items})


def card(content: Mapping[str, Any]) -> str:
    """A model's card; what is nested in it is written as JSON."""
    names = sorted(content, key=lambda name: (name != "name", name != "description", name))
    entries = [(name.replace("_", " "), _written(content[name])) for name in names]
    return render_to_string("admin/results/card.html", {"entries": entries})


def state_of(row: Analysable) -> str:
    """Where a row stands: one of the keys of `STATES`, or "" when nobody reads it."""
    if row._state.adding or not row.is_read:
        return ""
    if row.analysed_at:
        return "analysed"
    return "pending" if row.attempts < MAX_ATTEMPTS else "failed"


def state_shown(row: Analysable) -> str:
    """Where a row stands, coloured; nothing for rows that nobody reads."""
    state = state_of(row)
    return format_html('<span class="state {}">{}</span>', state, STATES[state]) if state else ""


def _reading(detail: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    distribution = detail.get("distribution") or {}
    likely = sorted(distribution.items(), key=lambda item: -item[1])[:MOST_LIKELY]
    label = detail.get("label") or ""
    return {
        "detail": detail,
        "label": names.get(label, label),
        "likely": [{"name": names.get(slug, slug), "weight": weight} for slug, weight in likely],
        "at": parse_datetime(detail["at"]) if detail.get("at") else None,
    }


def _written(value: Any) -> Any:
    if isinstance(value, Mapping) or (value and isinstance(value, list) and _is_nested(value)):
        return json.dumps(value, indent=2, ensure_ascii=False)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _is_nested(items: list[Any]) -> bool:
    return any(isinstance(item, (list, Mapping)) for item in items)
